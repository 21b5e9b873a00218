/**
 * A synthetic service with routes, two callers and releases, bucket by bucket (detection reference,
 * section 18): errors, four latency thresholds, arrivals, failed calls, new error kinds.
 *
 * One route is the reference's model. More routes share its day, drift and incidents by signal, each with a
 * drift of its own and, per version, of its instances. The counts above the latency thresholds are nested
 * and move together: a log ratio x at the p99 is a shift of x / 2.67 deviations of log latency.
 * Rows of a bucket: per route n, errors and the four counts of slow requests.
 */
import { normalCdf, normalQuantile } from '../../core/kernel/math/normal.ts'
import { latencyQuantiles } from '../../core/detection/parameters.ts'
import type { Effect } from './effects.ts'
import { dayWave, Drift, Incidents } from './latents.ts'
import { Draws } from './random.ts'

export const perRoute = 2 + latencyQuantiles.length
const bucketsPerMinute = 6
export const callers = [0.7, 0.3]

export interface ServiceSpec {
  readonly rps: number
  readonly routes: number
  /** Share of the new version: .2 beside the old one, 1 before against after. */
  readonly share: number
  /** Length of the whole story, for the incidents. */
  readonly buckets: number
}

export interface Counts {
  /** Of the new version (or everything), and of the old one. */
  readonly one: Float64Array
  readonly zero: Float64Array
  /** Failed calls of each caller; attempts are its share of the requests. */
  readonly failedCalls: Float64Array
  readonly attempts: Float64Array
  readonly newKinds: { one: number; zero: number }
}

/** How fresh the new version's processes are, and what the release does. */
export interface Moment {
  readonly effect: Effect
  readonly minute: number
  readonly warm: number
}

const base = { errors: 0.005, calls: 0.001 }
/** Traces of error kinds never seen before, per request, of no release's doing: one each. */
const newKindRate = 2e-7
const thresholds = latencyQuantiles.map(normalQuantile)
/** Change of the log share above the p99 per deviation of log latency. */
const tailSlope = normalDensity(thresholds.at(-1)!) / (1 - latencyQuantiles.at(-1)!)
const shareMax = 0.6

interface Wave {
  readonly amplitude: number
  readonly shift: number
  readonly drift: Drift
  readonly incidents: Incidents
  /** Of each route, none for a single one; of the new version's instances and of the old one's. */
  readonly routes: readonly {
    readonly common: Drift | null
    readonly one: Drift
    readonly zero: Drift
  }[]
  readonly cluster: number
}

export class SyntheticService {
  readonly #draws: Draws
  readonly #spec: ServiceSpec
  readonly #phase: number
  readonly #busy: Drift
  readonly #routeBusy: readonly (Drift | null)[]
  readonly #errors: Wave
  readonly #latency: Wave
  readonly #calls: Drift

  constructor(spec: ServiceSpec, seed: number) {
    const draws = new Draws(seed)
    this.#draws = draws
    this.#spec = spec
    this.#phase = draws.between(0, 1440)
    this.#busy = new Drift(draws, 0.08, 30)
    this.#routeBusy = routes(spec, () => (spec.routes > 1 ? new Drift(draws, 0.1, 60) : null))
    this.#errors = wave(draws, spec, this.#phase)
    this.#latency = wave(draws, spec, this.#phase)
    this.#calls = new Drift(draws, 0.2, 60)
  }

  /** A fresh release's warm-up, log rate. */
  warmUp(): number {
    return this.#draws.between(0, 0.8)
  }

  get draws(): Draws {
    return this.#draws
  }

  /** Counts of `length` buckets from `bucket` on; never earlier than the last ones asked for. */
  counts(bucket: number, length: number, moment: Moment | null): Counts {
    const { share, rps } = this.#spec
    const count = this.#spec.routes
    const one = new Float64Array(count * perRoute)
    const zero = new Float64Array(count * perRoute)
    const day = 1 + 0.5 * dayWave(bucket, this.#phase)
    const left = moment?.effect.traffic ?? 1
    const lambda = (left * length * rps * 10 * day * Math.exp(this.#busy.at(bucket))) / count
    const errors = this.#common(this.#errors, bucket)
    const latency = this.#common(this.#latency, bucket)
    const fresh = moment === null ? 0 : moment.warm * Math.exp(-moment.minute / 2)
    let [requests, failed] = [0, 0]
    for (let r = 0; r < count; r++) {
      const busy = lambda * Math.exp(this.#routeBusy[r]?.at(bucket) ?? 0)
      const hit = moment !== null && (moment.effect.route ?? r) === r
      const effect = hit ? moment.effect : null
      const worse = effect?.errors?.(moment!.minute) ?? 0
      const e = this.#errors.routes[r]!
      const l = this.#latency.routes[r]!
      const [ec, lc] = [errors + (e.common?.at(bucket) ?? 0), latency + (l.common?.at(bucket) ?? 0)]
      this.#fill(one, r, busy * share, ec + e.one.at(bucket) + worse + fresh, {
        level: lc + l.one.at(bucket) + fresh,
        slower: effect?.latency ?? null,
      })
      if (share < 1) {
        const old = { level: lc + l.zero.at(bucket), slower: null }
        this.#fill(zero, r, busy * (1 - share), ec + e.zero.at(bucket), old)
      }
      const at = r * perRoute
      requests += one[at]! + zero[at]!
      failed += one[at + 1]! + zero[at + 1]!
    }
    const attempts = Float64Array.from(callers, (each) => Math.round(requests * each))
    const lost = base.calls * Math.exp(this.#calls.at(bucket) + fresh)
    const failedCalls = Float64Array.from(callers, (each, i) => {
      const seen = this.#draws.binomial(failed, each)
      return Math.min(attempts[i]!, seen + this.#draws.clusters(attempts[i]! * lost, 1.5))
    })
    const kinds = (n: number) => this.#draws.poisson(n * newKindRate)
    const newKinds = { one: kinds(requests * share), zero: kinds(requests * (1 - share)) }
    return { one, zero, failedCalls, attempts, newKinds }
  }

  #common({ amplitude, shift, drift, incidents }: Wave, bucket: number): number {
    return amplitude * dayWave(bucket, shift) + drift.at(bucket) + incidents.at(bucket)
  }

  #fill(
    into: Float64Array,
    route: number,
    mean: number,
    errorLevel: number,
    latency: { level: number; slower: readonly number[] | null },
  ): void {
    const draws = this.#draws
    const at = route * perRoute
    const n = draws.poisson(mean)
    into[at] = n
    const p = Math.min(base.errors * Math.exp(errorLevel), shareMax)
    into[at + 1] = Math.min(n, draws.clusters(n * p, this.#errors.cluster))
    const shift = latency.level / tailSlope
    let above = 0
    let shareAbove = 0
    for (let q = latencyQuantiles.length - 1; q >= 0; q--) {
      const usual = 1 - normalCdf(thresholds[q]! - shift)
      const slow = Math.min(usual * Math.exp(latency.slower?.[q] ?? 0), 1)
      const more = Math.max(0, slow - shareAbove)
      // Many are nearly a fixed share; few come in clusters.
      above += q === 0 ? draws.binomial(n, more) : draws.clusters(n * more, this.#latency.cluster)
      above = Math.min(n, above)
      shareAbove = Math.max(shareAbove, slow)
      into[at + 2 + q] = above
    }
  }
}

function wave(draws: Draws, spec: ServiceSpec, phase: number): Wave {
  const amplitude = draws.between(0.1, 0.5)
  const lag = draws.between(-120, 120)
  return {
    amplitude,
    shift: phase + lag,
    drift: new Drift(draws, draws.between(0.1, 0.3), draws.between(10, 120)),
    incidents: new Incidents(draws, spec.buckets),
    routes: routes(spec, () => ({
      common: spec.routes > 1 ? new Drift(draws, draws.between(0.05, 0.15), 60) : null,
      one: new Drift(draws, draws.between(0.03, 0.15), draws.between(5, 60)),
      zero: new Drift(draws, draws.between(0.03, 0.15), draws.between(5, 60)),
    })),
    cluster: 1 + draws.between(0, 2),
  }
}

function routes<Item>(spec: ServiceSpec, of: () => Item): Item[] {
  return Array.from({ length: spec.routes }, of)
}

function normalDensity(z: number): number {
  return Math.exp(-0.5 * z * z) / Math.sqrt(2 * Math.PI)
}

export function sumBuckets(all: readonly Counts[]): Counts {
  const first = all[0]!
  const sum = (of: (counts: Counts) => Float64Array) => {
    const total = new Float64Array(of(first).length)
    for (const each of all) {
      const values = of(each)
      for (let i = 0; i < total.length; i++) total[i]! += values[i]!
    }
    return total
  }
  return {
    one: sum((each) => each.one),
    zero: sum((each) => each.zero),
    failedCalls: sum((each) => each.failedCalls),
    attempts: sum((each) => each.attempts),
    newKinds: all.reduce(
      ({ one, zero }, { newKinds }) => ({ one: one + newKinds.one, zero: zero + newKinds.zero }),
      { one: 0, zero: 0 },
    ),
  }
}

export { bucketsPerMinute }

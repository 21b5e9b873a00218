/**
 * Errors of one route, or of the whole service at the old mix of routes (detection reference, section 11).
 * A split whose old version has gone is handed over to a forecast that goes on from it (section 13).
 */
import type { StreamEvidence } from '../../contracts/findings.ts'
import { type ForecastBaseline, logRateAt } from '../../core/detection/baseline.ts'
import { type EvidenceOptions, StreamMonitor } from '../../core/detection/monitor.ts'
import type { StreamGroup } from '../../core/detection/release-weights.ts'
import {
  mixShift,
  standardiseForecast,
  standardiseSplit,
} from '../../core/detection/standardise.ts'
import type { ArmCount, Arms } from './arms.ts'
import type { WatchHistory } from './watch-history.ts'
import {
  baselineOf,
  judgedBy,
  noScope,
  type OldRates,
  ofRoute,
  oldRates,
  type Phase,
  type Pick,
  type WatchBucket,
  type WatchStream,
} from './watch-stream.ts'

/** Errors of a route, or of the service standardised to the old mix of routes. */
export class ErrorStream implements WatchStream {
  readonly group: StreamGroup
  readonly member: string
  readonly traffic: number
  readonly wholeService: boolean
  readonly #monitor: StreamMonitor
  readonly #phase: Phase
  readonly #pick: Pick
  readonly #rates: OldRates | null
  readonly #raw = { one: { n: 0, e: 0 }, zero: { n: 0, e: 0 } }
  readonly #before: ErrorStream | null
  readonly #baseline: ForecastBaseline | null

  private constructor(
    place: { group: StreamGroup; member: string; traffic: number; wholeService: boolean },
    parts: {
      monitor: StreamMonitor
      phase: Phase
      pick: Pick
      rates: OldRates | null
      before: ErrorStream | null
      baseline: ForecastBaseline | null
    },
  ) {
    this.group = place.group
    this.member = place.member
    this.traffic = place.traffic
    this.wholeService = place.wholeService
    this.#monitor = parts.monitor
    this.#phase = parts.phase
    this.#pick = parts.pick
    this.#rates = parts.rates
    this.#before = parts.before
    this.#baseline = parts.baseline
  }

  static create(
    route: { readonly name: string; readonly traffic: number } | null,
    phase: Phase,
    history: WatchHistory,
    before: ErrorStream | null,
  ): ErrorStream | null {
    const pick: Pick = route === null ? (arms) => arms.total : ofRoute(route.name)
    const baseline =
      phase.mode === 'split'
        ? null
        : baselineOf(history, phase, {
            signal: 'errors',
            route: route?.name ?? null,
            pick: (arms) => ({ n: pick(arms).one.n, e: pick(arms).one.e }),
          })
    if (phase.mode === 'forecast' && baseline === null) return before
    const monitor = new StreamMonitor({
      signal: 'errors',
      scope: { ...noScope, route: route?.name ?? null },
      ...judgedBy(phase, 'errors', route?.name ?? null),
      kappa: phase.judge.kappa('errors', phase.mode),
      ...(baseline === null ? {} : { baseline }),
      ...(before === null ? {} : { continues: before.#monitor }),
    })
    const rates = route === null ? oldRates(history, (count) => count) : null
    const place = {
      group: route === null ? ('errors' as const) : ('route' as const),
      member: route?.name ?? '',
      traffic: route?.traffic ?? 1,
      wholeService: route === null,
    }
    return new ErrorStream(place, { monitor, phase, pick, rates, before, baseline })
  }

  get logE(): number {
    return this.#monitor.logE
  }

  get shifted(): number {
    return this.#monitor.shifted
  }

  push(bucket: WatchBucket): void {
    if (bucket === 'missing') return this.#monitor.push(bucket)
    const { one, zero } = this.#pick(bucket.arms)
    this.#raw.one.n += one.n
    this.#raw.one.e += one.e
    this.#raw.zero.n += zero.n
    this.#raw.zero.e += zero.e
    if (this.#phase.mode === 'split') this.#monitor.push(this.#split(bucket.arms, one, zero))
    else this.#monitor.push(this.#forecast(bucket.arms, one))
  }

  #split(arms: Arms, one: ArmCount, zero: ArmCount) {
    if (one.n === 0 || zero.n === 0) return 'missing' as const
    const rates = this.#rates
    if (rates === null) return { n1: one.n, e1: one.e, n0: zero.n, e0: zero.e }
    const routes = [...arms.routes].map(([route, pair]) => ({
      n1: pair.one.n,
      e1: pair.one.e,
      n0: pair.zero.n,
      e0: pair.zero.e,
      rate: rates.routes.get(route) ?? rates.service,
    }))
    return standardiseSplit(routes, rates.service)
  }

  #forecast(arms: Arms, one: ArmCount) {
    if (one.n === 0) return 'missing' as const
    const rates = this.#rates
    if (rates === null) return { n: one.n, e: one.e }
    if (this.#baseline?.season) return this.#seasonal(arms, rates, this.#baseline)
    const routes = [...arms.routes].map(([route, pair]) => ({
      n: pair.one.n,
      e: pair.one.e,
      logRate: Math.log(rates.routes.get(route) ?? rates.service),
    }))
    return standardiseForecast(routes)
  }

  /** The service's own season, moved by what today's mix of routes alone would change. */
  #seasonal(arms: Arms, rates: OldRates, baseline: ForecastBaseline) {
    const { startMs, stepMs } = this.#phase
    const middleMs = startMs + (this.#monitor.buckets + 0.5) * stepMs
    const routes = [...arms.routes].map(([route, pair]) => ({
      n: pair.one.n,
      rate: rates.routes.get(route) ?? rates.service,
    }))
    const { n, e } = arms.total.one
    return { n, e, logRate: logRateAt(baseline, middleMs) + mixShift(routes, rates.service) }
  }

  startAgain(): void {
    this.#monitor.startAgain()
  }

  evidence(options: EvidenceOptions): StreamEvidence {
    const evidence = this.#monitor.evidence(options)
    if (this.#rates === null) return evidence
    // People are told the counts as they were, not as they are standardised.
    const observed = this.#total('one')
    const baseline =
      this.#phase.mode === 'split' || this.#before !== null
        ? this.#total('zero')
        : evidence.baseline
    return { ...evidence, observed, baseline }
  }

  #total(arm: 'one' | 'zero'): { events: number; exposure: number } {
    const { n, e } = this.#raw[arm]
    const before = this.#before === null ? null : this.#before.#total(arm)
    return { events: e + (before?.events ?? 0), exposure: n + (before?.exposure ?? 0) }
  }
}

/**
 * The streams of one watch, each a monitor with its place in the release's weights: the whole service
 * (errors, latency, traffic), its routes, its callers, and the error kinds never seen before.
 *
 * A split watch whose old version has gone hands each monitor over to a forecast that goes on from it
 * (detection reference, section 13).
 */
import type { StreamEvidence } from '../../contracts/findings.ts'
import type { SignalScope } from '../../contracts/signal.ts'
import {
  type ForecastBaseline,
  forecastBaseline,
  type HistoryMinute,
} from '../../core/detection/baseline.ts'
import { LatencyMonitor } from '../../core/detection/latency-monitor.ts'
import { type EvidenceOptions, StreamMonitor } from '../../core/detection/monitor.ts'
import { coldStart, latencyQuantiles } from '../../core/detection/parameters.ts'
import type { StreamGroup } from '../../core/detection/release-weights.ts'
import {
  routeRate,
  standardiseForecast,
  standardiseSplit,
} from '../../core/detection/standardise.ts'
import type { ArmCount, Arms } from './arms.ts'
import { streamMinutes, type WatchHistory } from './watch-history.ts'

/** One bucket as the streams see it; null counts: nothing usable in it. */
export type WatchBucket = { readonly arms: Arms } | 'missing'

export interface WatchStream {
  readonly group: StreamGroup
  readonly member: string
  readonly traffic: number
  readonly wholeService: boolean
  readonly logE: number
  push(bucket: WatchBucket): void
  startAgain(): void
  evidence(options: EvidenceOptions): StreamEvidence
  missingShare(minutes: number): number
}

export interface Phase {
  readonly mode: 'split' | 'forecast'
  readonly startMs: number
  readonly stepMs: number
}

export const noScope: SignalScope = { route: null, fingerprint: null, metric: null, caller: null }

type Pick = (arms: Arms) => { one: ArmCount; zero: ArmCount }

const ofRoute =
  (route: string): Pick =>
  (arms) =>
    arms.routes.get(route) ?? { one: empty, zero: empty }
const empty: ArmCount = { n: 0, e: 0, slow: [0, 0, 0, 0], slowOfService: [0, 0, 0, 0] }

/** Old per-route rates, for the standardised service stream; `p` is the service's. */
export interface OldRates {
  readonly service: number
  readonly routes: ReadonlyMap<string, number>
}

export function oldRates(history: WatchHistory, eventsOf: (count: ArmCount) => number): OldRates {
  const sums = new Map<string, { events: number; requests: number }>()
  let [events, requests] = [0, 0]
  for (const minute of history.minutes) {
    if (minute === null) continue
    for (const [route, { one }] of minute.routes) {
      const sum = sums.get(route) ?? { events: 0, requests: 0 }
      sum.events += eventsOf(one)
      sum.requests += one.n
      sums.set(route, sum)
    }
    events += eventsOf(minute.total.one)
    requests += minute.total.one.n
  }
  const service = (events + 0.5) / (requests + 1)
  const routes = new Map([...sums].map(([route, sum]) => [route, routeRate(sum, service)]))
  return { service, routes }
}

export function baselineOf(
  history: WatchHistory,
  phase: Phase,
  pick: (arms: Arms) => HistoryMinute,
  signal: 'traffic' | 'other' = 'other',
): ForecastBaseline | null {
  const answer = forecastBaseline({
    history: streamMinutes(history, pick),
    stepSeconds: phase.stepMs / 1000,
    historySeconds: history.stepMs / 1000,
    nuisance: coldStart.forecast,
    signal,
  })
  return answer.ok ? answer.baseline : null
}

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

  private constructor(
    place: { group: StreamGroup; member: string; traffic: number; wholeService: boolean },
    parts: {
      monitor: StreamMonitor
      phase: Phase
      pick: Pick
      rates: OldRates | null
      before: ErrorStream | null
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
        : baselineOf(history, phase, (arms) => ({ n: pick(arms).one.n, e: pick(arms).one.e }))
    if (phase.mode === 'forecast' && baseline === null) return before
    const monitor = new StreamMonitor({
      signal: 'errors',
      scope: { ...noScope, route: route?.name ?? null },
      ...phase,
      nuisance: coldStart[phase.mode],
      ...(baseline === null ? {} : { baseline }),
      ...(before === null ? {} : { continues: before.#monitor }),
    })
    const rates = route === null ? oldRates(history, (count) => count.e) : null
    const place = {
      group: route === null ? ('errors' as const) : ('route' as const),
      member: route?.name ?? '',
      traffic: route?.traffic ?? 1,
      wholeService: route === null,
    }
    return new ErrorStream(place, { monitor, phase, pick, rates, before })
  }

  get logE(): number {
    return this.#monitor.logE
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
    const routes = [...arms.routes].map(([route, pair]) => ({
      n: pair.one.n,
      e: pair.one.e,
      logRate: Math.log(rates.routes.get(route) ?? rates.service),
    }))
    return standardiseForecast(routes)
  }

  startAgain(): void {
    this.#monitor.startAgain()
  }

  missingShare(minutes: number): number {
    return this.#monitor.missingShare(minutes)
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

/** Requests slower than the frozen thresholds, of a route or of the service. */
export class LatencyStream implements WatchStream {
  readonly group: StreamGroup
  readonly member: string
  readonly traffic: number
  readonly wholeService: boolean
  readonly #monitor: LatencyMonitor
  readonly #phase: Phase
  readonly #pick: Pick
  readonly #rates: readonly OldRates[] | null

  private constructor(
    route: { readonly name: string; readonly traffic: number } | null,
    parts: {
      monitor: LatencyMonitor
      phase: Phase
      pick: Pick
      rates: readonly OldRates[] | null
    },
  ) {
    this.group = route === null ? 'latency' : 'route'
    this.member = route?.name ?? ''
    this.traffic = route?.traffic ?? 1
    this.wholeService = route === null
    this.#monitor = parts.monitor
    this.#phase = parts.phase
    this.#pick = parts.pick
    this.#rates = parts.rates
  }

  static create(
    route: { readonly name: string; readonly traffic: number } | null,
    thresholdSeconds: readonly number[],
    phase: Phase,
    history: WatchHistory,
    before: LatencyStream | null,
  ): LatencyStream | null {
    const pick: Pick = route === null ? (arms) => arms.total : ofRoute(route.name)
    const slow = (count: ArmCount) => (route === null ? count.slowOfService : count.slow)
    let baselines: ForecastBaseline[] | null = null
    if (phase.mode === 'forecast') {
      const each = latencyQuantiles.map((_, q) =>
        baselineOf(history, phase, (arms) => ({
          n: pick(arms).one.n,
          e: slow(pick(arms).one)[q]!,
        })),
      )
      if (each.some((baseline) => baseline === null)) return before
      baselines = each as ForecastBaseline[]
    }
    const monitor = new LatencyMonitor({
      scope: { ...noScope, route: route?.name ?? null },
      ...phase,
      nuisance: coldStart[phase.mode],
      thresholdSeconds,
      ...(baselines === null ? {} : { baselines }),
      ...(before === null ? {} : { continues: before.#monitor }),
    })
    const rates =
      route === null
        ? latencyQuantiles.map((_, q) => oldRates(history, (count) => count.slowOfService[q]!))
        : null
    return new LatencyStream(route, { monitor, phase, pick, rates })
  }

  get logE(): number {
    return this.#monitor.logE
  }

  push(bucket: WatchBucket): void {
    if (bucket === 'missing') return this.#monitor.push(bucket)
    const { one, zero } = this.#pick(bucket.arms)
    const slow = (count: ArmCount) => (this.wholeService ? count.slowOfService : count.slow)
    if (this.#phase.mode === 'split') {
      if (one.n === 0 || zero.n === 0) return this.#monitor.push('missing')
      return this.#monitor.push({ n1: one.n, n0: zero.n, e1: slow(one), e0: slow(zero) })
    }
    if (one.n === 0) return this.#monitor.push('missing')
    const logRate = this.#logRates(bucket.arms)
    this.#monitor.push({ n: one.n, e: slow(one), ...(logRate === null ? {} : { logRate }) })
  }

  /** Log rates per quantile at today's mix of routes. */
  #logRates(arms: Arms): number[] | null {
    if (this.#rates === null) return null
    return this.#rates.map((rates, q) => {
      const routes = [...arms.routes].map(([route, pair]) => ({
        n: pair.one.n,
        e: pair.one.slowOfService[q]!,
        logRate: Math.log(rates.routes.get(route) ?? rates.service),
      }))
      return standardiseForecast(routes).logRate
    })
  }

  startAgain(): void {
    this.#monitor.startAgain()
  }

  missingShare(minutes: number): number {
    return this.#monitor.missingShare(minutes)
  }

  evidence(options: EvidenceOptions): StreamEvidence {
    return this.#monitor.evidence(options)
  }
}

/** Arrivals of the whole service against what was usual: falls when it stops. */
export class TrafficStream implements WatchStream {
  readonly group = 'traffic'
  readonly member = ''
  readonly traffic = 1
  readonly wholeService = true
  readonly #monitor: StreamMonitor

  private constructor(monitor: StreamMonitor) {
    this.#monitor = monitor
  }

  static create(phase: Phase, history: WatchHistory): TrafficStream | null {
    const forecast: Phase = { ...phase, mode: 'forecast' }
    const baseline = baselineOf(history, forecast, arrivals, 'traffic')
    if (baseline === null) return null
    const nuisance = coldStart.forecast
    return new TrafficStream(
      new StreamMonitor({ signal: 'traffic', scope: noScope, ...forecast, nuisance, baseline }),
    )
  }

  get logE(): number {
    return this.#monitor.logE
  }

  push(bucket: WatchBucket): void {
    this.#monitor.push(bucket === 'missing' ? bucket : arrivals(bucket.arms))
  }

  startAgain(): void {
    this.#monitor.startAgain()
  }

  missingShare(minutes: number): number {
    return this.#monitor.missingShare(minutes)
  }

  evidence(options: EvidenceOptions): StreamEvidence {
    return this.#monitor.evidence(options)
  }
}

/** Arrivals are both versions' together: who serves a request does not change how many come. */
function arrivals(arms: Arms): HistoryMinute {
  return { n: 1, e: arms.total.one.n + arms.total.zero.n }
}

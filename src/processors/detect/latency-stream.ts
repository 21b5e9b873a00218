/**
 * Latency of one route, or of the whole service: requests slower than four thresholds that were frozen
 * before the release (detection reference, sections 2 and 8).
 */
import type { StreamEvidence } from '../../contracts/findings.ts'
import { type ForecastBaseline, logRateAt } from '../../core/detection/baseline.ts'
import { LatencyMonitor } from '../../core/detection/latency-monitor.ts'
import type { EvidenceOptions } from '../../core/detection/monitor.ts'
import { incidentRatesAt, latencyQuantiles } from '../../core/detection/parameters.ts'
import type { StreamGroup } from '../../core/detection/release-weights.ts'
import { mixShift, standardiseForecast } from '../../core/detection/standardise.ts'
import type { ArmCount, Arms } from './arms.ts'
import { latencySignals } from './fitted-signal.ts'
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
  readonly #baselines: readonly ForecastBaseline[] | null

  private constructor(
    route: { readonly name: string; readonly traffic: number } | null,
    parts: {
      monitor: LatencyMonitor
      phase: Phase
      pick: Pick
      rates: readonly OldRates[] | null
      baselines: readonly ForecastBaseline[] | null
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
    this.#baselines = parts.baselines
  }

  static create(
    route: { readonly name: string; readonly traffic: number } | null,
    thresholdSeconds: readonly number[],
    phase: Phase,
    history: WatchHistory,
    before: LatencyStream | null,
  ): LatencyStream | null {
    const pick: Pick = route === null ? (arms) => arms.total : ofRoute(route.name)
    const timed = timedOf(route === null)
    let baselines: ForecastBaseline[] | null = null
    if (phase.mode === 'forecast') {
      const each = latencyQuantiles.map((quantile, q) =>
        baselineOf(history, phase, {
          signal: latencySignals[q]!,
          route: route?.name ?? null,
          incidentRates: incidentRatesAt(quantile),
          pick: (arms) => quantileOf(timed(pick(arms).one), q),
        }),
      )
      if (each.some((baseline) => baseline === null)) return before
      baselines = each as ForecastBaseline[]
    }
    const monitor = new LatencyMonitor({
      scope: { ...noScope, route: route?.name ?? null },
      ...judgedBy(phase, 'latency', route?.name ?? null),
      nuisances: latencySignals.map((signal) =>
        phase.judge.nuisance(signal, route?.name ?? null, phase.mode),
      ),
      kappas: latencyQuantiles.map(() => phase.judge.kappa('latency', phase.mode)),
      thresholdSeconds,
      ...(baselines === null ? {} : { baselines }),
      ...(before === null ? {} : { continues: before.#monitor }),
    })
    const rates =
      route === null
        ? latencyQuantiles.map((_, q) => oldRates(history, (count) => quantileOf(timed(count), q)))
        : null
    return new LatencyStream(route, { monitor, phase, pick, rates, baselines })
  }

  get logE(): number {
    return this.#monitor.logE
  }

  get shifted(): number {
    return this.#monitor.shifted
  }

  push(bucket: WatchBucket): void {
    if (bucket === 'missing') return this.#monitor.push(bucket)
    const pair = this.#pick(bucket.arms)
    const timed = timedOf(this.wholeService)
    const [one, zero] = [timed(pair.one), timed(pair.zero)]
    if (this.#phase.mode === 'split') {
      if (one.n === 0 || zero.n === 0) return this.#monitor.push('missing')
      return this.#monitor.push({ n1: one.n, n0: zero.n, e1: one.slow, e0: zero.slow })
    }
    if (one.n === 0) return this.#monitor.push('missing')
    const logRate = this.#logRates(bucket.arms)
    this.#monitor.push({ n: one.n, e: one.slow, ...(logRate === null ? {} : { logRate }) })
  }

  /** Log rates per quantile at today's mix of routes; with a season the service's own, moved by the mix alone. */
  #logRates(arms: Arms): number[] | null {
    if (this.#rates === null) return null
    const { startMs, stepMs } = this.#phase
    const middleMs = startMs + (this.#monitor.buckets + 0.5) * stepMs
    return this.#rates.map((rates, q) => {
      const baseline = this.#baselines?.[q]
      if (baseline?.season) {
        const mixed = [...arms.routes].map(([route, pair]) => ({
          n: pair.one.measuredOfService,
          rate: rates.routes.get(route) ?? rates.service,
        }))
        return logRateAt(baseline, middleMs) + mixShift(mixed, rates.service)
      }
      const routes = [...arms.routes].map(([route, pair]) => ({
        n: pair.one.measuredOfService,
        e: pair.one.slowOfService[q]!,
        logRate: Math.log(rates.routes.get(route) ?? rates.service),
      }))
      return standardiseForecast(routes).logRate
    })
  }

  startAgain(): void {
    this.#monitor.startAgain()
  }

  evidence(options: EvidenceOptions): StreamEvidence {
    return this.#monitor.evidence(options)
  }
}

/** Requests whose latency can be told from the thresholds, and those slower than each. */
interface Timed {
  readonly n: number
  readonly slow: readonly number[]
}

const timedOf =
  (wholeService: boolean) =>
  (count: ArmCount): Timed =>
    wholeService
      ? { n: count.measuredOfService, slow: count.slowOfService }
      : { n: count.measured, slow: count.slow }

const quantileOf = ({ n, slow }: Timed, q: number) => ({ n, e: slow[q]! })

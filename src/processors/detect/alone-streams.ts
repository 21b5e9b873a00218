/** The streams of a watch that stand outside its weighted sum: gauges, with CPU per request and restarts, and business counters. */
import type { StreamEvidence } from '../../contracts/findings.ts'
import type { CpuMonitor } from '../../core/detection/cpu-monitor.ts'
import { hasRecovered, judgeDefaults } from '../../core/detection/judge.ts'
import type { RestartMonitor } from '../../core/detection/restart-monitor.ts'
import type { WatchFacts } from '../../core/releases/release-state.ts'
import { BusinessStreams } from './business-streams.ts'
import type { Closed } from './closing.ts'
import { CpuStreams } from './cpu-streams.ts'
import { type GaugeRules, GaugeStreams } from './gauge-streams.ts'
import { RestartStreams } from './restart-streams.ts'
import type { ServiceState } from './service-state.ts'

export class AloneStreams {
  readonly #source: WatchFacts['source']
  readonly #gauges: GaugeStreams
  readonly #cpu: CpuStreams
  readonly #restarts: RestartStreams
  readonly #business: BusinessStreams

  constructor(state: ServiceState, facts: WatchFacts, rules: GaugeRules) {
    this.#source = facts.source
    this.#gauges = new GaugeStreams(state, facts, rules)
    this.#cpu = new CpuStreams(state, facts, rules)
    this.#restarts = new RestartStreams(state, facts)
    this.#business = new BusinessStreams(state, facts, rules.metrics)
  }

  take(closed: Exclude<Closed, { readonly kind: 'kinds' }>): void {
    if (closed.kind === 'gauges') {
      this.#gauges.take(closed.bucket)
      this.#cpu.take(closed.bucket)
      this.#restarts.take(closed.bucket)
    } else if (closed.track === 'counts') this.#business.take('counts', closed.bucket)
    else if (closed.track === this.#source) {
      this.#business.take('requests', closed.bucket)
      this.#cpu.takeRequests(closed.bucket)
    }
  }

  /** Minutes between the values of gauges. */
  get gaugeMinutes(): number {
    return this.#gauges.stepMinutes
  }

  /** Gauges that Culprit makes itself. */
  get #own(): readonly (CpuMonitor | RestartMonitor)[] {
    return [...this.#cpu.monitors, ...this.#restarts.monitors]
  }

  get #gaugeLogEs(): readonly number[] {
    return [...this.#gauges.logEs, ...this.#own.map(({ logE }) => logE)]
  }

  /** What each gauge pays for all. */
  get #gaugeWeight(): number {
    return 1 / Math.max(1, this.#gaugeLogEs.length)
  }

  /** Log E and weight alone. */
  quick(): Pick<StreamEvidence, 'signal' | 'logE' | 'weight'>[] {
    const business = this.#business
    const weight = this.#gaugeWeight
    return [
      ...this.#gaugeLogEs.map((logE) => ({ signal: 'gauge' as const, logE, weight })),
      ...business.logEs.map((logE) => ({
        signal: 'business' as const,
        logE,
        weight: business.weight,
      })),
    ]
  }

  /** A split has nothing left to compare once the new version has gone, which it has for `newGoneForMs`. */
  evidence({
    final,
    newGoneForMs,
  }: {
    readonly final: boolean
    readonly newGoneForMs: number
  }): StreamEvidence[] {
    const weight = this.#gaugeWeight
    const all = [
      ...this.#business.evidence({ final }),
      ...this.#own.map((monitor) => monitor.evidence({ weight })),
      ...this.#gauges.evidence({ final, weight }),
    ]
    if (newGoneForMs < judgeDefaults.recoveredForMs) return all
    return all.map((each) =>
      each.mode !== 'split' || hasRecovered(each)
        ? each
        : { ...each, recovered: 1, recoveredForMs: newGoneForMs },
    )
  }
}

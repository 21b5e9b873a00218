/**
 * One stream of a release (or of a service without one) under watch: fed bucket by bucket, it answers with
 * the evidence so far. Derived state: the same buckets give the same monitor, so none is ever stored.
 *
 * Promises: each bucket is pushed once, in order, `missing` where there is no usable data (completeness
 * below 90 %, an arm without exposure). Natural logarithms; instants are milliseconds since the epoch and
 * bucket k is [startMs + k stepMs, startMs + (k + 1) stepMs). Source: detection reference, sections 6 to 9.
 *
 * The costly answers are made on demand: onset and exclusions only for `full` evidence, the fine measure of the
 * effect and the recovery monitor only once the stream has been suspicious, each by running the kept buckets again.
 */
import type { StreamEvidence } from '../../contracts/findings.ts'
import type { SignalName, SignalScope } from '../../contracts/signal.ts'
import { type ForecastBaseline, logRateAt } from './baseline.ts'
import { detectableRatio } from './detectable.ts'
import { type Effect, effectOf, excessShare, jointShares, probabilityOfEffect } from './effect.ts'
import { EquivalenceFilters } from './equivalence.ts'
import { type FilterModel, evidenceSpec, filterModel } from './filter-model.ts'
import type { Exclusion } from './exclusion.ts'
import { FineEffect } from './fine-effect.ts'
import { ForwardFilter } from './forward-filter.ts'
import { judgeDefaults } from './judge.ts'
import { Lull } from './lull.ts'
import { type Counted, materialExclusion, materialRatio, type Watched } from './material.ts'
import { RecoveryWatch } from './recovery-watch.ts'
import { excessEvents, ownOf, sumOf, WatchLog } from './watch-log.ts'
import {
  type ForecastCounts,
  type Observation,
  type SplitCounts,
  forecastObservation,
  splitObservation,
} from './observation.ts'
import { type OnsetBuckets, onsetBuckets, onsetPosterior, type WatchedBucket } from './onset.ts'
import {
  type EffectGrid,
  type Mode,
  type Nuisance,
  falling,
  fineStep,
  rising,
  rolloutStepShare,
} from './parameters.ts'

/** `freshness` in [0, 1]: mean e^(-age / 2 min) over the new version's requests; left out, all began with the watch. */
export type SplitBucket = SplitCounts & { readonly freshness?: number }
/** `logRate` left out: the baseline's. For traffic n is 1. */
export type ForecastBucket = Omit<ForecastCounts, 'logRate'> & {
  readonly logRate?: number
  readonly freshness?: number
}
export type MonitorBucket = SplitBucket | ForecastBucket | 'missing'

export interface MonitorOptions {
  readonly signal: SignalName
  readonly scope: SignalScope
  /** Which way is bad; left out: up, of traffic down. */
  readonly direction?: EffectGrid['direction']
  readonly mode: Mode
  readonly startMs: number
  readonly stepMs: number
  readonly nuisance: Nuisance
  /** Calibration: log evidence is divided by it. */
  readonly kappa?: number
  /** Of latency: `incidentRatesAt` its quantile. */
  readonly incidentRates?: readonly number[]
  /** Processes do not start with this watch, as in a placebo: no warm-up. */
  readonly warm?: boolean
  /** Forecast mode only. */
  readonly baseline?: ForecastBaseline
  /** The split monitor that this one goes on from, now that the old version has gone (section 13). */
  readonly continues?: StreamMonitor
}

export interface EvidenceOptions {
  /** The stream's weight in its release. */
  readonly weight: number
  /** With onset and exclusions. */
  readonly full: boolean
}

/** Worse by this much is worse: section 12. */
export const effectDelta = 0.2
const excessMinutes = 5

export class StreamMonitor {
  readonly #options: MonitorOptions
  readonly #model: FilterModel
  readonly #initial: Float64Array
  readonly #filter: ForwardFilter
  readonly #log = new WatchLog()
  #recovery: RecoveryWatch | null = null
  #equivalence: EquivalenceFilters | null = null
  #fine: FineEffect | null = null
  #onset: { buckets: number; found: OnsetBuckets | null } | null = null

  constructor(options: MonitorOptions) {
    const { mode, nuisance, signal, stepMs, baseline } = options
    if (mode === 'forecast' && !baseline) throw new Error('a forecast needs its baseline')
    const { direction = signal === 'traffic' ? 'falling' : 'rising' } = options
    const grid = direction === 'falling' ? falling : rising
    this.#options = options
    const { incidentRates } = options
    const eventsPerMinute = baseline && baseline.events / baseline.minutes
    const spec = {
      ...evidenceSpec({ mode, nuisance, grid, stepSeconds: stepMs / 1000, eventsPerMinute }),
      ...(incidentRates ? { incidentRates } : {}),
    }
    this.#model = filterModel(options.warm ? { ...spec, warmUps: [0], warmUpPrior: [1] } : spec)
    this.#initial = baseline?.initial ?? this.#model.space.start
    this.#filter = new ForwardFilter(this.#model, this.#initial)
  }

  get mode(): Mode {
    return this.#options.mode
  }

  get buckets(): number {
    return this.#log.buckets.length
  }

  /** Calibrated log evidence now. */
  get logE(): number {
    const own = this.#filter.logE / (this.#options.kappa ?? 1)
    return own + (this.#options.continues?.logE ?? 0)
  }

  /** P(the level is not the usual one), whether by an effect or by an incident. */
  get shifted(): number {
    return 1 - this.#filter.recoveredShare()
  }

  push(bucket: MonitorBucket): void {
    const observation = this.#observe(bucket)
    const freshness = bucket === 'missing' ? null : (bucket.freshness ?? null)
    this.#log.add({ observation, freshness }, bucket)
    if (observation) this.#filter.observe(observation, freshness ?? undefined)
    else this.#filter.skip()
    this.#followRecovery({ observation, freshness }, ownOf(bucket))
  }

  /** A rollout step: the effect may start anew with the next bucket. */
  startAgain(): void {
    this.#log.stepNext()
    this.#filter.startAgain(rolloutStepShare)
    this.#recovery?.startAgain()
  }

  /** Share of the last `minutes` of the watch that is missing. */
  missingShare(minutes: number): number {
    return this.#log.missingShare(this.#bucketsIn(minutes))
  }

  evidence({ weight, full }: EvidenceOptions): StreamEvidence {
    const { signal, scope, stepMs, continues } = this.#options
    const { grid } = this.#model
    const shares = this.#shares()
    const effect = this.#effect(shares)
    const observed = sumOf(this.#log.observed, continues?.observed)
    return {
      signal,
      scope,
      mode: this.mode,
      logE: this.logE,
      weight,
      probability: probabilityOfEffect(shares, grid, effectDelta),
      ratio: effect.ratio,
      low: effect.low,
      high: effect.high,
      excessPerMinute: this.#excessPerMinute(shares),
      recovered: this.#recovery?.share ?? null,
      recoveredForMs: this.#recovery ? this.#recovery.forBuckets * stepMs : null,
      excludes: full ? this.exclusions() : [],
      ...(full ? { materialRatio: this.materialRatio } : {}),
      onset: full ? this.onset() : null,
      baseline: this.baselineTotals,
      observed,
      detectable: this.#detectable(),
      latency: null,
    }
  }

  get observed(): { events: number; exposure: number } {
    return this.#log.observed
  }

  /** Split: the old version's totals. Forecast: those of the history. */
  get baselineTotals(): { events: number; exposure: number } {
    const { continues, baseline } = this.#options
    if (continues) return continues.baselineTotals
    if (!baseline) return this.#log.control
    return { events: baseline.events, exposure: baseline.exposure }
  }

  /** Log E' of equivalence for each ratio, over this monitor's own buckets. */
  exclusions(): Exclusion[] {
    this.#equivalence ??= new EquivalenceFilters(this.#model, this.#initial)
    const tested = this.#equivalence.after(this.#log.buckets)
    if (this.materialRatio <= tested.at(-1)!.theta) return tested
    return [...tested, materialExclusion(this.#watched, this.#options.nuisance.eta)]
  }

  /** Of a rising signal: the smallest ratio at which the excess is one that matters. */
  get materialRatio(): number {
    return this.#model.grid.direction === 'rising' ? materialRatio(this.#watched) : 1
  }

  get #watched(): Watched {
    const minutes = (this.buckets * this.#options.stepMs) / 60_000
    return { usual: this.baselineTotals, observed: this.#log.observed, minutes }
  }

  onset(): StreamEvidence['onset'] {
    const { startMs, stepMs, continues } = this.#options
    if (continues && continues.logE >= judgeDefaults.suspiciousLogE) return continues.onset()
    if (this.buckets === 0) return null
    if (this.#onset?.buckets !== this.buckets) {
      const posterior = onsetPosterior(this.#model, this.#initial, this.#log.buckets)
      this.#onset = { buckets: this.buckets, found: onsetBuckets(posterior) }
    }
    const found = this.#onset.found
    const msOf = (bucket: number) => startMs + bucket * stepMs
    return found && { atMs: msOf(found.at), fromMs: msOf(found.from), toMs: msOf(found.to) }
  }

  #shares(): Float64Array {
    const own = this.#filter.effectShares()
    const { continues } = this.#options
    return continues ? jointShares(own, continues.#shares(), this.#model) : own
  }

  /** The effect on the coarse grid, and on the fine one once there is something to measure. */
  #effect(shares: Float64Array): Effect {
    if (this.logE < judgeDefaults.suspiciousLogE) return effectOf(shares, this.#model.grid)
    const { model, shares: fine } = this.#fineShares()
    return effectOf(fine, model.grid, fineStep)
  }

  #fineShares(): { model: FilterModel; shares: Float64Array } {
    this.#fine ??= new FineEffect(this.#model, this.#initial)
    const { model, shares: own } = this.#fine.after(this.#log.buckets)
    const { continues } = this.#options
    const shares = continues ? jointShares(own, continues.#fineShares().shares, model) : own
    return { model, shares }
  }

  #observe(bucket: MonitorBucket): Observation | null {
    if (bucket === 'missing') return null
    if ('n1' in bucket) {
      if (this.mode !== 'split') throw new Error('a split bucket in a forecast')
      return bucket.n1 > 0 && bucket.n0 > 0 ? splitObservation(bucket) : null
    }
    const { baseline, startMs, stepMs } = this.#options
    if (this.mode !== 'forecast' || !baseline) throw new Error('a forecast bucket in a split')
    const logRate = bucket.logRate ?? logRateAt(baseline, startMs + (this.buckets + 0.5) * stepMs)
    if (!(bucket.n > 0) || !Number.isFinite(logRate)) return null
    return forecastObservation({ n: bucket.n, e: bucket.e, logRate })
  }

  #followRecovery(bucket: Omit<WatchedBucket, 'step'>, own: Counted): void {
    if (this.#recovery) this.#recovery.push(bucket, own, this.baselineTotals)
    else if (this.logE >= judgeDefaults.suspiciousLogE) {
      // As if it had run from the release on: its level must be known by the time it is asked.
      const lull = new Lull(this.#options.stepMs / 60_000, this.#options.nuisance.eta)
      this.#recovery = new RecoveryWatch(this.#model, this.#initial, this.#log.buckets, lull)
    }
  }

  #excessPerMinute(shares: Float64Array): number {
    const window = this.#log.recent(this.#bucketsIn(excessMinutes))
    const minutes = (window.length * this.#options.stepMs) / 60_000
    if (minutes === 0) return 0
    const { grid, mode } = this.#model
    if (grid.direction === 'falling') return excessEvents(window, mode) / minutes
    const events = window.reduce((sum, each) => sum + each.events, 0)
    return (excessShare(shares, grid) * events) / minutes
  }

  #detectable(): number | null {
    const { nuisance, kappa = 1, stepMs } = this.#options
    const { grid, start } = this.#model
    const power = {
      information: this.#log.information(this.#model.mode),
      minutes: (this.buckets * stepMs) / 60_000,
      nuisance,
      thetaMin: grid.direction === 'rising' ? grid.thetaMin : 1,
      kappa,
      logE: judgeDefaults.regressedLogE,
      start,
    }
    const { events, exposure } = sumOf(this.baselineTotals, this.#log.observed)
    // A share grows to 1 and no further: a larger ratio is no effect that could have shown.
    const most = (exposure + 1) / (events + 0.5)
    return detectableRatio(power, grid.direction === 'rising' ? { most } : 'falling')
  }

  #bucketsIn(minutes: number): number {
    return Math.max(1, Math.round((minutes * 60_000) / this.#options.stepMs))
  }
}

/**
 * One watch: a release of a service (or, without a release, its sentinels), fed with what closes.
 *
 * Derived state: a function of its frozen facts and of the closed buckets in their order, so it is never
 * stored; opened again, it is fed the history in silence and goes on to the same findings. Findings come
 * when a stream or the release crosses a threshold, once a minute, and at the end.
 */
import type { EvidenceFinding, StreamEvidence } from '../../contracts/findings.ts'
import { judgeDefaults, overallLogE, releaseLogE } from '../../core/detection/judge.ts'
import type { OnsetOf } from '../../core/detection/pre-trend.ts'
import { releaseWeights } from '../../core/detection/release-weights.ts'
import { Shifts } from '../../core/detection/shifts.ts'
import type { GaugeBucket } from '../../core/rollup/gauge-track.ts'
import { type Bucket, windowMs } from '../../core/rollup/track.ts'
import type { MetricRule } from '../../core/rollup/metric-rules.ts'
import type { WatchFacts } from '../../core/releases/release-state.ts'
import { AloneStreams } from './alone-streams.ts'
import { ArmShares } from './arm-shares.ts'
import type { Closed } from './closing.ts'
import { Coverage } from './coverage.ts'
import { exemplarsSince, listedKinds } from './listed-kinds.ts'
import type { Placebo } from './past-state.ts'
import type { OldVersion } from './old-version.ts'
import { OnsetMemo } from './onset-memo.ts'
import { Peaks } from './peaks.ts'
import { PlaceboMaxima } from './placebo-maxima.ts'
import { WatchSteps } from './watch-steps.ts'
import { WorthTelling } from './worth-telling.ts'
import type { KindBucket, ServiceState } from './service-state.ts'
import type { EarlyWatch } from './early-watch.ts'
import { LatencyReport } from './latency-report.ts'
import { WatchBuilder } from './watch-builder.ts'
import type { AvailabilityStream, NewKindStream } from './watch-side-streams.ts'
import type { WatchStream } from './watch-stream.ts'

/** A gauge may leave out a step or two. */
const gaugeStepsMissed = 3

export interface WatchLimits {
  readonly watchMs: number
  readonly metrics: readonly MetricRule[]
  readonly watchMaxMs: number
}

/** An exception is told by its own time, its request by its end: the first may lie a window earlier. */
const newSince = ({ startMs }: WatchFacts) => startMs - windowMs

type AnyStream = WatchStream | AvailabilityStream | NewKindStream

export class Watch {
  readonly release: string | null
  readonly facts: WatchFacts
  readonly #state: ServiceState
  readonly #limits: WatchLimits
  readonly #builder: WatchBuilder
  #streams: WatchStream[]
  #callers: AvailabilityStream[]
  #oldVersion: OldVersion | null
  readonly #kinds: NewKindStream
  readonly #alone: AloneStreams
  readonly #latency: LatencyReport
  readonly #preTrend: EarlyWatch | null
  #weights: number[] = []
  #handedOver = false
  /** End of the newest minute with a gauge. */
  #heardMs: number
  readonly #coverage: Coverage
  readonly #steps: WatchSteps
  readonly #shares = new ArmShares()
  readonly #shifts = new Shifts()
  #shiftChanged = false
  readonly #worth: WorthTelling
  #lastEndMs: number
  readonly #placebo: PlaceboMaxima
  readonly #onsets: OnsetMemo
  readonly #peaks = new Peaks()

  constructor(state: ServiceState, release: string | null, facts: WatchFacts, limits: WatchLimits) {
    this.release = release
    this.facts = facts
    this.#state = state
    this.#limits = limits
    this.#builder = new WatchBuilder(state, facts, release === null)
    this.#placebo = new PlaceboMaxima(this.#builder.judge)
    const beginning = this.#builder.begin(release !== null)
    this.#streams = beginning.streams
    this.#oldVersion = beginning.oldVersion
    this.#preTrend = beginning.preTrend
    this.#callers = this.#builder.callers()
    this.#kinds = this.#builder.kinds()
    this.#coverage = new Coverage(facts.stepMs)
    this.#steps = new WatchSteps(facts.stepMs)
    this.#alone = new AloneStreams(state, facts, limits)
    this.#latency = new LatencyReport(this.#builder)
    this.#worth = new WorthTelling(state.key)
    this.#lastEndMs = facts.startMs
    this.#onsets = new OnsetMemo(facts.startMs)
    this.#heardMs = facts.startMs
    this.#weights = releaseWeights(this.#all())
  }

  #all(): AnyStream[] {
    if (this.facts.fedByGauges === true) return []
    const kinds = this.release === null ? [] : [this.#kinds]
    return [...this.#streams, ...this.#callers, ...kinds]
  }

  get logE(): number {
    const quick = this.#quick()
    return overallLogE(releaseLogE(quick), quick)
  }

  /** log E and weight alone: what is looked at after every bucket. */
  #quick(): StreamEvidence[] {
    const counts = this.#all().map((stream, i) => ({
      signal: 'errors',
      logE: stream.logE,
      weight: this.#weights[i]!,
    }))
    return [...counts, ...this.#alone.quick()] as StreamEvidence[]
  }

  /** Whether the watch is over once the bucket that ends at `endMs` has been taken. */
  get overAtMs(): number {
    const { startMs, endMs } = this.facts
    const longest = Math.min(endMs, startMs + this.#limits.watchMaxMs)
    const normal = Math.min(endMs, startMs + this.#limits.watchMs)
    return this.logE >= judgeDefaults.suspiciousLogE ? longest : normal
  }

  get lastEndMs(): number {
    return this.#lastEndMs
  }

  /** Takes what closed; returns a finding when there is something to say. */
  take(closed: Closed): EvidenceFinding | null {
    if (this.facts.ended) return null
    if (closed.kind === 'kinds') return this.#takeKinds(closed.bucket)
    if (this.release !== null) this.#alone.take(closed)
    if (closed.kind === 'gauges') return this.#takeGauges(closed.bucket)
    const { bucket, track } = closed
    if (track === 'calls' && bucket.startMs >= this.facts.startMs) {
      for (const caller of this.#callers) caller.pushCalls(bucket)
    }
    if (track !== this.facts.source || bucket.startMs < this.facts.startMs) return null
    this.#takeBucket(bucket)
    return this.#speak(bucket)
  }

  /** Without requests the minutes of the gauges are the buckets of the watch. */
  #takeGauges(bucket: GaugeBucket): EvidenceFinding | null {
    const { facts } = this
    if (facts.fedByGauges !== true || bucket.startMs < facts.startMs) return null
    if (bucket.totals.size > 0) this.#heardMs = bucket.endMs
    const silentMs = bucket.endMs - this.#heardMs
    this.#coverage.note(silentMs < gaugeStepsMissed * this.#alone.gaugeMinutes * 60_000)
    this.#lastEndMs = bucket.endMs
    return this.#speak(bucket)
  }

  #takeKinds(bucket: KindBucket): null {
    if (bucket.startMs < this.facts.startMs) return null
    let [one, zero] = [0, 0]
    for (const { fingerprint, version, traces } of bucket.counts) {
      const known = this.#state.kinds.get(fingerprint)
      if (known !== undefined && known.firstMs < newSince(this.facts)) continue
      if (this.facts.newVersion === null || version === this.facts.newVersion) one += traces
      else if (version === this.facts.oldVersion) zero += traces
    }
    this.#kinds.noteKinds(one, zero)
    return null
  }

  #takeBucket(bucket: Bucket): void {
    const { facts } = this
    if (facts.steps.includes(bucket.startMs))
      for (const stream of this.#streams) stream.startAgain()
    if (facts.handoverMs !== null && bucket.startMs >= facts.handoverMs && !this.#handedOver) {
      this.#handedOver = true
      this.#oldVersion = null
      this.#streams = this.#builder.handOver(this.#streams, facts.handoverMs)
      this.#weights = releaseWeights(this.#all())
    }
    const seen = this.#builder.seen(bucket, this.#handedOver)
    for (const step of this.#steps.of(bucket, seen)) {
      this.#coverage.note(step !== 'missing')
      for (const stream of this.#streams) stream.push(step)
      this.#oldVersion?.push(step, bucket.startMs)
    }
    this.#preTrend?.take(bucket)
    if (this.release === null) {
      const shares = this.#streams.map(({ shifted }) => shifted)
      this.#shiftChanged = this.#shifts.note(shares, bucket.startMs)
    }
    if (seen === 'missing') this.#kinds.push(seen)
    else {
      const { one, zero } = seen.arms.total
      this.#kinds.push({ one: one.n, zero: zero.n })
      this.#latency.note(bucket, this.#handedOver)
      const split = facts.mode === 'split' && !this.#handedOver
      this.#shares.note(facts, bucket, { arms: seen.arms, split })
    }
    this.#lastEndMs = bucket.endMs
    const all = this.#all()
    for (const [i, { logE }] of all.entries()) this.#peaks.note(this.#keyOf(i), logE, bucket.endMs)
    if (this.release === null) this.#placebo.note(all)
  }

  /** Greatest log E of each stream of a sentinel so far. */
  get maxima(): Placebo['maxima'] {
    return this.#placebo.maxima
  }

  get shares(): Pick<ArmShares, 'newShare' | 'newGoneForMs' | 'oldGoneForMs'> {
    return this.#shares
  }

  get isSuspicious(): boolean {
    return this.logE >= judgeDefaults.suspiciousLogE
  }

  /** The whole of its streams has said `regressed` at some bucket. */
  get hasAlarmed(): boolean {
    return this.#worth.hasAlarmed
  }

  #speak(bucket: Pick<Bucket, 'startMs' | 'endMs'>): EvidenceFinding | null {
    const quick = this.#quick()
    const isWorth = this.#worth.of(bucket, {
      logE: overallLogE(releaseLogE(quick), quick),
      logEs: quick.map(({ logE }) => logE),
      isSentinel: this.release === null,
      shifted: this.#shifts.any,
      shiftChanged: this.#shiftChanged,
    })
    return isWorth ? this.finding(false) : null
  }

  finding(final: boolean): EvidenceFinding {
    const counts = this.#all().map((stream, i) => this.#streamEvidence(stream, i, final))
    const alone = this.#alone.evidence({ final, newGoneForMs: this.#shares.newGoneForMs })
    const streams = [...counts, ...alone]
    const logE = releaseLogE(streams)
    return {
      kind: 'evidence',
      release: this.release,
      service: this.#state.key,
      version: this.facts.newVersion,
      atMs: this.#lastEndMs,
      logE,
      streams,
      kinds:
        this.release === null
          ? []
          : listedKinds(this.#state.kinds.values(), newSince(this.facts), this.#lastEndMs),
      exemplars: exemplarsSince(this.#state.kindBuckets, this.facts.startMs),
      preTrend: this.#preTrend?.logE(logE, this.#onsetOf) ?? null,
      oldShift: this.#oldVersion?.shift ?? null,
      missing: this.#coverage.missingLately,
      gaps: this.#coverage.missing,
      weakHistory: this.facts.weakHistory,
      final,
      instances: this.#builder.instances(this.#lastEndMs),
      heardElsewhere: this.#builder.heardElsewhere(this.#lastEndMs),
    }
  }

  readonly #onsetOf: OnsetOf = (key, find) => this.#onsets.of(key, this.#lastEndMs, find)

  /** A stream after the handover is another one than before. */
  #keyOf(i: number): string {
    return `${i} ${this.#handedOver}`
  }

  #streamEvidence(stream: AnyStream, i: number, final: boolean): StreamEvidence {
    const weight = this.#weights[i]!
    const exclusions = final && stream.wholeService
    const evidence = stream.evidence({ weight, full: exclusions })
    const find = () => evidence.onset ?? stream.evidence({ weight, full: true }).onset
    const key = this.#keyOf(i)
    const peak = this.#peaks.passed(key, evidence)
    const onset = stream.logE >= judgeDefaults.suspiciousLogE ? this.#onsetOf(key, find) : null
    const withLatency = this.#latency.complete(evidence)
    const after = this.#shares.aftermath.complete(withLatency, () => this.#serviceErrors())
    const falseShare = this.#builder.judge.falseShare(evidence.signal, evidence.mode)
    return {
      ...after,
      onset,
      ...(peak === undefined ? {} : { peak }),
      ...(this.release === null && { shiftedSinceMs: this.#shifts.sinceMs(i) }),
      ...(falseShare === null ? {} : { falseShare }),
    }
  }

  /** Usual errors of the whole service, for what has no baseline of its own. */
  #serviceErrors(): { events: number; exposure: number } | null {
    const errors = this.#streams.find(({ group }) => group === 'errors')
    return errors === undefined ? null : errors.evidence({ weight: 0, full: false }).baseline
  }
}

/** The monitors from half an hour before a release, fed with its watch; versions are not told apart in it. */
import { type EarlyStream, type OnsetOf, PreTrend } from '../../core/detection/pre-trend.ts'
import type { Bucket } from '../../core/rollup/track.ts'
import { WatchSteps } from './watch-steps.ts'
import type { WatchBucket } from './watch-stream.ts'

export interface EarlyOptions {
  readonly stepMs: number
  /** The first step of the monitors, and the release: what is known of the time from it to the watch is after it. */
  readonly fromMs: number
  readonly releasedAtMs: number
  readonly see: (bucket: Bucket) => WatchBucket
}

export class EarlyWatch {
  readonly #trend: PreTrend<WatchBucket>
  readonly #steps: WatchSteps
  readonly #see: (bucket: Bucket) => WatchBucket
  #toMs: number

  constructor(
    streams: readonly EarlyStream<WatchBucket>[],
    /** The buckets up to the watch. */
    known: readonly (readonly [Bucket, WatchBucket])[],
    { stepMs, fromMs, releasedAtMs, see }: EarlyOptions,
  ) {
    this.#steps = new WatchSteps(stepMs)
    this.#see = see
    this.#toMs = fromMs
    const isBefore = ([{ startMs }]: (typeof known)[number]) => startMs < releasedAtMs
    const before = known.filter(isBefore).flatMap((each) => this.#stepsOf(...each))
    const until = [...before, ...this.#missingUntil(releasedAtMs)]
    this.#trend = new PreTrend(streams, until, releasedAtMs)
    for (const each of known.filter((one) => !isBefore(one))) this.#push(...each)
  }

  take(bucket: Bucket): void {
    this.#push(bucket, this.#see(bucket))
  }

  #push(bucket: Bucket, seen: WatchBucket): void {
    for (const step of this.#stepsOf(bucket, seen)) this.#trend.push(step)
  }

  /** Of what began before the release; null where all that is seen by now began with it or after it. */
  logE(ofRelease: number, onsetOf: OnsetOf): number | null {
    return this.#trend.logE(ofRelease, onsetOf)
  }

  #stepsOf(bucket: Bucket, seen: WatchBucket): WatchBucket[] {
    const missing = this.#missingUntil(bucket.startMs)
    this.#toMs = bucket.endMs
    return [...missing, ...this.#steps.of(bucket, seen)]
  }

  /** An onset is told by its step's place, so none may be left out. */
  #missingUntil(atMs: number): WatchBucket[] {
    const [startMs, endMs] = [this.#toMs, Math.max(this.#toMs, atMs)]
    this.#toMs = endMs
    return this.#steps.of({ startMs, endMs }, 'missing')
  }
}

/** The monitors from half an hour before a release, fed with its watch; versions are not told apart in it. */
import type { OnsetOf, PreTrend } from '../../core/detection/pre-trend.ts'
import type { Bucket } from '../../core/rollup/track.ts'
import { WatchSteps } from './watch-steps.ts'
import type { WatchBucket } from './watch-stream.ts'

export class EarlyWatch {
  readonly #trend: PreTrend<WatchBucket>
  readonly #steps: WatchSteps
  readonly #see: (bucket: Bucket) => WatchBucket

  constructor(
    trend: PreTrend<WatchBucket>,
    { stepMs, see }: { readonly stepMs: number; readonly see: (bucket: Bucket) => WatchBucket },
  ) {
    this.#trend = trend
    this.#steps = new WatchSteps(stepMs)
    this.#see = see
  }

  take(bucket: Bucket): void {
    for (const step of this.#steps.of(bucket, this.#see(bucket))) this.#trend.push(step)
  }

  /** Of what began before the release; null where all that is seen by now began with it or after it. */
  logE(ofRelease: number, onsetOf: OnsetOf): number | null {
    return this.#trend.logE(ofRelease, onsetOf)
  }
}

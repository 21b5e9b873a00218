/**
 * Whether a stream's level is back to usual, watched from the moment that it was suspicious: the filter of the recovery
 * monitor, as if it had run from the release on, and for how many buckets it has been sure (detection reference, 7.4).
 */
import { type FilterModel, filterModel, recoverySpec, specOf } from './filter-model.ts'
import { ForwardFilter } from './forward-filter.ts'
import type { Lull } from './lull.ts'
import type { Counted } from './material.ts'
import type { WatchedBucket } from './onset.ts'
import { recovery, rolloutStepShare } from './parameters.ts'
import { meanDrift, refined } from './state-space.ts'
import { replayBucket } from './replay-bucket.ts'

export class RecoveryWatch {
  readonly #filter: ForwardFilter
  readonly #lull: Lull
  #forBuckets = 0

  /** `buckets`: all of the watch so far. */
  constructor(
    model: FilterModel,
    initial: Float64Array,
    buckets: readonly WatchedBucket[],
    lull: Lull,
  ) {
    this.#lull = lull
    const usual = meanDrift(initial, model.space)
    const own = filterModel(recoverySpec(specOf(model), usual))
    this.#filter = new ForwardFilter(own, refined(initial, model.space, own.space))
    for (const each of buckets) replayBucket(this.#filter, each)
    this.#count()
  }

  get share(): number {
    return this.#lull.forBuckets > 0 ? 1 : this.#filter.recoveredShare()
  }

  get forBuckets(): number {
    return Math.max(this.#forBuckets, this.#lull.forBuckets)
  }

  /** `own`: what was counted in it, of which `usual` is usual. */
  push(
    { observation, freshness }: Omit<WatchedBucket, 'step'>,
    own: Counted,
    usual: Counted,
  ): void {
    if (observation === null) return this.#filter.skip()
    this.#lull.push(own, usual)
    this.#filter.observe(observation, freshness ?? undefined)
    this.#count()
  }

  startAgain(): void {
    this.#filter.startAgain(rolloutStepShare)
  }

  #count(): void {
    this.#forBuckets =
      this.#filter.recoveredShare() >= recovery.probabilityMin ? this.#forBuckets + 1 : 0
  }
}

/**
 * The size of an effect on a fine grid: a filter of its own, costly, run over the kept buckets when it is first asked for
 * and from there on over the new ones (detection reference, 7.2).
 */
import { type FilterModel, filterModel, specOf } from './filter-model.ts'
import { ForwardFilter } from './forward-filter.ts'
import type { WatchedBucket } from './onset.ts'
import { fineFalling, fineRising } from './parameters.ts'
import { replayBucket } from './replay-bucket.ts'

export class FineEffect {
  readonly #filter: ForwardFilter
  #taken = 0

  /** `coarse`: the model of the evidence; `initial`: mass over its states at the release. */
  constructor(coarse: FilterModel, initial: Float64Array) {
    const falls = coarse.grid.direction === 'falling'
    const model = filterModel({ ...specOf(coarse), grid: falls ? fineFalling : fineRising })
    this.#filter = new ForwardFilter(model, initial)
  }

  /** P(not started), P(theta_1), ... once all `buckets` of the watch have been seen. */
  after(buckets: readonly WatchedBucket[]): { model: FilterModel; shares: Float64Array } {
    for (const each of buckets.slice(this.#taken)) replayBucket(this.#filter, each)
    this.#taken = buckets.length
    return { model: this.#filter.model, shares: this.#filter.effectShares() }
  }
}

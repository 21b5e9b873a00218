/**
 * Evidence that a release did *not* make things worse by more than a ratio (detection reference, section 8,
 * "Cleared"): log E' = log L(theta = 1) - log L(theta = ratio), drift and warm-up integrated out.
 *
 * Absence of an alarm is no health; this is. It covers an effect that is constant from the release on.
 */
import type { FilterModel } from './filter-model.ts'
import type { Exclusion } from './exclusion.ts'
import { NullFilter } from './null-filter.ts'
import type { Observation } from './observation.ts'
import type { WatchedBucket } from './onset.ts'
import { clearRatios } from './parameters.ts'

export class EquivalenceFilters {
  readonly #usual: NullFilter
  #seen = 0
  readonly #worse: readonly { readonly theta: number; readonly filter: NullFilter }[]

  /** A falling signal is tested against 1 / ratio. */
  constructor(model: FilterModel, initial: Float64Array) {
    const { space, warmUps, warmUpPrior, grid } = model
    const filterOf = (theta: number) =>
      new NullFilter({ space, theta, warmUps, warmUpPrior, initial })
    this.#usual = filterOf(1)
    this.#worse = clearRatios.map((ratio) => {
      const theta = grid.direction === 'rising' ? ratio : 1 / ratio
      return { theta, filter: filterOf(theta) }
    })
  }

  /** Null: the bucket is missing. A freshness of null means the age of the watch. */
  push(observation: Observation | null, freshness: number | null): void {
    for (const filter of [this.#usual, ...this.#worse.map((each) => each.filter)]) {
      if (observation) filter.observe(observation, freshness ?? undefined)
      else filter.skip()
    }
  }

  /** What is excluded once `buckets` have been seen: all of the watch so far. */
  after(buckets: readonly WatchedBucket[]): Exclusion[] {
    for (const each of buckets.slice(this.#seen)) this.push(each.observation, each.freshness)
    this.#seen = buckets.length
    return this.exclusions
  }

  get exclusions(): Exclusion[] {
    const usual = this.#usual.logLikelihood
    return this.#worse.map(({ theta, filter }) => ({ theta, logE: usual - filter.logLikelihood }))
  }
}

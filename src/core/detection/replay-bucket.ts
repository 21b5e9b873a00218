/** Feeds a bucket that a watch has kept to another filter, as it was fed to the first. */
import type { ForwardFilter } from './forward-filter.ts'
import type { WatchedBucket } from './onset.ts'
import { rolloutStepShare } from './parameters.ts'

export function replayBucket(filter: ForwardFilter, each: WatchedBucket): void {
  if (each.step) filter.startAgain(rolloutStepShare)
  if (each.observation) filter.observe(each.observation, each.freshness ?? undefined)
  else filter.skip()
}

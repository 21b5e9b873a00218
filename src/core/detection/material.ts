/**
 * Of few events a doubling is none that matters: what must be excluded of them is an excess that would be told, half
 * an event a minute (`excessPerMinuteMin`), or one of a hundred requests where that is less.
 */
import type { Exclusion } from './exclusion.ts'
import { judgeDefaults } from './judge.ts'
import { materialShareMax } from './parameters.ts'

export interface Counted {
  readonly events: number
  readonly exposure: number
}

/** What a watch of so many minutes had, and the rate that is usual. */
export interface Watched {
  readonly usual: Counted
  readonly observed: Counted
  readonly minutes: number
}

/** The excess that matters, in events of the whole watch. */
function materialExcess({ observed, minutes }: Watched): number {
  return Math.min(judgeDefaults.excessPerMinuteMin * minutes, materialShareMax * observed.exposure)
}

/** The smallest ratio at which the excess matters; 1 where nothing has been watched. */
export function materialRatio(watched: Watched): number {
  const { usual, observed } = watched
  const expected = ((usual.events + 0.5) / (usual.exposure + 1)) * observed.exposure
  return expected > 0 ? 1 + materialExcess(watched) / expected : 1
}

/**
 * Log E' that the excess does not matter: the likelihood ratio of a plain Poisson count, tempered as the stream is.
 * For ratios beyond what drift explains; a split without events would say nothing by its filter.
 */
export function materialExclusion(watched: Watched, eta: number): Exclusion {
  const theta = materialRatio(watched)
  const logRatio = materialExcess(watched) - watched.observed.events * Math.log(theta)
  return { theta, logE: eta * logRatio }
}

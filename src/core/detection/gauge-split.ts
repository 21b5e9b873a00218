/**
 * A gauge of two versions side by side (detection reference, section 22, step 7): the new instances' mean less the
 * old ones', measured by how far instances of one version lie apart.
 *
 * Instances differ for good, not only from minute to minute: that part is drift that hardly moves [choice].
 */
import { normalQuantile } from '../kernel/math/normal.ts'
import { median } from '../kernel/math/order-statistics.ts'
import { studentQuantile } from '../kernel/math/student.ts'
import type { GaugeFit } from './gauge-filter.ts'
import { coldPlaceboQuantile } from './parameters.ts'
import { placeboKappa } from './placebo.ts'

/** Instances of one version in a minute: sum of their values, of the squares, and how many. */
export type InstancesCell = readonly [sum: number, squares: number, count: number]

export const splitFit: GaugeFit = { phiPerMinute: 0.98, f: 0.8, g: 1 }
export const splitKappa = placeboKappa([], coldPlaceboQuantile.gaugeSplit)

/** Of the gauge's own deviation over time, instances are taken to lie at least so far apart. */
const spreadMin = 0.25

/**
 * Median over the minutes of the standard deviation between the instances of a minute (sum, sum of squares, count).
 * `scale`: the gauge's own deviation over time, in place of what one instance does not tell.
 */
export function betweenInstances(cells: readonly InstancesCell[], scale: number): number {
  const deviations = cells.flatMap((cell) => (cell[2] < 2 ? [] : [Math.sqrt(varianceOf(cell))]))
  if (deviations.length === 0) return scale
  return Math.max(median(deviations), spreadMin * scale)
}

function varianceOf([sum, squares, count]: InstancesCell): number {
  return Math.max(0, (squares - (sum * sum) / count) / (count - 1))
}

const minutesMin = 30
const instancesMin = 3
/** At least so much of the differences is taken to stay [choice]. */
const stayingMin = 0.2
/** What stays hardly moves within a watch. */
const stayingPhi = 0.997
/** Student's quantiles are heavier than the normal one by what they are here: one in 500 [choice]. */
const level = 0.998

/**
 * How instances differ: the part that stays, and the part that each minute draws anew.
 *
 * Instances whose differences stay are as many draws as there are instances, however many minutes are seen; the new
 * version's differ from the old one's by a draw more, measured by so few: Student's law, which the drift's deviation
 * is widened for. Which part stays is told by the variance between instances itself: with P staying and N anew each
 * minute, its mean over the minutes is P + N and its variance 2 ((P + N)^2 - P^2) / (instances - 1). Without it,
 * one new instance beside four alarmed in 4 % of harmless releases with five gauges.
 */
export function splitFitOf(cells: readonly InstancesCell[]): GaugeFit {
  const known = cells.filter(([, , count]) => count >= instancesMin)
  if (known.length < minutesMin) return splitFit
  const freedom = Math.round(median(known.map(([, , count]) => count))) - 1
  const variances = known.map(varianceOf)
  const mean = variances.reduce((sum, each) => sum + each, 0) / variances.length
  if (!(mean > 0)) return splitFit
  const spread = variances.reduce((sum, each) => sum + (each - mean) ** 2, 0) / variances.length
  const staying = Math.sqrt(Math.max(0, mean * mean - (spread * freedom) / 2)) / mean
  const share = Math.max(stayingMin, staying)
  const drift = share * (studentQuantile(level, freedom) / normalQuantile(level)) ** 2
  const g = drift + 1 - share
  return { phiPerMinute: stayingPhi, f: drift / g, g }
}

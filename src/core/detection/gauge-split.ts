/**
 * A gauge of two versions side by side (detection reference, section 22, step 7): the new instances' mean less the
 * old ones', measured by how far instances of one version lie apart.
 *
 * Instances differ for good, not only from minute to minute: most of the variance is drift that hardly moves
 * [choice].
 */
import { median } from '../kernel/math/order-statistics.ts'
import type { GaugeFit } from './gauge-filter.ts'
import { coldPlaceboQuantile } from './parameters.ts'
import { placeboKappa } from './placebo.ts'

export const splitFit: GaugeFit = { phiPerMinute: 0.98, f: 0.8, g: 1 }
export const splitKappa = placeboKappa([], coldPlaceboQuantile.gaugeSplit)

/** Of the gauge's own deviation over time, instances are taken to lie at least so far apart. */
const spreadMin = 0.25

/**
 * Median over the minutes of the standard deviation between the instances of a minute (sum, sum of squares, count).
 * `scale`: the gauge's own deviation over time, in place of what one instance does not tell.
 */
export function betweenInstances(
  cells: readonly (readonly [sum: number, squares: number, count: number])[],
  scale: number,
): number {
  const deviations = cells.flatMap(([sum, squares, count]) =>
    count < 2 ? [] : [Math.sqrt(Math.max(0, (squares - (sum * sum) / count) / (count - 1)))],
  )
  if (deviations.length === 0) return scale
  return Math.max(median(deviations), spreadMin * scale)
}

/**
 * Calibration by placebos: the same monitor run where nothing was released (detection reference,
 * section 10, formula 4). kappa >= 1 divides log evidence, so that a restless stream is believed less.
 */
import { quantile } from '../kernel/math/order-statistics.ts'
import { placebo } from './parameters.ts'

/** `maxima`: greatest logE of each placebo watch of the stream. `fleetQuantile`: that of all streams' placebos. */
export function placeboKappa(maxima: readonly number[], fleetQuantile: number): number {
  const { level, priorCount } = placebo
  const own = maxima.length > 0 ? quantile(maxima, level) : 0
  const pooled = (maxima.length * own + priorCount * fleetQuantile) / (maxima.length + priorCount)
  return Math.max(1, pooled / Math.log(10))
}

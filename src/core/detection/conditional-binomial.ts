/**
 * The plain mixture e-value of two versions side by side, without drift (detection reference, formula 1).
 *
 * A baseline to compare with: valid only if events are independent given their rates, which real ones are
 * not (section 17). The running value is an e-process of "theta <= thetaNull".
 */
import { logWeightedSum } from '../kernel/math/log-sum-exp.ts'
import { type SplitCounts, splitObservation } from './observation.ts'
import type { EffectGrid } from './parameters.ts'

/** Log e-value after each bucket. `grid.thetaMin` is the edge of the null. */
export function conditionalBinomialLogE(
  buckets: readonly SplitCounts[],
  { thetas, weights, thetaMin }: EffectGrid,
): number[] {
  const logs = new Float64Array(thetas.length)
  return buckets.map((counts) => {
    const { level, events, total } = splitObservation(counts)
    const logLik = (theta: number) => {
      const odds = level + Math.log(theta)
      return events * odds - total * Math.log1p(Math.exp(odds))
    }
    thetas.forEach((theta, j) => {
      logs[j]! += logLik(theta) - logLik(thetaMin)
    })
    return logWeightedSum(logs, weights)
  })
}

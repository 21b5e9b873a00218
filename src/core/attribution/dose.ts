/**
 * Dose response: an effect in proportion to the exposure share, against a step of everybody at once
 * (attribution reference, section 7). Not clipped here.
 */
import { logSumExp } from '../kernel/math/log-sum-exp.ts'

export interface DoseStep {
  /** Exposure share of the release at this step. */
  readonly share: number
  readonly expected: number
  readonly events: number
}

export function doseLlr(
  steps: readonly DoseStep[],
  { eta, thetas }: { readonly eta: number; readonly thetas: readonly number[] },
): number {
  const logOf = (ratioAt: (share: number, theta: number) => number) =>
    logSumExp(
      thetas.map((theta) =>
        steps.reduce((sum, { share, expected, events }) => {
          const ratio = ratioAt(share, theta)
          return sum + eta * (events * Math.log(ratio) - expected * (ratio - 1))
        }, 0),
      ),
    )
  return logOf((share, theta) => 1 + share * (theta - 1)) - logOf((_, theta) => theta)
}

/**
 * How large an effect is, read from the filter's posterior (detection reference, section 7.2 and 7.5).
 *
 * `shares` is P(not started), P(theta_1), ... and sums to 1. Ratios are new over old.
 */
import type { EffectGrid } from './parameters.ts'

export interface Effect {
  readonly ratio: number
  /** 90 % interval. */
  readonly low: number
  readonly high: number
}

export function effectOf(shares: ArrayLike<number>, { thetas }: EffectGrid): Effect {
  const order = thetas.map((theta, j) => ({ theta, share: shares[j + 1]! }))
  order.sort((a, b) => a.theta - b.theta)
  const affected = order.reduce((sum, { share }) => sum + share, 0)
  if (!(affected > 0)) return { ratio: 1, low: 1, high: 1 }
  const mean = order.reduce((sum, { theta, share }) => sum + share * Math.log(theta), 0) / affected
  const at = (level: number): number => {
    let cumulative = 0
    for (const { theta, share } of order) {
      cumulative += share
      if (cumulative >= level * affected) return theta
    }
    return order.at(-1)!.theta
  }
  return { ratio: Math.exp(mean), low: at(0.05), high: at(0.95) }
}

/** P(worse than 1 + delta), in the direction that the grid tests. */
export function probabilityOfEffect(
  shares: ArrayLike<number>,
  { direction, thetas }: EffectGrid,
  delta: number,
): number {
  return thetas.reduce((sum, theta, j) => {
    const beyond = direction === 'rising' ? theta > 1 + delta : theta < 1 / (1 + delta)
    return beyond ? sum + shares[j + 1]! : sum
  }, 0)
}

/** Share of the observed events that the effect caused: sum p_j (1 - 1/theta_j). Rising signals only. */
export function excessShare(shares: ArrayLike<number>, { thetas }: EffectGrid): number {
  return thetas.reduce((sum, theta, j) => sum + shares[j + 1]! * (1 - 1 / theta), 0)
}

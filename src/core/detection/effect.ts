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

/** `cell`: ratio of neighbouring sizes of a fine grid; a size then stands for all within half of it. */
export function effectOf(shares: ArrayLike<number>, { thetas }: EffectGrid, cell = 1): Effect {
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
  const half = Math.sqrt(cell)
  return { ratio: Math.exp(mean), low: at(0.05) / half, high: at(0.95) * half }
}

/**
 * Shares after two stretches of disjoint data, each filtered from the same prior: their product over the
 * prior. Used when a watch goes on in another mode.
 */
export function jointShares(
  one: Float64Array,
  other: Float64Array,
  { start, grid }: { readonly start: number; readonly grid: EffectGrid },
): Float64Array {
  const both = one.map((share, row) => {
    const prior = row === 0 ? 1 - start : start * grid.weights[row - 1]!
    return (share * other[row]!) / prior
  })
  const total = both.reduce((sum, share) => sum + share, 0)
  return total > 0 ? both.map((share) => share / total) : one
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

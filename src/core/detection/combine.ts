/**
 * Evidence of many streams put together (detection reference, section 11). Natural logarithms; e-values may
 * depend on each other in any way.
 */
import { logWeightedSum } from '../kernel/math/log-sum-exp.ts'

/** Log of the weighted mean of e-values. Weights sum to 1 and are fixed before the release. */
export function combineLogE(logEs: readonly number[], weights: readonly number[]): number {
  return logWeightedSum(logEs, weights)
}

export interface Discoveries {
  readonly rejected: readonly number[]
  /** The e-value that the last one had to reach; null when none did. */
  readonly threshold: number | null
}

/**
 * e-BH (Wang & Ramdas, JRSS-B 2022): which streams to list, false discovery rate at most alpha. For values
 * at decision time, never for running maxima.
 */
export function eBenjaminiHochberg(eValues: readonly number[], alpha: number): Discoveries {
  const count = eValues.length
  const order = eValues.map((_, i) => i).sort((a, b) => eValues[b]! - eValues[a]! || a - b)
  let accepted = 0
  order.forEach((index, i) => {
    if (((i + 1) * eValues[index]!) / count >= 1 / alpha) accepted = i + 1
  })
  return {
    rejected: order.slice(0, accepted).sort((a, b) => a - b),
    threshold: accepted > 0 ? count / (alpha * accepted) : null,
  }
}

export interface OnlineDecision {
  readonly threshold: number
  readonly reject: boolean
}

/** e-LOND (Xu & Ramdas, AISTATS 2024) with gamma_t = 1 / (t (t + 1)): reported across releases, decides nothing. */
export function eLond(eValues: readonly number[], alpha: number): OnlineDecision[] {
  let rejections = 0
  return eValues.map((e, i) => {
    const t = i + 1
    const threshold = (t * (t + 1)) / (alpha * (rejections + 1))
    const reject = e >= threshold
    if (reject) rejections++
    return { threshold, reject }
  })
}

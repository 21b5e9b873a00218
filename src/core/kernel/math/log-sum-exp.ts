/**
 * Sums of numbers that are only known by their logarithms. Natural logarithms, pure.
 *
 * `max + log sum exp(x - max)`: the greatest term is taken out, so neither e^700 nor e^-700 leaves the
 * range of a double. An empty sum, or one of terms that are all -Infinity, is -Infinity.
 */

export function logSumExp(terms: ArrayLike<number>): number {
  let max = -Infinity
  for (let i = 0; i < terms.length; i++) max = Math.max(max, terms[i]!)
  if (max === -Infinity || max === Infinity) return max
  let sum = 0
  for (let i = 0; i < terms.length; i++) sum += Math.exp(terms[i]! - max)
  return max + Math.log(sum)
}

/** log sum_i weights_i e^(logs_i). Weights are plain numbers; a weight of 0 leaves its term out. */
export function logWeightedSum(logs: ArrayLike<number>, weights: ArrayLike<number>): number {
  const terms = new Float64Array(logs.length)
  for (let i = 0; i < logs.length; i++) {
    const weight = weights[i] ?? 0
    terms[i] = weight > 0 ? Math.log(weight) + logs[i]! : -Infinity
  }
  return logSumExp(terms)
}

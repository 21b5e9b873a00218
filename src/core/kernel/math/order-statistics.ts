/**
 * Quantiles, median and median absolute deviation of a sample. Pure; the input is left as it is.
 * An empty sample has none: NaN.
 */

export function ascending(values: ArrayLike<number>): Float64Array {
  return Float64Array.from(values).sort()
}

/** Linear interpolation at position level (n - 1) of the sorted values (R type 7). */
export function quantile(values: ArrayLike<number>, level: number): number {
  return quantileSorted(ascending(values), level)
}

export function quantileSorted(sorted: Float64Array, level: number): number {
  if (sorted.length === 0) return Number.NaN
  const position = level * (sorted.length - 1)
  const below = Math.floor(position)
  const above = Math.min(below + 1, sorted.length - 1)
  return sorted[below]! + (position - below) * (sorted[above]! - sorted[below]!)
}

export function median(values: ArrayLike<number>): number {
  return quantile(values, 0.5)
}

/** Median distance from the median; times 1.4826 it estimates a normal's standard deviation. */
export function medianAbsoluteDeviation(values: ArrayLike<number>): number {
  const middle = median(values)
  return median(Float64Array.from(values, (value) => Math.abs(value - middle)))
}

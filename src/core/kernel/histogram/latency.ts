/**
 * What is asked of a latency histogram of either shape: how many, how many above a threshold, which quantile, and
 * the sum of two.
 *
 * Seconds. A quantile is the upper end of the bucket that holds the value of rank ceil(q * n), inside [min, max]
 * where these are known: never below the true one, and above it by at most one bucket. Nothing is interpolated;
 * a bucket does not say where in it the values lie. Above all explicit bounds it is `max`, else the last bound.
 */
import type { ExplicitLatency, ExponentialLatency, Latency } from '../../../contracts/latency.ts'
import { addExplicit } from './explicit.ts'
import { ExponentialHistogram } from './exponential.ts'
import { bucketIndex, bucketUpper } from './indexer.ts'

export function isExplicit(latency: Latency): latency is ExplicitLatency {
  return 'bounds' in latency
}

export function latencyCount(latency: Latency): number {
  let total = isExplicit(latency) ? 0 : latency.zero
  for (const count of latency.counts) total += count
  return total
}

/**
 * How many values lie above `thresholdSeconds`. Exact when that is the end of a bucket (of this or of a coarser
 * scale); otherwise values of the bucket that holds the threshold do not count.
 */
export function countAbove(latency: Latency, thresholdSeconds: number): number {
  let total = 0
  if (isExplicit(latency)) {
    for (let each = 0; each < latency.counts.length; each++) {
      const lower = each === 0 ? -Infinity : latency.bounds[each - 1]!
      if (lower >= thresholdSeconds) total += latency.counts[each]!
    }
    return total
  }
  if (thresholdSeconds <= 0) return latencyCount(latency) - latency.zero
  const last = bucketIndex(thresholdSeconds, latency.scale)
  for (let each = Math.max(0, last + 1 - latency.offset); each < latency.counts.length; each++) {
    total += latency.counts[each]!
  }
  return total
}

/** The smallest bucket end that is not below `seconds`, at the resolution of `latency`; null if it has none. */
export function boundaryAtOrAbove(latency: Latency, seconds: number): number | null {
  if (isExplicit(latency)) return latency.bounds.find((bound) => bound >= seconds) ?? null
  if (seconds <= 0) return null
  return bucketUpper(bucketIndex(seconds, latency.scale), latency.scale)
}

/** Null for an empty histogram. */
export function quantileSeconds(latency: Latency, q: number): number | null {
  const total = latencyCount(latency)
  if (total === 0) return null
  let rank = Math.min(Math.max(Math.ceil(q * total), 1), total)
  if (!isExplicit(latency)) {
    rank -= latency.zero
    if (rank <= 0) return 0
  }
  for (let each = 0; each < latency.counts.length; each++) {
    rank -= latency.counts[each]!
    if (rank <= 0) return withinRange(latency, upperEnd(latency, each))
  }
  return latency.max
}

/** The sum of two of either shape; one of each shape is added at the explicit one's bounds. */
export function addLatency(a: Latency | null, b: Latency | null): Latency | null {
  if (a === null) return b
  if (b === null) return a
  if (isExplicit(a)) return addExplicit(a, isExplicit(b) ? b : toExplicit(b, a.bounds))
  if (isExplicit(b)) return addExplicit(toExplicit(a, b.bounds), b)
  return ExponentialHistogram.from(a).add(b).toLatency()
}

/** Each exponential bucket goes where its upper end lies, the zero bucket to the first. */
export function toExplicit(
  latency: ExponentialLatency,
  bounds: readonly number[],
): ExplicitLatency {
  const counts = Array.from({ length: bounds.length + 1 }, () => 0)
  counts[0] = latency.zero
  let at = 0
  for (let each = 0; each < latency.counts.length; each++) {
    const upper = bucketUpper(latency.offset + each, latency.scale)
    while (at < bounds.length && bounds[at]! < upper) at++
    counts[at] = counts[at]! + latency.counts[each]!
  }
  return { bounds: [...bounds], counts, sum: latency.sum, min: latency.min, max: latency.max }
}

function upperEnd(latency: Latency, at: number): number {
  if (!isExplicit(latency)) return bucketUpper(latency.offset + at, latency.scale)
  return (
    latency.bounds[at] ?? latency.max ?? latency.bounds.at(-1) ?? latency.sum / latency.counts[0]!
  )
}

function withinRange(latency: Latency, value: number): number {
  if (latency.max !== null && value > latency.max) return latency.max
  if (latency.min !== null && value < latency.min) return latency.min
  return value
}

/**
 * Explicit histograms: kept with the bounds that they came with, since a threshold is one of their own bounds.
 *
 * counts[i] holds (bounds[i-1], bounds[i]]; the last one what lies above all bounds. Two of them add up where their
 * bounds are equal. Where a release changed them, both are brought to the bounds that they share: every count moves
 * to the smallest shared bound that is not below its own, so counts below a shared bound stay exact.
 */
import type { ExplicitLatency } from '../../../contracts/latency.ts'

/** The sum of both, at the bounds that they share. */
export function addExplicit(a: ExplicitLatency, b: ExplicitLatency): ExplicitLatency {
  const bounds = sameBounds(a.bounds, b.bounds) ? a.bounds : sharedBounds(a.bounds, b.bounds)
  const left = rebucket(a, bounds)
  const right = rebucket(b, bounds)
  return {
    bounds: [...bounds],
    counts: left.counts.map((count, index) => count + right.counts[index]!),
    sum: a.sum + b.sum,
    min: a.min === null ? b.min : b.min === null ? a.min : Math.min(a.min, b.min),
    max: a.max === null ? b.max : b.max === null ? a.max : Math.max(a.max, b.max),
  }
}

/** The same counts at fewer bounds; `bounds` is a subset of its own. */
export function rebucket(latency: ExplicitLatency, bounds: readonly number[]): ExplicitLatency {
  if (sameBounds(latency.bounds, bounds)) return latency
  const counts = Array.from({ length: bounds.length + 1 }, () => 0)
  let at = 0
  for (let each = 0; each < latency.counts.length; each++) {
    const upper = latency.bounds[each] ?? Infinity
    while (at < bounds.length && bounds[at]! < upper) at++
    counts[at] = counts[at]! + latency.counts[each]!
  }
  return { ...latency, bounds: [...bounds], counts }
}

export function sameBounds(a: readonly number[], b: readonly number[]): boolean {
  return a.length === b.length && a.every((bound, index) => bound === b[index])
}

export function sharedBounds(a: readonly number[], b: readonly number[]): number[] {
  const others = new Set(b)
  return a.filter((bound) => others.has(bound))
}

/**
 * The latency that counts as slow: frozen from the control's histogram before the release, on a bucket
 * boundary, so that "requests slower than it" is an exact sum of bucket counts (detection reference,
 * section 2). Units are the histogram's own, seconds in Culprit.
 *
 * Histograms are plain data as in OTLP: bucket offset + i of an exponential one holds
 * base^index < x <= base^(index+1), base = 2^(2^-scale). Zeros are slower than nothing.
 */

export interface ExponentialCounts {
  readonly scale: number
  readonly offset: number
  readonly counts: readonly number[]
  readonly zero?: number
}

/** counts has one more element than bounds; upper-inclusive. */
export interface ExplicitCounts {
  readonly bounds: readonly number[]
  readonly counts: readonly number[]
}

export type LatencyCounts = ExponentialCounts | ExplicitCounts

/** 9 % steps. */
export const thresholdScaleDefault = 3

export type SlowThreshold =
  | {
      readonly kind: 'exponential'
      readonly value: number
      readonly scale: number
      readonly index: number
    }
  | { readonly kind: 'explicit'; readonly value: number }

/** Upper boundary of the first bucket whose cumulative count reaches level * total; null for an empty histogram. */
export function freezeThreshold(
  histogram: LatencyCounts,
  level: number,
  thresholdScale: number = thresholdScaleDefault,
): SlowThreshold | null {
  const total = countOf(histogram)
  if (!(total > 0)) return null
  const wanted = level * total
  if ('bounds' in histogram) {
    if (histogram.bounds.length === 0) return null
    let cumulative = 0
    for (const [i, bound] of histogram.bounds.entries()) {
      cumulative += histogram.counts[i] ?? 0
      if (cumulative >= wanted) return { kind: 'explicit', value: bound }
    }
    return { kind: 'explicit', value: histogram.bounds.at(-1)! }
  }
  const scale = Math.min(histogram.scale, thresholdScale)
  const shift = histogram.scale - scale
  let cumulative = histogram.zero ?? 0
  let last = coarser(histogram.offset, shift)
  for (const [i, count] of histogram.counts.entries()) {
    const index = coarser(histogram.offset + i, shift)
    if (index !== last && cumulative >= wanted) break
    last = index
    cumulative += count
  }
  return { kind: 'exponential', value: 2 ** ((last + 1) * 2 ** -scale), scale, index: last }
}

/** Requests slower than the threshold; null when the histogram is too coarse to say. */
export function countAbove(histogram: LatencyCounts, threshold: SlowThreshold): number | null {
  if ('bounds' in histogram) {
    const at = histogram.bounds.indexOf(threshold.value)
    return at < 0 ? null : sumFrom(histogram.counts, at + 1)
  }
  if (threshold.kind !== 'exponential' || histogram.scale < threshold.scale) return null
  const first = (threshold.index + 1) * 2 ** (histogram.scale - threshold.scale)
  return sumFrom(histogram.counts, Math.max(0, first - histogram.offset))
}

export function countOf(histogram: LatencyCounts): number {
  const zero = 'bounds' in histogram ? 0 : (histogram.zero ?? 0)
  return zero + sumFrom(histogram.counts, 0)
}

/** Index at a scale smaller by `steps`: floor, so that -1 stays -1. */
function coarser(index: number, steps: number): number {
  return Math.floor(index / 2 ** steps)
}

function sumFrom(counts: readonly number[], from: number): number {
  let sum = 0
  for (let i = from; i < counts.length; i++) sum += counts[i]!
  return sum
}

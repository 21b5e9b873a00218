/**
 * Sets of lines as sorted, disjoint, not touching ranges: 1-based, inclusive, as git and its notes count.
 * Pure; every function answers a normal set whatever order or overlap it was given.
 */
export type LineRange = readonly [number, number]

/** Sorted and merged; what is no range of positive lines is left out. */
export function normalRanges(ranges: readonly LineRange[]): [number, number][] {
  const sorted = ranges
    .filter(([from, to]) => from >= 1 && to >= from && Number.isSafeInteger(to))
    .toSorted((a, b) => a[0] - b[0] || a[1] - b[1])
  const result: [number, number][] = []
  for (const [from, to] of sorted) {
    const last = result.at(-1)
    if (last && from <= last[1] + 1) last[1] = Math.max(last[1], to)
    else result.push([from, to])
  }
  return result
}

/** Lines in both; the arguments are normal. */
export function intersectRanges(
  left: readonly LineRange[],
  right: readonly LineRange[],
): [number, number][] {
  const result: [number, number][] = []
  for (let l = 0, r = 0; l < left.length && r < right.length; ) {
    const [leftFrom, leftTo] = left[l]!
    const [rightFrom, rightTo] = right[r]!
    const from = Math.max(leftFrom, rightFrom)
    const to = Math.min(leftTo, rightTo)
    if (from <= to) result.push([from, to])
    if (leftTo < rightTo) l++
    else r++
  }
  return result
}

/** Lines of `left` that are not in `right`; the arguments are normal. */
export function subtractRanges(
  left: readonly LineRange[],
  right: readonly LineRange[],
): [number, number][] {
  const result: [number, number][] = []
  let r = 0
  for (const [from, to] of left) {
    let next = from
    while (r < right.length && right[r]![1] < from) r++
    for (let each = r; each < right.length && right[each]![0] <= to; each++) {
      if (right[each]![0] > next) result.push([next, right[each]![0] - 1])
      next = Math.max(next, right[each]![1] + 1)
    }
    if (next <= to) result.push([next, to])
  }
  return result
}

export function countLines(ranges: readonly LineRange[]): number {
  return ranges.reduce((sum, [from, to]) => sum + to - from + 1, 0)
}

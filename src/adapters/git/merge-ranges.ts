/** Ranges of lines that do not overlap, in order, those that touch made one. */
export function mergeRanges(ranges: readonly [number, number][]): [number, number][] {
  const result: [number, number][] = []
  for (const [from, to] of ranges.toSorted((a, b) => a[0] - b[0])) {
    const last = result.at(-1)
    if (last && last[1] + 1 === from) last[1] = to
    else result.push([from, to])
  }
  return result
}

/**
 * Many small counts in few bytes: variable-length integers, seven bits a byte, lowest first (LEB128).
 *
 * Counts are integers from -1 (nothing is known) to 2^53 - 2; what is no integer is rounded. A history of weeks is
 * kept so, and read when it is fitted.
 */
export type PackedCounts = Uint8Array

export function packCounts(counts: readonly number[]): PackedCounts {
  const bytes: number[] = []
  for (const each of counts) {
    let rest = Math.round(each) + 1
    while (rest >= 128) {
      bytes.push((rest % 128) + 128)
      rest = Math.floor(rest / 128)
    }
    bytes.push(rest)
  }
  return Uint8Array.from(bytes)
}

export function unpackCounts(bytes: PackedCounts): number[] {
  const counts: number[] = []
  let [sum, unit] = [0, 1]
  for (const byte of bytes) {
    sum += (byte & 127) * unit
    if (byte < 128) {
      counts.push(sum - 1)
      ;[sum, unit] = [0, 1]
    } else unit *= 128
  }
  return counts
}

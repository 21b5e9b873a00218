/** Cuts a list into parts whose estimated size stays below a bound; an item larger than that is a part of its own. */
export function chunked<T>(
  items: readonly T[],
  { bytesMax, bytesOf }: { readonly bytesMax: number; readonly bytesOf: (item: T) => number },
): T[][] {
  const parts: T[][] = []
  let part: T[] = []
  let bytes = 0
  for (const item of items) {
    const size = bytesOf(item)
    if (part.length > 0 && bytes + size > bytesMax) {
      parts.push(part)
      part = []
      bytes = 0
    }
    part.push(item)
    bytes += size
  }
  if (part.length > 0) parts.push(part)
  return parts
}

/**
 * Resources come again with every export of a process, byte for byte: the attributes of the same bytes are read once.
 *
 * A fixed number of places, each with the bytes that it was read from, compared in full; so it never grows, and what it
 * returns does not depend on what it holds. The same bytes give the same map, which nobody writes to.
 */
import { readAttribute } from './attributes.ts'
import type { Attributes, AttributeValue } from './telemetry.ts'
import type { Wire } from './wire.ts'

const places = 256
/** Longer resources are read each time: no real one is. */
const lengthMax = 8192

interface Entry {
  readonly bytes: Uint8Array
  readonly view: DataView
  readonly attributes: Attributes
}

const table: (Entry | undefined)[] = Array.from({ length: places }, () => undefined)

export const noAttributes: Attributes = new Map()

/** Reads the Resource from the cursor to `end`. */
export function readResource(wire: Wire, end: number): Attributes {
  const from = wire.at
  const length = end - from
  if (length > lengthMax) return read(wire, end)
  const place = placeOf(wire, from, end)
  const known = table[place]
  if (known !== undefined && known.bytes.length === length && isSame(wire, from, known)) {
    wire.at = end
    return known.attributes
  }
  const attributes = read(wire, end)
  const bytes = wire.bytes.slice(from, end)
  table[place] = { bytes, view: new DataView(bytes.buffer), attributes }
  return attributes
}

function read(wire: Wire, end: number): Attributes {
  const into = new Map<string, AttributeValue>()
  while (wire.at < end) {
    const tag = wire.tag()
    if (tag === 0x0a) readAttribute(wire, wire.enter(end), into)
    else wire.skip(tag, end)
  }
  wire.leave(end)
  return into
}

/** By length and all whole words: instances of one service differ in a few bytes. */
function placeOf({ view }: Wire, from: number, end: number): number {
  let hash = end - from
  for (let at = from; at + 4 <= end; at += 4) {
    hash = Math.imul(hash ^ view.getInt32(at, true), 0x9e3779b1)
    hash ^= hash >>> 15
  }
  return (hash ^ (hash >>> 8)) & (places - 1)
}

function isSame({ bytes, view }: Wire, from: number, known: Entry): boolean {
  const { length } = known.bytes
  let at = 0
  for (; at + 4 <= length; at += 4) {
    if (view.getInt32(from + at, true) !== known.view.getInt32(at, true)) return false
  }
  for (; at < length; at++) if (bytes[from + at] !== known.bytes[at]) return false
  return true
}

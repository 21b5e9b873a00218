/**
 * Short strings that come again and again (methods, routes, addresses) made once: bytes are looked up by their hash
 * and compared in full, four at a time.
 *
 * The table has a fixed number of places and each holds the last string that fell on it, so it never grows. What it
 * returns does not depend on what it holds. ASCII only; anything else goes to the UTF-8 decoder.
 */
import type { Wire } from './wire.ts'

const places = 4096
const wordsMax = 24
const texts: string[] = Array.from({ length: places }, () => '')
const lengths = new Uint8Array(places)
const words = new Int32Array(places * wordsMax)
const scratch = new Int32Array(wordsMax)

/** The bytes from `from` to `to` as text. */
export function textOf(wire: Wire, from: number, to: number): string {
  const length = to - from
  if (length > 4 * wordsMax) return wire.text(from, to)
  if (length === 0) return ''
  const { bytes, view } = wire
  let hash = length
  let high = 0
  let count = 0
  let at = from
  for (; at + 4 <= to; at += 4) {
    const word = view.getInt32(at, true)
    scratch[count++] = word
    high |= word
    hash = Math.imul(hash ^ word, 0x9e3779b1)
    hash ^= hash >>> 15
  }
  if (at < to) {
    let word = 0
    for (let shift = 0; at < to; shift += 8) word |= bytes[at++]! << shift
    scratch[count++] = word
    high |= word
    hash = Math.imul(hash ^ word, 0x9e3779b1)
    hash ^= hash >>> 15
  }
  if ((high & 0x80808080) !== 0) return wire.text(from, to)

  const place = (hash ^ (hash >>> 12)) & (places - 1)
  if (lengths[place] === length && isAt(place, count)) return texts[place]!
  return put(wire, from, { place, length, count })
}

function isAt(place: number, count: number): boolean {
  const start = place * wordsMax
  for (let each = 0; each < count; each++) {
    if (words[start + each] !== scratch[each]) return false
  }
  return true
}

interface Entry {
  readonly place: number
  readonly length: number
  readonly count: number
}

function put(wire: Wire, from: number, { place, length, count }: Entry): string {
  const text = String.fromCharCode(...wire.bytes.subarray(from, from + length))
  texts[place] = text
  lengths[place] = length
  words.set(scratch.subarray(0, count), place * wordsMax)
  return text
}

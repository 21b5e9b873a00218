/**
 * Short strings that come again and again (methods, routes, status texts) made once: bytes are looked up by their
 * hash and compared in full.
 *
 * The table has a fixed number of places and each holds the last string that fell on it, so it never grows. What it
 * returns does not depend on what it holds. ASCII only; anything else goes to the UTF-8 decoder.
 */
import type { Wire } from './wire.ts'

const places = 4096
const lengthMax = 96
const table: (string | undefined)[] = Array.from({ length: places }, () => undefined)

/** The bytes from `from` to `to` as text. */
export function textOf(wire: Wire, from: number, to: number): string {
  const length = to - from
  if (length > lengthMax) return wire.text(from, to)
  const { bytes } = wire
  let hash = length
  let high = 0
  for (let at = from; at < to; at++) {
    const byte = bytes[at]!
    high |= byte
    hash = Math.imul(hash ^ byte, 0x01000193)
  }
  if (high >= 0x80) return wire.text(from, to)

  const place = (hash ^ (hash >>> 15)) & (places - 1)
  const known = table[place]
  if (known !== undefined && known.length === length && equals(known, bytes, from)) return known
  let text = ''
  for (let at = from; at < to; at++) text += String.fromCharCode(bytes[at]!)
  table[place] = text
  return text
}

function equals(text: string, bytes: Uint8Array, from: number): boolean {
  for (let at = 0; at < text.length; at++) {
    if (text.charCodeAt(at) !== bytes[from + at]) return false
  }
  return true
}

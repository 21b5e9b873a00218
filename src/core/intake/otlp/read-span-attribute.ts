/** Reads the wanted attributes of one span from protobuf. */
import { setSpanValue, spanKeys, startSpanValues } from './span-keys.ts'
import { textOf } from './strings.ts'
import { Span } from './telemetry.ts'
import type { Wire } from './wire.ts'

/**
 * False for a KeyValue that can be passed over: in its usual form, with a key that is not wanted. In any other form it
 * has to be read to know.
 */
export function hasWantedKey(wire: Wire, at: number, end: number): boolean {
  const { bytes } = wire
  const keyLength = bytes[at + 1]!
  const keyTo = at + 2 + keyLength
  const usual =
    bytes[at] === 0x0a &&
    keyLength < 0x80 &&
    keyTo + 1 < end &&
    bytes[keyTo] === 0x12 &&
    bytes[keyTo + 1]! < 0x80 &&
    keyTo + 2 + bytes[keyTo + 1]! === end
  return !usual || spanKeys.mayHave(keyLength, bytes[keyTo - 1]!)
}

/** Reads one KeyValue from the cursor to `end`; leaves the cursor anywhere. */
export function readSpanAttribute(wire: Wire, end: number, into: Span): void {
  const { bytes } = wire
  const at = wire.at
  // The usual order, key and value alone and both short: no other bytes may be left over.
  const keyTo = at + 2 + bytes[at + 1]!
  if (bytes[at] === 0x0a && keyTo + 2 <= end && bytes[keyTo] === 0x12) {
    const valueFrom = keyTo + 2
    if (
      bytes[at + 1]! < 0x80 &&
      valueFrom + bytes[keyTo + 1]! === end &&
      bytes[keyTo + 1]! < 0x80
    ) {
      const key = spanKeys.find(wire, at + 2, keyTo)
      if (key < 0) return
      wire.at = valueFrom
      return readSpanValue(wire, end, { key, into })
    }
  }
  readSpanAttributeSlowly(wire, end, into)
}

function readSpanAttributeSlowly(wire: Wire, end: number, into: Span): void {
  let key = -1
  let valueAt = -1
  let valueTo = -1
  while (wire.at < end) {
    const tag = wire.tag()
    if (tag === 0x0a) {
      const to = wire.enter(end)
      key = spanKeys.find(wire, wire.at, to)
      wire.at = to
    } else if (tag === 0x12) {
      valueTo = wire.enter(end)
      valueAt = wire.at
      wire.at = valueTo
    } else wire.skip(tag, end)
  }
  wire.leave(end)
  if (key < 0 || valueAt < 0) return
  wire.at = valueAt
  readSpanValue(wire, valueTo, { key, into })
}

/** An AnyValue from the cursor to `end`: text and integers are used, other types are as if not there. */
function readSpanValue(
  wire: Wire,
  end: number,
  { key, into }: { readonly key: number; readonly into: Span },
): void {
  while (wire.at < end) {
    const tag = wire.tag()
    if (tag === 0x0a) {
      const to = wire.enter(end)
      setSpanValue(into, key, textOf(wire, wire.at, to))
      wire.at = to
    } else if (tag === 0x18) setSpanValue(into, key, wire.int64())
    else wire.skip(tag, end)
  }
  wire.leave(end)
}

/** An empty span, and an empty record of which of its values are there. */
export function startSpan(): Span {
  startSpanValues()
  return new Span()
}

/** Reads the wanted attributes of one span from protobuf. */
import { setSpanValue, spanKeys, startSpanValues } from './span-keys.ts'
import { textOf } from './strings.ts'
import { Span } from './telemetry.ts'
import type { Wire } from './wire.ts'

/** The span that values go to; made when the first comes. */
const reading: { span: Span | null } = { span: null }

/** To be called before the attributes of each span. */
export function startSpan(): void {
  reading.span = null
  startSpanValues()
}

/** The span with the values read since `startSpan`. */
export function takeSpan(): Span {
  return reading.span ?? new Span()
}

/** Where key and value of the KeyValue looked at last stand; one for all. */
const pair = { keyFrom: 0, keyTo: 0, valueFrom: 0, valueTo: 0 }

/**
 * Looks at a KeyValue in one of its usual forms: key and value, both short, nothing else, in either order (the
 * Collector writes fields from the last to the first). False for any other form.
 */
function isUsual({ bytes }: Wire, at: number, end: number): boolean {
  const first = bytes[at]!
  const firstLength = bytes[at + 1]!
  const second = at + 2 + firstLength
  if (firstLength >= 0x80 || second + 2 > end) return false
  const secondLength = bytes[second + 1]!
  if (secondLength >= 0x80 || second + 2 + secondLength !== end) return false
  if (first === 0x0a && bytes[second] === 0x12) {
    pair.keyFrom = at + 2
    pair.keyTo = second
    pair.valueFrom = second + 2
    pair.valueTo = end
    return true
  }
  if (first !== 0x12 || bytes[second] !== 0x0a) return false
  pair.valueFrom = at + 2
  pair.valueTo = second
  pair.keyFrom = second + 2
  pair.keyTo = end
  return true
}

/** Reads one KeyValue from `at` to `end`, if its key is wanted; leaves the cursor anywhere. */
export function readSpanAttribute(wire: Wire, at: number, end: number): void {
  if (!isUsual(wire, at, end)) {
    wire.at = at
    readSpanAttributeSlowly(wire, end)
    return
  }
  const { keyFrom, keyTo, valueFrom, valueTo } = pair
  if (!spanKeys.mayHave(keyTo - keyFrom, wire.bytes[keyTo - 1]!)) return
  const key = spanKeys.find(wire, keyFrom, keyTo)
  if (key < 0) return
  wire.at = valueFrom
  readSpanValue(wire, valueTo, key)
}

function readSpanAttributeSlowly(wire: Wire, end: number): void {
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
  readSpanValue(wire, valueTo, key)
}

/** An AnyValue from the cursor to `end`: text and integers are used, other types are as if not there. */
function readSpanValue(wire: Wire, end: number, key: number): void {
  const into = (reading.span ??= new Span())
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

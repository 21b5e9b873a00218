/**
 * OTLP attributes of resources and metric points, from protobuf: all of them, since they are a series' identity.
 *
 * `value` may come before `key`. Of a repeated key the last one wins. Lists and maps nest at most `depthMax` deep.
 */
import { textOf } from './strings.ts'
import type { AttributeValue } from './telemetry.ts'
import { DecodeFault, type Wire } from './wire.ts'

/** Real values nest twice at most (a list of strings); protobuf's own readers stop at 100. */
export const depthMax = 32

export function readAttribute(wire: Wire, end: number, into: Map<string, AttributeValue>): void {
  let key = ''
  let value: AttributeValue = null
  while (wire.at < end) {
    const tag = wire.tag()
    if (tag === 0x0a) {
      const to = wire.enter(end)
      key = textOf(wire, wire.at, to)
      wire.at = to
    } else if (tag === 0x12) {
      value = readValue(wire, wire.enter(end), 0)
    } else wire.skip(tag, end)
  }
  wire.leave(end)
  if (key !== '') into.set(key, value)
}

function readValue(wire: Wire, end: number, depth: number): AttributeValue {
  if (depth > depthMax) throw new DecodeFault('too-deep', `values nest more than ${depthMax} deep`)
  let value: AttributeValue = null
  while (wire.at < end) {
    const tag = wire.tag()
    if (tag === 0x0a || tag === 0x3a) {
      const to = wire.enter(end)
      value = tag === 0x0a ? textOf(wire, wire.at, to) : hexOf(wire.bytes.subarray(wire.at, to))
      wire.at = to
    } else if (tag === 0x10) value = wire.varint() !== 0
    else if (tag === 0x18) value = wire.int64()
    else if (tag === 0x21) value = wire.double(end)
    else if (tag === 0x2a) value = readList(wire, wire.enter(end), depth)
    else if (tag === 0x32) value = readPairs(wire, wire.enter(end), depth)
    else wire.skip(tag, end)
  }
  wire.leave(end)
  return value
}

function readList(wire: Wire, end: number, depth: number): AttributeValue[] {
  const values: AttributeValue[] = []
  while (wire.at < end) {
    const tag = wire.tag()
    if (tag === 0x0a) values.push(readValue(wire, wire.enter(end), depth + 1))
    else wire.skip(tag, end)
  }
  wire.leave(end)
  return values
}

function readPairs(wire: Wire, end: number, depth: number): AttributeValue[] {
  const pairs: AttributeValue[] = []
  while (wire.at < end) {
    const tag = wire.tag()
    if (tag !== 0x0a) {
      wire.skip(tag, end)
      continue
    }
    const to = wire.enter(end)
    let key = ''
    let value: AttributeValue = null
    while (wire.at < to) {
      const inner = wire.tag()
      if (inner === 0x0a) {
        const keyTo = wire.enter(to)
        key = textOf(wire, wire.at, keyTo)
        wire.at = keyTo
      } else if (inner === 0x12) value = readValue(wire, wire.enter(to), depth + 1)
      else wire.skip(inner, to)
    }
    wire.leave(to)
    pairs.push([key, value])
  }
  wire.leave(end)
  return pairs
}

export function hexOf(bytes: Uint8Array): string {
  let text = ''
  for (const byte of bytes) text += byte.toString(16).padStart(2, '0')
  return text
}

/**
 * Reads one span from protobuf: where most of the bytes of all telemetry pass through.
 *
 * Spans of kinds that have no rate cost a walk over their fields and nothing else. Attributes are looked at only in
 * spans that count, and only those whose key is wanted are read.
 */
import { readEvent } from './read-event.ts'
import { readSpanAttribute, startSpan, takeSpan } from './read-span-attribute.ts'
import { textOf } from './strings.ts'
import {
  type Exception,
  kindClient,
  kindConsumer,
  kindServer,
  refuse,
  type Refusals,
  Span,
} from './telemetry.ts'
import { type Wire, wireBytes, wireVarint } from './wire.ts'

export interface SpanBlock {
  readonly spans: Span[]
  readonly quietEndsMs: number[]
  readonly refused: Refusals
}

/** Where the fields of one span stand, one for all spans; most spans are only counted. */
const found = {
  kind: 0,
  status: 0,
  startAt: -1,
  endAt: -1,
  nameFrom: 0,
  nameTo: 0,
  traceAt: -1,
  idAt: -1,
  parentAt: -1,
  /** From the first attribute to the end of the last, and whether some came before the kind was known. */
  attributesAt: -1,
  attributesTo: -1,
  attributesFirst: false,
}

let exceptions: Exception[] | null = null

export function readSpan(wire: Wire, end: number, block: SpanBlock): void {
  const { bytes } = wire
  found.kind = found.status = found.nameFrom = found.nameTo = 0
  found.startAt = found.endAt = found.traceAt = found.idAt = found.parentAt = -1
  found.attributesAt = -1
  found.attributesFirst = false
  startSpan()
  exceptions = null

  // The cursor is a local here, and the fields in their usual form are read without a call: most of all bytes pass
  // through this loop.
  let at = wire.at
  let counted = false
  while (at < end) {
    const tag = bytes[at]!
    const length = bytes[at + 1]!
    const to = at + 2 + length
    if (tag === 0x4a && length < 0x80 && to <= end) {
      if (found.attributesAt < 0) found.attributesAt = at
      found.attributesTo = to
      if (counted) readSpanAttribute(wire, at + 2, to)
      at = to
    } else if (tag === 0x39 || tag === 0x41) {
      if (tag === 0x39) found.startAt = at + 1
      else found.endAt = at + 1
      at += 9
    } else if (tag === 0x0a && length === 16) {
      found.traceAt = at + 2
      at += 18
    } else if (tag === 0x12 && length === 8) {
      found.idAt = at + 2
      at += 10
    } else if (tag === 0x22 && length === 8) {
      found.parentAt = at + 2
      at += 10
    } else if (tag === 0x2a && length < 0x80) {
      found.nameFrom = at + 2
      found.nameTo = at = to
    } else if (tag < 0x80 && (tag & 7) === wireVarint && tag > 7 && length < 0x80) {
      if (tag === 0x30) {
        found.kind = length
        found.attributesFirst = found.attributesAt >= 0
        counted = isCounted(length)
      }
      at += 2
    } else if (tag === 0x85 && length === 0x01) {
      at += 6 // flags
    } else {
      wire.at = at
      readAnyField(wire, end)
      counted = isCounted(found.kind)
      at = wire.at
    }
  }
  wire.at = at
  wire.leave(end)
  keepSpan(wire, block)
  wire.at = end
}

/** Any field in any form. */
function readAnyField(wire: Wire, end: number): void {
  const from = wire.at
  const tag = wire.tag()
  if (tag === 0x30) {
    found.kind = wire.varint()
    found.attributesFirst = found.attributesAt >= 0
  } else if ((tag & 7) === wireBytes) {
    const to = wire.enter(end)
    if (tag === 0x4a) {
      if (found.attributesAt < 0) found.attributesAt = from
      found.attributesTo = to
      if (isCounted(found.kind)) readSpanAttribute(wire, wire.at, to)
    } else readMember(wire, tag, to)
    wire.at = to
  } else wire.skip(tag, end)
}

function isCounted(kind: number): boolean {
  return kind === kindServer || kind === kindClient || kind === kindConsumer
}

/** The length-delimited fields but attributes. */
function readMember(wire: Wire, tag: number, to: number): void {
  const from = wire.at
  const length = to - from
  if (tag === 0x0a) found.traceAt = length === 16 ? from : -1
  else if (tag === 0x12) found.idAt = length === 8 ? from : -1
  else if (tag === 0x22) found.parentAt = length === 8 ? from : -1
  else if (tag === 0x2a) {
    found.nameFrom = from
    found.nameTo = to
  } else if (tag === 0x7a) {
    if (length > 0) found.status = readStatus(wire, to, found.status)
  } else if (tag === 0x5a) {
    const exception = readEvent(wire, to)
    if (exception !== null) (exceptions ??= []).push(exception)
  }
}

function keepSpan(wire: Wire, block: SpanBlock): void {
  const startMs = found.startAt < 0 ? 0 : wire.timeMsAt(found.startAt)
  const startNanos = wire.nanosOver
  const endMs = found.endAt < 0 ? 0 : wire.timeMsAt(found.endAt)
  if (endMs === 0 || startMs === 0) return refuse(block.refused, 'no-time')
  const durationNs = (endMs - startMs) * 1e6 + (wire.nanosOver - startNanos)
  if (durationNs < 0) return refuse(block.refused, 'negative-duration')

  const counted = isCounted(found.kind)
  if (!counted && exceptions === null) {
    block.quietEndsMs.push(endMs)
    return
  }
  if (counted && found.attributesFirst) readAttributesAgain(wire)
  const kept = counted ? takeSpan() : new Span()
  kept.kind = found.kind
  if (found.status !== 0) kept.status = found.status
  kept.endMs = endMs
  kept.durationNs = durationNs
  kept.exceptions = exceptions
  if (found.traceAt >= 0) {
    kept.trace0 = wire.word(found.traceAt)
    kept.trace1 = wire.word(found.traceAt + 4)
    kept.trace2 = wire.word(found.traceAt + 8)
    kept.trace3 = wire.word(found.traceAt + 12)
  }
  if (found.idAt >= 0) {
    kept.id0 = wire.word(found.idAt)
    kept.id1 = wire.word(found.idAt + 4)
  }
  if (found.parentAt >= 0) {
    kept.parent0 = wire.word(found.parentAt)
    kept.parent1 = wire.word(found.parentAt + 4)
  }
  if (counted) kept.name = textOf(wire, found.nameFrom, found.nameTo)
  block.spans.push(kept)
}

/** Walks over the attributes once more, for senders that write them before the kind: the Collector is one. */
function readAttributesAgain(wire: Wire): void {
  const end = found.attributesTo
  const { bytes } = wire
  startSpan()
  let at = found.attributesAt
  while (at < end) {
    const length = bytes[at + 1]!
    if (bytes[at] === 0x4a && length < 0x80) {
      const to = at + 2 + length
      readSpanAttribute(wire, at + 2, to)
      at = to
      continue
    }
    wire.at = at
    const tag = wire.tag()
    if (tag === 0x4a) {
      const to = wire.enter(end)
      readSpanAttribute(wire, wire.at, to)
      wire.at = to
    } else wire.skip(tag, end)
    at = wire.at
  }
}

function readStatus(wire: Wire, end: number, before: number): number {
  let code = before
  while (wire.at < end) {
    const tag = wire.tag()
    if (tag === 0x18) code = wire.varint()
    else wire.skip(tag, end)
  }
  wire.leave(end)
  return code
}

/**
 * Reads TracesData (= ExportTraceServiceRequest) from protobuf, selectively: OTLP 1.11, field numbers in the tags.
 *
 * Any order of fields: `scope_spans` before `resource`, `attributes` before `kind`, `value` before `key`. A repeated
 * singular field: the last one wins. Spans of kinds that have no rate cost a walk over their fields and nothing else.
 */
import { readAttribute } from './attributes.ts'
import { type ExceptionTexts, readExceptionAttribute } from './exception-keys.ts'
import { setSpanValue, spanKeys, startSpan } from './span-keys.ts'
import { textOf } from './strings.ts'
import {
  type AttributeValue,
  type Exception,
  kindClient,
  kindConsumer,
  kindServer,
  refuse,
  type ResourceSpans,
  Span,
} from './telemetry.ts'
import type { Wire } from './wire.ts'

interface Block {
  resource: Map<string, AttributeValue>
  spans: Span[]
  quietEndsMs: number[]
  refused: Map<string, number>
}

export function readTraces(wire: Wire): ResourceSpans[] {
  const end = wire.bytes.length
  const blocks: ResourceSpans[] = []
  while (wire.at < end) {
    const tag = wire.tag()
    if (tag === 0x0a) blocks.push(readResourceSpans(wire, wire.enter(end)))
    else wire.skip(tag, end)
  }
  wire.leave(end)
  return blocks
}

function readResourceSpans(wire: Wire, end: number): ResourceSpans {
  const block: Block = { resource: new Map(), spans: [], quietEndsMs: [], refused: new Map() }
  while (wire.at < end) {
    const tag = wire.tag()
    if (tag === 0x0a) readResource(wire, wire.enter(end), block.resource)
    else if (tag === 0x12) readScopeSpans(wire, wire.enter(end), block)
    else wire.skip(tag, end)
  }
  wire.leave(end)
  return block
}

export function readResource(wire: Wire, end: number, into: Map<string, AttributeValue>): void {
  while (wire.at < end) {
    const tag = wire.tag()
    if (tag === 0x0a) readAttribute(wire, wire.enter(end), into)
    else wire.skip(tag, end)
  }
  wire.leave(end)
}

function readScopeSpans(wire: Wire, end: number, block: Block): void {
  while (wire.at < end) {
    const tag = wire.tag()
    if (tag === 0x12) readSpan(wire, wire.enter(end), block)
    else wire.skip(tag, end)
  }
  wire.leave(end)
}

/** One for all spans, copied from when a span is kept: most spans are not. */
const draft = {
  kind: 0,
  status: 0,
  startMs: 0,
  startNanos: 0,
  endMs: 0,
  endNanos: 0,
  nameFrom: 0,
  nameTo: 0,
  traceAt: -1,
  idAt: -1,
  parentAt: -1,
  attributesAt: -1,
}

function readSpan(wire: Wire, end: number, block: Block): void {
  let exceptions: Exception[] | null = null
  draft.kind = draft.status = 0
  draft.startMs = draft.endMs = draft.startNanos = draft.endNanos = 0
  draft.nameFrom = draft.nameTo = 0
  draft.traceAt = draft.idAt = draft.parentAt = draft.attributesAt = -1

  while (wire.at < end) {
    const from = wire.at
    const tag = wire.tag()
    switch (tag) {
      case 0x4a: // attributes: read below, when the kind is known
        if (draft.attributesAt < 0) draft.attributesAt = from
        wire.at = wire.enter(end)
        break
      case 0x0a:
      case 0x12:
      case 0x22:
      case 0x2a:
        readPlace(wire, tag, end)
        break
      case 0x30:
        draft.kind = wire.varint()
        break
      case 0x39:
        draft.startMs = wire.timeMs(end)
        draft.startNanos = wire.nanosOver
        break
      case 0x41:
        draft.endMs = wire.timeMs(end)
        draft.endNanos = wire.nanosOver
        break
      case 0x5a: {
        const exception = readEvent(wire, wire.enter(end))
        if (exception !== null) (exceptions ??= []).push(exception)
        break
      }
      case 0x7a:
        draft.status = readStatus(wire, wire.enter(end), draft.status)
        break
      default:
        wire.skip(tag, end)
    }
  }
  wire.leave(end)
  keepSpan(wire, end, { exceptions, block })
}

/** Remembers where ids and name stand. */
function readPlace(wire: Wire, tag: number, end: number): void {
  const to = wire.enter(end)
  const length = to - wire.at
  if (tag === 0x2a) {
    draft.nameFrom = wire.at
    draft.nameTo = to
  } else if (tag === 0x0a) draft.traceAt = length === 16 ? wire.at : -1
  else if (tag === 0x12) draft.idAt = length === 8 ? wire.at : -1
  else draft.parentAt = length === 8 ? wire.at : -1
  wire.at = to
}

interface Read {
  readonly exceptions: Exception[] | null
  readonly block: Block
}

function keepSpan(wire: Wire, end: number, { exceptions, block }: Read): void {
  const durationNs = (draft.endMs - draft.startMs) * 1e6 + (draft.endNanos - draft.startNanos)
  if (draft.endMs === 0 || draft.startMs === 0) return refuse(block.refused, 'no-time')
  if (durationNs < 0) return refuse(block.refused, 'negative-duration')

  const { kind } = draft
  const counts = kind === kindServer || kind === kindClient || kind === kindConsumer
  if (!counts && exceptions === null) {
    block.quietEndsMs.push(draft.endMs)
    return
  }
  const span = new Span()
  span.kind = kind
  span.status = draft.status
  span.endMs = draft.endMs
  span.durationNs = durationNs
  span.exceptions = exceptions
  if (draft.traceAt >= 0) {
    span.trace0 = wire.word(draft.traceAt)
    span.trace1 = wire.word(draft.traceAt + 4)
    span.trace2 = wire.word(draft.traceAt + 8)
    span.trace3 = wire.word(draft.traceAt + 12)
  }
  if (draft.idAt >= 0) {
    span.id0 = wire.word(draft.idAt)
    span.id1 = wire.word(draft.idAt + 4)
  }
  if (draft.parentAt >= 0) {
    span.parent0 = wire.word(draft.parentAt)
    span.parent1 = wire.word(draft.parentAt + 4)
  }
  if (counts) {
    span.name = textOf(wire, draft.nameFrom, draft.nameTo)
    if (draft.attributesAt >= 0) readSpanAttributes(wire, end, span)
  }
  block.spans.push(span)
}

/** The second walk, from the first attribute on. */
function readSpanAttributes(wire: Wire, end: number, span: Span): void {
  startSpan()
  wire.at = draft.attributesAt
  while (wire.at < end) {
    const tag = wire.tag()
    if (tag === 0x4a) readSpanAttribute(wire, wire.enter(end), span)
    else wire.skip(tag, end)
  }
}

function readSpanAttribute(wire: Wire, end: number, span: Span): void {
  let key = -1
  let valueAt = -1
  let valueTo = -1
  while (wire.at < end) {
    const tag = wire.tag()
    if (tag === 0x0a) {
      const to = wire.enter(end)
      key = spanKeys.find(wire.bytes, wire.at, to)
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
  while (wire.at < valueTo) {
    const tag = wire.tag()
    if (tag === 0x0a) {
      const to = wire.enter(valueTo)
      setSpanValue(span, key, textOf(wire, wire.at, to))
      wire.at = to
    } else if (tag === 0x18) setSpanValue(span, key, wire.int64())
    else wire.skip(tag, valueTo)
  }
  wire.leave(valueTo)
  wire.at = end
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

const exceptionName = new TextEncoder().encode('exception')

function readEvent(wire: Wire, end: number): Exception | null {
  let isException = false
  let atMs = 0
  const texts: ExceptionTexts = ['', '', '']
  while (wire.at < end) {
    const tag = wire.tag()
    if (tag === 0x09) atMs = wire.timeMs(end)
    else if (tag === 0x12) {
      const to = wire.enter(end)
      isException = to - wire.at === exceptionName.length && startsWith(wire, exceptionName)
      wire.at = to
    } else if (tag === 0x1a) readExceptionAttribute(wire, wire.enter(end), texts)
    else wire.skip(tag, end)
  }
  wire.leave(end)
  if (!isException) return null
  const [type, message, stack] = texts
  return { type, message, stack, atMs }
}

function startsWith(wire: Wire, text: Uint8Array): boolean {
  return text.every((byte, index) => wire.bytes[wire.at + index] === byte)
}

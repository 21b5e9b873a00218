/**
 * Reads TracesData (= ExportTraceServiceRequest) from protobuf, selectively: OTLP 1.11, field numbers in the tags.
 *
 * Any order of fields: `scope_spans` before `resource`, `attributes` before `kind`, `value` before `key`. A repeated
 * singular field: the last one wins.
 */
import { readSpan, type SpanBlock } from './read-span.ts'
import { noAttributes, readResource } from './resources.ts'
import type { Attributes, ResourceSpans } from './telemetry.ts'
import type { Wire } from './wire.ts'

interface Block extends SpanBlock {
  resource: Attributes
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
  const block: Block = { resource: noAttributes, spans: [], quietEndsMs: [], refused: new Map() }
  while (wire.at < end) {
    const tag = wire.tag()
    if (tag === 0x0a) block.resource = readResource(wire, wire.enter(end))
    else if (tag === 0x12) readScopeSpans(wire, wire.enter(end), block)
    else wire.skip(tag, end)
  }
  wire.leave(end)
  return block
}

function readScopeSpans(wire: Wire, end: number, block: Block): void {
  while (wire.at < end) {
    const tag = wire.tag()
    if (tag === 0x12) readSpan(wire, wire.enter(end), block)
    else wire.skip(tag, end)
  }
  wire.leave(end)
}

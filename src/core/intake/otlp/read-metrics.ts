/**
 * Reads MetricsData (= ExportMetricsServiceRequest) from protobuf. Attributes are read in full: they are the identity
 * of a series. Repeated numbers may be packed or not, as protobuf allows.
 */
import { readAttribute } from './attributes.ts'
import { bucketsMax, faultOf, MetricDraft, pointOf } from './metric-draft.ts'
import { noAttributes, readResource } from './resources.ts'
import { textOf } from './strings.ts'
import {
  type Attributes,
  type Metric,
  type MetricKind,
  type MetricPoint,
  refuse,
  type Refusals,
  type ResourceMetrics,
} from './telemetry.ts'
import { DecodeFault, type Wire } from './wire.ts'

interface Block {
  resource: Attributes
  readonly metrics: Metric[]
  readonly refused: Refusals
}

export function readMetrics(wire: Wire): ResourceMetrics[] {
  const end = wire.bytes.length
  const blocks: ResourceMetrics[] = []
  while (wire.at < end) {
    const tag = wire.tag()
    if (tag === 0x0a) blocks.push(readResourceMetrics(wire, wire.enter(end)))
    else wire.skip(tag, end)
  }
  wire.leave(end)
  return blocks
}

function readResourceMetrics(wire: Wire, end: number): ResourceMetrics {
  const block: Block = { resource: noAttributes, metrics: [], refused: new Map() }
  while (wire.at < end) {
    const tag = wire.tag()
    if (tag === 0x0a) block.resource = readResource(wire, wire.enter(end))
    else if (tag === 0x12) readScopeMetrics(wire, wire.enter(end), block)
    else wire.skip(tag, end)
  }
  wire.leave(end)
  return block
}

function readScopeMetrics(wire: Wire, end: number, block: Block): void {
  let scope = ''
  const metricsAt: number[] = []
  while (wire.at < end) {
    const tag = wire.tag()
    const to = (tag & 7) === 2 ? wire.enter(end) : -1
    if (tag === 0x0a) scope = readScopeName(wire, to)
    else if (tag === 0x12) {
      metricsAt.push(wire.at, to)
      wire.at = to
    } else if (to >= 0) wire.at = to
    else wire.skip(tag, end)
  }
  wire.leave(end)
  for (let each = 0; each < metricsAt.length; each += 2) {
    wire.at = metricsAt[each]!
    readMetric(wire, metricsAt[each + 1]!, { scope, block })
  }
  wire.at = end
}

function readScopeName(wire: Wire, end: number): string {
  let name = ''
  while (wire.at < end) {
    const tag = wire.tag()
    if (tag === 0x0a) name = readText(wire, end)
    else wire.skip(tag, end)
  }
  wire.leave(end)
  return name
}

function readText(wire: Wire, end: number): string {
  const to = wire.enter(end)
  const text = textOf(wire, wire.at, to)
  wire.at = to
  return text
}

/** By field number of Metric. */
const kinds: Readonly<Record<number, MetricKind>> = {
  5: 'gauge',
  7: 'sum',
  9: 'histogram',
  10: 'exponential',
  11: 'summary',
}

function readMetric(
  wire: Wire,
  end: number,
  { scope, block }: { readonly scope: string; readonly block: Block },
): void {
  let name = ''
  let unit = ''
  let kind: MetricKind | null = null
  let dataAt = 0
  let dataTo = 0
  while (wire.at < end) {
    const tag = wire.tag()
    if (tag === 0x0a) name = readText(wire, end)
    else if (tag === 0x1a) unit = readText(wire, end)
    else if ((tag & 7) === 2 && kinds[tag >>> 3] !== undefined) {
      kind = kinds[tag >>> 3]!
      dataTo = wire.enter(end)
      dataAt = wire.at
      wire.at = dataTo
    } else wire.skip(tag, end)
  }
  wire.leave(end)
  if (kind === null) return
  wire.at = dataAt
  const { points, temporality, monotonic } = readData(wire, dataTo, { kind, block })
  block.metrics.push({ scope, name, unit, kind, temporality, monotonic, points })
}

function readData(
  wire: Wire,
  end: number,
  { kind, block }: { readonly kind: MetricKind; readonly block: Block },
): { points: MetricPoint[]; temporality: number; monotonic: boolean } {
  const points: MetricPoint[] = []
  let temporality = 0
  let monotonic = false
  while (wire.at < end) {
    const tag = wire.tag()
    if (tag === 0x0a) {
      const draft = new MetricDraft()
      readPoint(wire, wire.enter(end), { kind, draft })
      const fault = faultOf(draft, kind)
      if (fault === null) points.push(pointOf(draft))
      else refuse(block.refused, fault)
    } else if (tag === 0x10) temporality = wire.varint()
    else if (tag === 0x18) monotonic = wire.varint() !== 0
    else wire.skip(tag, end)
  }
  wire.leave(end)
  return { points, temporality, monotonic }
}

interface Drafting {
  readonly kind: MetricKind
  readonly draft: MetricDraft
}

function readPoint(wire: Wire, end: number, { kind, draft }: Drafting): void {
  const attributesTag = kind === 'exponential' ? 0x0a : kind === 'histogram' ? 0x4a : 0x3a
  const read =
    kind === 'histogram'
      ? readHistogramField
      : kind === 'exponential'
        ? readExponentialField
        : kind === 'summary'
          ? readSummaryField
          : readNumberField
  while (wire.at < end) {
    const tag = wire.tag()
    if (tag === attributesTag) readAttribute(wire, wire.enter(end), draft.attributes)
    else if (tag === 0x11 && kind !== 'exponential') draft.startMs = wire.timeMs(end)
    else if (tag === 0x19 && kind !== 'exponential') draft.timeMs = wire.timeMs(end)
    else if (!read(wire, { tag, end, draft })) wire.skip(tag, end)
  }
  wire.leave(end)
}

interface Field {
  readonly tag: number
  readonly end: number
  readonly draft: MetricDraft
}

/** Each returns false for a field that it does not know. */
function readNumberField(wire: Wire, { tag, end, draft }: Field): boolean {
  if (tag === 0x21) draft.value = wire.double(end)
  else if (tag === 0x31) draft.value = wire.sfixed64(end)
  else if (tag === 0x40) draft.flags = wire.varint()
  else return false
  return true
}

function readHistogramField(wire: Wire, { tag, end, draft }: Field): boolean {
  if (tag === 0x21) draft.count = wire.fixed64(end)
  else if (tag === 0x29) draft.sum = wire.double(end)
  else if (tag === 0x31) draft.counts.push(wire.fixed64(end))
  else if (tag === 0x32)
    readPacked(wire, end, { into: draft.counts, next: (to) => wire.fixed64(to) })
  else if (tag === 0x39) draft.bounds.push(wire.double(end))
  else if (tag === 0x3a)
    readPacked(wire, end, { into: draft.bounds, next: (to) => wire.double(to) })
  else if (tag === 0x50) draft.flags = wire.varint()
  else if (tag === 0x59) draft.min = wire.double(end)
  else if (tag === 0x61) draft.max = wire.double(end)
  else return false
  return true
}

function readExponentialField(wire: Wire, { tag, end, draft }: Field): boolean {
  if (tag === 0x11) draft.startMs = wire.timeMs(end)
  else if (tag === 0x19) draft.timeMs = wire.timeMs(end)
  else if (tag === 0x21) draft.count = wire.fixed64(end)
  else if (tag === 0x29) draft.sum = wire.double(end)
  else if (tag === 0x30) draft.scale = wire.sint32()
  else if (tag === 0x39) draft.zero = wire.fixed64(end)
  else if (tag === 0x42) draft.offset = readBuckets(wire, wire.enter(end), draft.counts)
  else if (tag === 0x4a) {
    const negative: number[] = []
    readBuckets(wire, wire.enter(end), negative)
    for (const count of negative) draft.negative += count
  } else if (tag === 0x50) draft.flags = wire.varint()
  else if (tag === 0x61) draft.min = wire.double(end)
  else if (tag === 0x69) draft.max = wire.double(end)
  else return false
  return true
}

function readSummaryField(wire: Wire, { tag, end, draft }: Field): boolean {
  if (tag === 0x21) draft.count = wire.fixed64(end)
  else if (tag === 0x29) draft.sum = wire.double(end)
  else if (tag === 0x40) draft.flags = wire.varint()
  else return false
  return true
}

/** Returns the offset. */
function readBuckets(wire: Wire, end: number, into: number[]): number {
  let offset = 0
  while (wire.at < end) {
    const tag = wire.tag()
    if (tag === 0x08) offset = wire.sint32()
    else if (tag === 0x10) into.push(wire.varint())
    else if (tag === 0x12) readPacked(wire, end, { into, next: () => wire.varint() })
    else wire.skip(tag, end)
  }
  wire.leave(end)
  return offset
}

function readPacked(
  wire: Wire,
  end: number,
  { into, next }: { readonly into: number[]; readonly next: (to: number) => number },
): void {
  const to = wire.enter(end)
  // One more than the bound is enough for the point to be refused as too large.
  while (wire.at < to && into.length <= bucketsMax) into.push(next(to))
  if (into.length > bucketsMax) wire.at = to
  if (wire.at !== to) throw new DecodeFault('truncated', 'a packed field ends outside its parent')
}

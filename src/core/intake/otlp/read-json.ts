/**
 * Reads OTLP JSON (one parsed message of any signal) into the same shape as the protobuf readers.
 *
 * `JSON.parse` has run before; every access is checked by hand. A message whose frame is wrong (resources or scopes
 * that are no lists or objects) is refused whole; a single span, point or log of the wrong type is refused alone.
 */
import {
  attributesOf,
  enumValue,
  integerOf,
  type Json,
  listOf,
  objectOf,
  textValue,
  timeValue,
  wordsOf,
} from './json-values.ts'
import { exceptionKeys, type ExceptionTexts, stackLengthMax } from './exception-keys.ts'
import { metricsOf } from './read-json-metrics.ts'
import { setSpanValue, spanKeys, startSpanValues } from './span-keys.ts'
import {
  type AttributeValue,
  type Exception,
  type ExceptionLog,
  kindClient,
  kindConsumer,
  kindServer,
  refuse,
  type Refusals,
  type ResourceLogs,
  type ResourceSpans,
  Span,
  type Telemetry,
} from './telemetry.ts'
import { DecodeFault } from './wire.ts'

export function readJson(value: unknown): Telemetry {
  const message = objectOf(value, 'the message')
  return {
    spans: listOf(message['resourceSpans'], 'resourceSpans').map(resourceSpansOf),
    metrics: listOf(message['resourceMetrics'], 'resourceMetrics').map((each) => metricsOf(each)),
    logs: listOf(message['resourceLogs'], 'resourceLogs').map(resourceLogsOf),
  }
}

function resourceOf(block: Json): Map<string, AttributeValue> {
  const resource = new Map<string, AttributeValue>()
  attributesOf(objectOf(block['resource'], 'resource')['attributes'], resource)
  return resource
}

/** Runs `read`; what it finds of the wrong type costs one item. Depth is a fault of the message. */
function guarded(refused: Refusals, read: () => void): void {
  try {
    read()
  } catch (fault) {
    if (!(fault instanceof DecodeFault) || fault.reason !== 'wrong-type') throw fault
    refuse(refused, 'wrong-type')
  }
}

interface SpanBlock {
  readonly spans: Span[]
  readonly quietEndsMs: number[]
  readonly refused: Refusals
}

function resourceSpansOf(value: unknown): ResourceSpans {
  const json = objectOf(value, 'resourceSpans')
  const block: SpanBlock = { spans: [], quietEndsMs: [], refused: new Map() }
  for (const scope of listOf(json['scopeSpans'], 'scopeSpans')) {
    for (const each of listOf(objectOf(scope, 'a scope')['spans'], 'spans')) {
      guarded(block.refused, () => readSpan(objectOf(each, 'a span'), block))
    }
  }
  return { resource: resourceOf(json), ...block }
}

const spanKinds = [
  'SPAN_KIND_UNSPECIFIED',
  'SPAN_KIND_INTERNAL',
  'SPAN_KIND_SERVER',
  'SPAN_KIND_CLIENT',
  'SPAN_KIND_PRODUCER',
  'SPAN_KIND_CONSUMER',
]
const statusCodes = ['STATUS_CODE_UNSET', 'STATUS_CODE_OK', 'STATUS_CODE_ERROR']

function readSpan(json: Json, block: SpanBlock): void {
  const kind = enumValue(json['kind'], spanKinds, 'kind')
  const start = timeValue(json['startTimeUnixNano'], 'startTimeUnixNano')
  const end = timeValue(json['endTimeUnixNano'], 'endTimeUnixNano')
  const exceptions = exceptionsOf(json['events'])
  if (start.ms === 0 || end.ms === 0) return refuse(block.refused, 'no-time')
  const durationNs = (end.ms - start.ms) * 1e6 + (end.nanosOver - start.nanosOver)
  if (durationNs < 0) return refuse(block.refused, 'negative-duration')

  const counts = kind === kindServer || kind === kindClient || kind === kindConsumer
  if (!counts && exceptions === null) {
    block.quietEndsMs.push(end.ms)
    return
  }
  const span = new Span()
  span.kind = kind
  span.endMs = end.ms
  span.durationNs = durationNs
  span.exceptions = exceptions
  span.status = enumValue(objectOf(json['status'], 'status')['code'], statusCodes, 'status')
  ;[span.trace0, span.trace1, span.trace2, span.trace3] = fourWords(json['traceId'])
  ;[span.id0, span.id1] = twoWords(json['spanId'])
  ;[span.parent0, span.parent1] = twoWords(json['parentSpanId'])
  if (counts) {
    span.name = textValue(json['name'], 'name')
    readSpanAttributes(json['attributes'], span)
  }
  block.spans.push(span)
}

function readSpanAttributes(value: unknown, span: Span): void {
  startSpanValues()
  for (const each of listOf(value, 'attributes')) {
    const pair = objectOf(each, 'an attribute')
    const index = spanKeys.indexOf(textValue(pair['key'], 'key'))
    if (index < 0) continue
    const any = objectOf(pair['value'], 'value')
    if (any['stringValue'] !== undefined) {
      setSpanValue(span, index, textValue(any['stringValue'], 'stringValue'))
    } else if (any['intValue'] !== undefined) {
      setSpanValue(span, index, integerOf(any['intValue']))
    }
  }
}

function exceptionsOf(value: unknown): Exception[] | null {
  let exceptions: Exception[] | null = null
  for (const each of listOf(value, 'events')) {
    const event = objectOf(each, 'an event')
    if (event['name'] !== 'exception') continue
    const [type, message, stack] = exceptionTexts(event['attributes']) ?? ['', '', '']
    const atMs = timeValue(event['timeUnixNano'], 'timeUnixNano').ms
    ;(exceptions ??= []).push({ type, message, stack, atMs })
  }
  return exceptions
}

function exceptionTexts(attributes: unknown): ExceptionTexts | null {
  let texts: ExceptionTexts | null = null
  for (const each of listOf(attributes, 'attributes')) {
    const pair = objectOf(each, 'an attribute')
    const index = exceptionKeys.indexOf(textValue(pair['key'], 'key'))
    if (index < 0 || pair['value'] === undefined) continue
    const { stringValue } = objectOf(pair['value'], 'value')
    texts ??= ['', '', '']
    texts[index] = typeof stringValue === 'string' ? stringValue.slice(0, stackLengthMax) : ''
  }
  return texts
}

interface LogBlock {
  readonly exceptions: ExceptionLog[]
  readonly quietTimesMs: number[]
  readonly refused: Refusals
}

function resourceLogsOf(value: unknown): ResourceLogs {
  const json = objectOf(value, 'resourceLogs')
  const block: LogBlock = { exceptions: [], quietTimesMs: [], refused: new Map() }
  for (const scope of listOf(json['scopeLogs'], 'scopeLogs')) {
    for (const each of listOf(objectOf(scope, 'a scope')['logRecords'], 'logRecords')) {
      guarded(block.refused, () => readLog(objectOf(each, 'a log record'), block))
    }
  }
  return { resource: resourceOf(json), ...block }
}

function readLog(json: Json, block: LogBlock): void {
  const timeMs = timeValue(json['timeUnixNano'], 'timeUnixNano').ms
  const observedMs = timeValue(json['observedTimeUnixNano'], 'observedTimeUnixNano').ms
  const texts = exceptionTexts(json['attributes'])
  const atMs = timeMs === 0 ? observedMs : timeMs
  if (atMs === 0) return refuse(block.refused, 'no-time')
  if (texts === null || (texts[0] === '' && texts[2] === '')) {
    block.quietTimesMs.push(atMs)
    return
  }
  const [type, message, stack] = texts
  const [trace0, trace1, trace2, trace3] = fourWords(json['traceId'])
  block.exceptions.push({ type, message, stack, atMs, trace0, trace1, trace2, trace3 })
}

function fourWords(value: unknown): [number, number, number, number] {
  return wordsOf(value, 4) as [number, number, number, number]
}

function twoWords(value: unknown): [number, number] {
  return wordsOf(value, 2) as [number, number]
}

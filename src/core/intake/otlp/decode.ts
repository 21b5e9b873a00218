/**
 * Foreign OTLP bytes -> telemetry, or a refusal with its reason. Nothing is thrown for bad data.
 *
 * JSON and protobuf are told apart by the first byte: `{` as protobuf would be field 15 with the unused wire type 3.
 * An empty message (no bytes, `{}`) is legal and holds nothing. The Collector's file and Kafka encodings are the same
 * messages as OTLP/HTTP's requests. A message without a known signal (length-prefixed files) is recognised by the
 * fields of its first item.
 */
import { readJson } from './read-json.ts'
import { readLogs } from './read-logs.ts'
import { readMetrics } from './read-metrics.ts'
import { readTraces } from './read-traces.ts'
import type { Signal, Telemetry } from './telemetry.ts'
import { DecodeFault, type DecodeReason, Wire } from './wire.ts'

export type Decoded =
  | { readonly ok: true; readonly telemetry: Telemetry }
  | { readonly ok: false; readonly reason: DecodeReason; readonly message: string }

const nothing: Telemetry = { spans: [], metrics: [], logs: [] }
const openingBrace = 0x7b
const utf8 = new TextDecoder('utf-8', { fatal: true })

export function decodeOtlp(bytes: Uint8Array, signal: Signal | 'auto'): Decoded {
  return guarded(() => {
    if (bytes.length === 0) return nothing
    if (bytes[0] === openingBrace) return readJson(parse(bytes))
    switch (signal === 'auto' ? recognise(bytes) : signal) {
      case 'traces':
        return { ...nothing, spans: readTraces(new Wire(bytes)) }
      case 'metrics':
        return { ...nothing, metrics: readMetrics(new Wire(bytes)) }
      case 'logs':
        return { ...nothing, logs: readLogs(new Wire(bytes)) }
    }
  })
}

/** The same for a message that has been parsed already. */
export function decodeOtlpJson(value: unknown): Decoded {
  return guarded(() => readJson(value))
}

/** Whether a parsed line is an OTLP message. */
export function isOtlpJson(value: unknown): boolean {
  return (
    typeof value === 'object' &&
    value !== null &&
    ('resourceSpans' in value || 'resourceMetrics' in value || 'resourceLogs' in value)
  )
}

function guarded(decode: () => Telemetry): Decoded {
  try {
    return { ok: true, telemetry: decode() }
  } catch (fault) {
    if (!(fault instanceof DecodeFault)) throw fault
    return { ok: false, reason: fault.reason, message: fault.message }
  }
}

function parse(bytes: Uint8Array): unknown {
  let text: string
  try {
    text = utf8.decode(bytes)
  } catch {
    throw new DecodeFault('not-utf8', 'the JSON is not UTF-8')
  }
  try {
    return JSON.parse(text)
  } catch (fault) {
    throw new DecodeFault('malformed', fault instanceof Error ? fault.message : 'not JSON')
  }
}

/** Tags that only one signal's item has: a span's kind and times, a log record's times, severity and attributes. */
const spanTags: readonly number[] = [0x30, 0x39, 0x41]
const logTags: readonly number[] = [0x09, 0x10, 0x32, 0x45, 0x59]

/** The signal of a protobuf message by its first item, field 2 of field 2 of field 1, whatever the order of fields. */
function recognise(bytes: Uint8Array): Signal {
  const wire = new Wire(bytes)
  let end = bytes.length
  let depth = 0
  while (wire.at < end) {
    const tag = wire.tag()
    if (depth < 3 && tag === (depth === 0 ? 0x0a : 0x12)) {
      end = wire.enter(end)
      depth++
      continue
    }
    if (depth === 3 && spanTags.includes(tag)) return 'traces'
    if (depth === 3 && logTags.includes(tag)) return 'logs'
    wire.skip(tag, end)
  }
  return 'metrics'
}

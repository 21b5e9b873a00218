/**
 * What a recorded line is, told by its content: OTLP (JSON or protobuf), a deployment event, or what `up
 * --record` wrote around either (`{"atMs":…,"line":…}`). Its time is the median event time of its records.
 */
import type { CloudEvent } from '../../core/intake/cloudevents/unwrap.ts'
import { unwrapJson } from '../../core/intake/cloudevents/unwrap.ts'
import { decodeOtlp, decodeOtlpJson, isOtlpJson } from '../../core/intake/otlp/decode.ts'
import type { Telemetry } from '../../core/intake/otlp/telemetry.ts'
import { parseInstant } from '../../core/kernel/instant.ts'
import { medianEventTime } from '../../core/rollup/fold/admission.ts'

export type ParsedLine =
  | { readonly kind: 'telemetry'; readonly timeMs: number | null; readonly telemetry: Telemetry }
  | { readonly kind: 'event'; readonly timeMs: number | null; readonly event: CloudEvent }
  | { readonly kind: 'refused'; readonly timeMs: null; readonly reason: string }

export interface TimedLine {
  readonly bytes: Buffer
  readonly parsed: ParsedLine
  /** When `up --record` received it; null for lines recorded otherwise. */
  readonly recordedMs: number | null
}

const openingBrace = 0x7b

export function parseLine(bytes: Buffer): TimedLine {
  const text = firstByte(bytes) === openingBrace
  if (!text) return { bytes, parsed: ofTelemetry(decodeOtlp(bytes, 'auto')), recordedMs: null }
  let value: unknown
  try {
    value = JSON.parse(bytes.toString())
  } catch {
    return { bytes, parsed: refused('undecodable'), recordedMs: null }
  }
  const recorded = recordedOf(value)
  if (recorded !== null) {
    return { bytes, parsed: parseValue(recorded.line), recordedMs: recorded.atMs }
  }
  return { bytes, parsed: parseValue(value), recordedMs: null }
}

function recordedOf(value: unknown): { atMs: number; line: unknown } | null {
  const { atMs, line } = value as { atMs?: unknown; line?: unknown }
  if (typeof atMs !== 'number' || !Number.isFinite(atMs) || line === undefined) return null
  return { atMs, line }
}

function parseValue(value: unknown): ParsedLine {
  if (typeof value === 'string')
    return ofTelemetry(decodeOtlp(Buffer.from(value, 'base64'), 'auto'))
  if (isOtlpJson(value) || isEmptyObject(value)) return ofTelemetry(decodeOtlpJson(value))
  const unwrapped = unwrapJson(value)
  if (!unwrapped.ok) return refused(unwrapped.reason)
  return { kind: 'event', timeMs: eventTime(unwrapped.event), event: unwrapped.event }
}

function ofTelemetry(decoded: ReturnType<typeof decodeOtlp>): ParsedLine {
  if (!decoded.ok) return refused(decoded.reason)
  const { telemetry } = decoded
  return { kind: 'telemetry', timeMs: medianEventTime(telemetry), telemetry }
}

function eventTime({ data, time }: CloudEvent): number | null {
  const context = (data as { context?: { timestamp?: unknown } } | null)?.context
  const stamp = typeof context?.timestamp === 'string' ? context.timestamp : time
  return stamp === null ? null : parseInstant(stamp)
}

function refused(reason: string): ParsedLine {
  return { kind: 'refused', timeMs: null, reason }
}

function isEmptyObject(value: unknown): boolean {
  return typeof value === 'object' && value !== null && Object.keys(value).length === 0
}

function firstByte(bytes: Buffer): number | undefined {
  for (const byte of bytes) if (byte !== 0x20 && byte !== 0x09 && byte !== 0x0d) return byte
  return undefined
}

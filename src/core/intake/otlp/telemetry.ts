/**
 * What both readers of OTLP (protobuf and JSON) make of a message: the facts that Culprit uses, nothing else.
 *
 * Times are integer milliseconds since the epoch, rounded down; durations are exact nanoseconds. Ids are words of 4
 * bytes (signed), so that comparing and hashing them needs no text. Strings are as sent, unscrubbed: nothing here
 * leaves the process before `fold` has scrubbed it.
 */

/** An int64 that a double does not hold comes as its digits; bytes as hex; lists of pairs as lists. */
export type AttributeValue = string | number | boolean | null | readonly AttributeValue[]
export type Attributes = ReadonlyMap<string, AttributeValue>

export type Signal = 'traces' | 'metrics' | 'logs'

/** Why one span, point or log was refused by the reader, and how many. */
export type Refusals = Map<string, number>

export interface Exception {
  readonly type: string
  readonly message: string
  /** As sent; '' for none. */
  readonly stack: string
  readonly atMs: number
}

export const kindServer = 2
export const kindClient = 3
export const kindProducer = 4
export const kindConsumer = 5
export const statusError = 2

/** What only spans of RPC and messaging have. */
export class OtherValues {
  rpcService = ''
  rpcMethod = ''
  /** As sent: `14`, `UNAVAILABLE`; '' for none. */
  rpcStatus = ''
  operation = ''
  destination = ''
  destinationTemplate = ''
}

/** A span of a kind that counts, or one of another kind with an exception. One shape, so that loops stay fast. */
export class Span {
  kind = 0
  name = ''
  trace0 = 0
  trace1 = 0
  trace2 = 0
  trace3 = 0
  id0 = 0
  id1 = 0
  parent0 = 0
  parent1 = 0
  endMs = 0
  durationNs = 0
  status = 0
  /** HTTP status code, 0 for none. */
  httpStatus = 0
  method = ''
  route = ''
  peerService = ''
  serverAddress = ''
  errorType = ''
  other: OtherValues | null = null
  exceptions: readonly Exception[] | null = null
}

export interface ResourceSpans {
  readonly resource: Attributes
  readonly spans: readonly Span[]
  /** Ends of the valid spans that only count: of other kinds, without an exception. */
  readonly quietEndsMs: readonly number[]
  readonly refused: Refusals
}

/** One exception that was logged. Other logs only count, by their time. */
export interface ExceptionLog extends Exception {
  readonly trace0: number
  readonly trace1: number
  readonly trace2: number
  readonly trace3: number
}

export interface ResourceLogs {
  readonly resource: Attributes
  readonly exceptions: readonly ExceptionLog[]
  readonly quietTimesMs: readonly number[]
  readonly refused: Refusals
}

export const temporalityDelta = 1
export const temporalityCumulative = 2

export interface MetricPoint {
  readonly attributes: Attributes
  /** 0 where not sent. */
  readonly startMs: number
  readonly timeMs: number
  /** Value of a gauge or sum. */
  readonly value: number
  /** Of a histogram or summary; `sum`, `min` and `max` null where not sent. */
  readonly count: number
  readonly sum: number | null
  readonly min: number | null
  readonly max: number | null
  readonly bounds: readonly number[]
  readonly counts: readonly number[]
  /** Exponential only. */
  readonly scale: number
  readonly offset: number
  readonly zero: number
}

export type MetricKind = 'gauge' | 'sum' | 'histogram' | 'exponential' | 'summary'

export interface Metric {
  readonly scope: string
  readonly name: string
  readonly unit: string
  readonly kind: MetricKind
  readonly temporality: number
  readonly monotonic: boolean
  readonly points: readonly MetricPoint[]
}

export interface ResourceMetrics {
  readonly resource: Attributes
  readonly metrics: readonly Metric[]
  readonly refused: Refusals
}

export interface Telemetry {
  readonly spans: readonly ResourceSpans[]
  readonly metrics: readonly ResourceMetrics[]
  readonly logs: readonly ResourceLogs[]
}

export function refuse(refused: Refusals, reason: string): void {
  refused.set(reason, (refused.get(reason) ?? 0) + 1)
}

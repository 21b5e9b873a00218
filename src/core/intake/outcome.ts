/**
 * When a request failed, and when nobody answered.
 *
 * A SERVER or CONSUMER span failed when its status is ERROR or its HTTP status is 500 or more, or its RPC status is one
 * that the server conventions call an error. The absence of `error.type` says nothing. 4xx are no errors of a service.
 * A CLIENT span of a 4xx is often ERROR in the caller and yet no failure of the callee. Source: contract section 4,
 * *Request and error*; OpenTelemetry conventions for HTTP and RPC; measured: otel-in-the-wild.
 */
import type { Attributes, Span } from './otlp/telemetry.ts'
import { statusError } from './otlp/telemetry.ts'
import { statusOf } from './otlp/span-keys.ts'
import { textAt } from './identity.ts'

export interface Outcome {
  readonly failed: boolean
  /** No response status, connection refused, timeout: the callee may not be there. Only ever true of a failed call. */
  readonly unanswered: boolean
}

/** gRPC codes that are errors of the server (OpenTelemetry conventions for gRPC), by number and by name. */
const serverCodes: ReadonlySet<string> = new Set(
  '2 4 12 13 14 15 UNKNOWN DEADLINE_EXCEEDED UNIMPLEMENTED INTERNAL UNAVAILABLE DATA_LOSS'.split(
    ' ',
  ),
)
/** DEADLINE_EXCEEDED and UNAVAILABLE: no answer came. */
const noAnswerCodes: ReadonlySet<string> = new Set('4 14 DEADLINE_EXCEEDED UNAVAILABLE'.split(' '))

const noAnswerType =
  /refused|timeout|timed.?out|unreachable|reset|econn|etimedout|enotfound|eai_again|ehostunreach|epipe|unknownhost|connect|nameresolution|gaierror|dial/i

export function serverFailed(span: Span): boolean {
  if (span.status === statusError || span.httpStatus >= 500) return true
  return span.other !== null && serverCodes.has(span.other.rpcStatus.toUpperCase())
}

export function clientOutcome(span: Span): Outcome {
  if (span.httpStatus > 0) return { failed: span.httpStatus >= 500, unanswered: false }
  if (span.other !== null && span.other.rpcStatus !== '') {
    const code = span.other.rpcStatus.toUpperCase()
    return { failed: serverCodes.has(code), unanswered: noAnswerCodes.has(code) }
  }
  if (span.status !== statusError) return answered
  return { failed: true, unanswered: span.method !== '' || hasNoAnswerType(span) }
}

const answered: Outcome = { failed: false, unanswered: false }

function hasNoAnswerType(span: Span): boolean {
  if (noAnswerType.test(span.errorType)) return true
  return span.exceptions?.some((each) => noAnswerType.test(each.type)) ?? false
}

const httpStatusKeys = ['http.response.status_code', 'http.status_code'] as const
const rpcStatusKeys = [
  'rpc.status_code',
  'rpc.response.status_code',
  'rpc.grpc.status_code',
] as const
const spanStatusKeys = ['status.code', 'otel.status_code', 'status_code'] as const

/** Outcome of the requests of one point of a duration metric. */
export function pointOutcome(attributes: Attributes, role: 'server' | 'client'): Outcome {
  const httpStatus = statusOf(firstText(attributes, httpStatusKeys))
  const rpcStatus = firstText(attributes, rpcStatusKeys)?.toUpperCase() ?? ''
  const errorType = textAt(attributes, 'error.type')
  const spanFailed = /^(STATUS_CODE_)?ERROR$/.test(firstText(attributes, spanStatusKeys) ?? '')
  if (role === 'client') {
    if (httpStatus > 0) return { failed: httpStatus >= 500, unanswered: false }
    if (rpcStatus !== '') {
      return { failed: serverCodes.has(rpcStatus), unanswered: noAnswerCodes.has(rpcStatus) }
    }
    const errorStatus = statusOf(errorType)
    if (errorStatus > 0) return { failed: errorStatus >= 500, unanswered: false }
    return { failed: errorType !== null || spanFailed, unanswered: errorType !== null }
  }
  const clientFault = statusOf(errorType) > 0 && statusOf(errorType) < 500
  const failed =
    (errorType !== null && !clientFault) ||
    httpStatus >= 500 ||
    spanFailed ||
    serverCodes.has(rpcStatus)
  return { failed, unanswered: false }
}

export function firstText(attributes: Attributes, keys: readonly string[]): string | null {
  for (const key of keys) {
    const text = textAt(attributes, key)
    if (text !== null) return text
  }
  return null
}

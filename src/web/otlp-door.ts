/**
 * OTLP/HTTP (OTLP 1.11, formats section 20): POST /v1/{traces,metrics,logs}, protobuf or JSON, gzip, zstd.
 *
 * Answers in the encoding of the request: 200 with an empty or partial-success body once the fold is
 * durable, 400 for what does not decode, 413 past the bound after inflation, 415 for another type, 429 or
 * 503 with `Retry-After` under backpressure. What was refused is counted by the intake it is handed to.
 */
import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Guard } from './guard.ts'
import { readBody } from './read-body.ts'

export type OtlpSignal = 'traces' | 'metrics' | 'logs'

export type OtlpOutcome =
  | { readonly status: 'accepted'; readonly rejected: number; readonly message: string }
  | { readonly status: 'undecodable'; readonly message: string }
  | { readonly status: 'busy'; readonly code: 429 | 503; readonly retryAfterSeconds: number }

export interface OtlpDoorOptions {
  readonly guard: Guard
  readonly bytesMax: number
  readonly accept: (signal: OtlpSignal, bytes: Buffer) => Promise<OtlpOutcome>
  readonly refused: (signal: OtlpSignal, reason: string) => void
}

type Encoding = 'application/x-protobuf' | 'application/json'

const rejectedField: Readonly<Record<OtlpSignal, string>> = {
  traces: 'rejectedSpans',
  metrics: 'rejectedDataPoints',
  logs: 'rejectedLogRecords',
}
/** google.rpc.Code of each HTTP status that this door answers. */
const rpcCode: Readonly<Record<number, number>> = {
  400: 3,
  401: 16,
  403: 7,
  413: 8,
  415: 3,
  421: 3,
}

export function otlpDoor(options: OtlpDoorOptions) {
  return async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const signal = signalOf(request.url)
    const encoding = encodingOf(request.headers['content-type'])
    const reply = encoding ?? 'application/json'
    if (signal === null) return fail(response, reply, 404, 'not a path of OTLP/HTTP')
    if (request.method !== 'POST') {
      response.setHeader('allow', 'POST')
      return fail(response, reply, 405, 'OTLP is posted')
    }
    const admission = options.guard.admit(request, 'ingest')
    if (!admission.ok) return fail(response, reply, admission.status, admission.message)
    if (encoding === null) {
      options.refused(signal, 'content-type')
      request.resume()
      return fail(response, reply, 415, 'wants application/x-protobuf or application/json')
    }
    const body = await readBody(request, options.bytesMax)
    if (!body.ok) {
      options.refused(signal, body.status === 413 ? 'too-large' : 'encoding')
      return fail(response, encoding, body.status, body.message)
    }
    if (encoding === 'application/json' && body.bytes.length > 0 && !isJson(body.bytes)) {
      options.refused(signal, 'undecodable')
      return fail(response, encoding, 400, 'the body is no JSON object')
    }
    const outcome = await options.accept(signal, body.bytes)
    switch (outcome.status) {
      case 'accepted':
        return accepted(response, encoding, signal, outcome)
      case 'undecodable':
        return fail(response, encoding, 400, outcome.message)
      case 'busy':
        response.setHeader('retry-after', String(outcome.retryAfterSeconds))
        return fail(response, encoding, outcome.code, 'try again later')
    }
  }
}

function signalOf(url: string | undefined): OtlpSignal | null {
  const path = url?.split('?', 1)[0]
  const found = /^\/v1\/(traces|metrics|logs)\/?$/.exec(path ?? '')
  return (found?.[1] as OtlpSignal | undefined) ?? null
}

function encodingOf(contentType: string | undefined): Encoding | null {
  const type = contentType?.split(';', 1)[0]?.trim().toLowerCase()
  if (type === 'application/x-protobuf' || type === 'application/protobuf') {
    return 'application/x-protobuf'
  }
  return type === 'application/json' ? type : null
}

function isJson(bytes: Buffer): boolean {
  for (const byte of bytes) {
    if (byte === 0x20 || byte === 0x09 || byte === 0x0a || byte === 0x0d) continue
    return byte === 0x7b
  }
  return true
}

function accepted(
  response: ServerResponse,
  encoding: Encoding,
  signal: OtlpSignal,
  { rejected, message }: { readonly rejected: number; readonly message: string },
): void {
  const partial = rejected > 0
  if (encoding === 'application/json') {
    const partialSuccess = { [rejectedField[signal]]: String(rejected), errorMessage: message }
    return send(
      response,
      200,
      encoding,
      Buffer.from(JSON.stringify(partial ? { partialSuccess } : {})),
    )
  }
  const inner = partial ? Buffer.concat([varintField(1, rejected), textField(2, message)]) : null
  const body =
    inner === null ? Buffer.alloc(0) : Buffer.concat([tag(1, 2), varint(inner.length), inner])
  return send(response, 200, encoding, body)
}

/** The body is a google.rpc.Status in the request's encoding. */
function fail(response: ServerResponse, encoding: Encoding, status: number, message: string): void {
  const code = rpcCode[status] ?? (status >= 500 || status === 429 ? 14 : 5)
  const body =
    encoding === 'application/json'
      ? Buffer.from(JSON.stringify({ code, message }))
      : Buffer.concat([varintField(1, code), textField(2, message)])
  send(response, status, encoding, body)
}

function send(response: ServerResponse, status: number, type: Encoding, body: Buffer): void {
  response.writeHead(status, { 'content-type': type, 'content-length': String(body.length) })
  response.end(body)
}

function tag(field: number, wireType: number): Buffer {
  return Buffer.from([(field << 3) | wireType])
}

function varint(value: number): Buffer {
  const bytes: number[] = []
  let rest = value
  for (; rest > 0x7f; rest = Math.floor(rest / 128)) bytes.push((rest % 128) | 0x80)
  bytes.push(rest)
  return Buffer.from(bytes)
}

function varintField(field: number, value: number): Buffer {
  return Buffer.concat([tag(field, 0), varint(value)])
}

function textField(field: number, text: string): Buffer {
  const bytes = Buffer.from(text)
  return Buffer.concat([tag(field, 2), varint(bytes.length), bytes])
}

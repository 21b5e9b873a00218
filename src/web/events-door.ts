/**
 * `POST /v1/events`: CloudEvents in binary, structured and batch mode. 202 when every event was taken (or
 * is none of ours), 400 for malformed ones, 413, 415, and 503 with `Retry-After` under backpressure.
 */
import type { IncomingMessage, ServerResponse } from 'node:http'
import { answerError, answerJson } from './answer.ts'
import type { Guard } from './guard.ts'
import { readBody } from './read-body.ts'

export type EventsOutcome =
  | { readonly status: 'taken'; readonly answer: object; readonly refused: string | null }
  | { readonly status: 'busy'; readonly code: 429 | 503; readonly retryAfterSeconds: number }

export interface EventsDoorOptions {
  readonly guard: Guard
  readonly bytesMax: number
  readonly accept: (
    headers: Readonly<Record<string, string | undefined>>,
    body: Buffer,
  ) => Promise<EventsOutcome>
}

export function eventsDoor(options: EventsDoorOptions) {
  return async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const admission = options.guard.admit(request, 'ingest')
    if (!admission.ok) return answerError(response, admission.status, admission)
    if (request.method === 'OPTIONS') return handshake(request, response)
    if (request.method !== 'POST') {
      return answerError(
        response,
        405,
        { code: 'method', message: 'events are posted' },
        { allow: 'POST' },
      )
    }
    const body = await readBody(request, options.bytesMax)
    if (!body.ok) {
      const code = body.status === 413 ? 'too-large' : 'encoding'
      return answerError(response, body.status, { code, message: body.message })
    }
    const headers = Object.fromEntries(
      Object.entries(request.headers).map(([name, value]) => [name, String(value)]),
    )
    const outcome = await options.accept(headers, body.bytes)
    if (outcome.status === 'busy') {
      const retry = { 'retry-after': String(outcome.retryAfterSeconds) }
      return answerError(
        response,
        outcome.code,
        { code: 'busy', message: 'try again later' },
        retry,
      )
    }
    if (outcome.refused === null) return answerJson(response, 202, outcome.answer)
    const status = outcome.refused.startsWith('content-type') ? 415 : 400
    return answerError(response, status, { code: 'refused', message: outcome.refused })
  }
}

/** The abuse protection of CloudEvents webhooks: we may be asked before we are sent anything. */
function handshake(request: IncomingMessage, response: ServerResponse): void {
  const origin = request.headers['webhook-request-origin']
  if (typeof origin === 'string') response.setHeader('webhook-allowed-origin', origin)
  response.setHeader('allow', 'POST')
  response.writeHead(204)
  response.end()
}

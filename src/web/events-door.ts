/**
 * `POST /v1/events`: CloudEvents in binary, structured and batch mode. 202 when an event was taken (or is none
 * of ours), with what was refused beside it; 400 or 415 when none was; 413, and 503 with `Retry-After` under
 * backpressure.
 */
import type { IncomingMessage, ServerResponse } from 'node:http'
import { answerError, answerJson } from './answer.ts'
import type { Guard } from './guard.ts'
import { readBody } from './read-body.ts'

export type EventsOutcome =
  /** Something was taken, or there was nothing to refuse; `answer` says what was refused beside it. */
  | { readonly status: 'taken'; readonly answer: object }
  /** Nothing was taken: the first reason. */
  | { readonly status: 'refused'; readonly reason: string; readonly message: string }
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
    if (outcome.status === 'taken') return answerJson(response, 202, outcome.answer)
    const status = outcome.reason === 'content-type' ? 415 : 400
    const message = `${outcome.reason}: ${outcome.message}`
    return answerError(response, status, { code: 'refused', message })
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

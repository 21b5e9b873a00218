/** Answers: JSON everywhere but OTLP; errors as `{ "error": { "code", "message" } }`. Never 2xx without an object. */
import type { ServerResponse } from 'node:http'

export function answerJson(
  response: ServerResponse,
  status: number,
  value: object,
  headers: Readonly<Record<string, string>> = {},
): void {
  const body = Buffer.from(JSON.stringify(value))
  response.writeHead(status, {
    'content-type': 'application/json; charset=utf-8',
    'content-length': String(body.length),
    'cache-control': 'no-store',
    'x-content-type-options': 'nosniff',
    ...headers,
  })
  response.end(body)
}

export function answerError(
  response: ServerResponse,
  status: number,
  { code, message }: { readonly code: string; readonly message: string },
  headers: Readonly<Record<string, string>> = {},
): void {
  answerJson(response, status, { error: { code, message } }, headers)
}

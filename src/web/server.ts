/**
 * The two HTTP servers: OTLP on its own port, everything else on the other. Hot paths (OTLP, events, the
 * stream, the page) are handled raw; the rest by the API's router.
 */
import {
  createServer,
  type IncomingMessage,
  type RequestListener,
  type Server,
  type ServerResponse,
} from 'node:http'
import { createServer as createTlsServer } from 'node:https'
import { getRequestListener } from '@hono/node-server'
import type { Hono } from 'hono'
import { ConfigError, UnreachableError } from '../core/kernel/errors.ts'
import { answerError } from './answer.ts'
import type { EventStream } from './event-stream.ts'
import type { Guard, Right } from './guard.ts'
import type { PageFiles } from './page-files.ts'

type Handler = (request: IncomingMessage, response: ServerResponse) => Promise<void>

export interface FrontOptions {
  readonly guard: Guard
  readonly api: Hono
  /** null in a process that takes nothing in. */
  readonly events: Handler | null
  /** null in a process that shows nothing. */
  readonly shown: { readonly stream: EventStream; readonly page: PageFiles } | null
  readonly failed: (error: unknown) => void
}

/** Everything but OTLP. */
export function frontListener(options: FrontOptions): RequestListener {
  const { guard, api, events, shown } = options
  const listener = getRequestListener(api.fetch)
  const handle: Handler = async (request, response) => {
    const path = (request.url ?? '/').split('?', 1)[0]!
    if (path === '/v1/events' && events !== null) return events(request, response)
    const right = rightOf(path, request.method ?? 'GET')
    const admission = guard.admit(request, right)
    if (!admission.ok) {
      const headers: Record<string, string> =
        admission.status === 401 ? { 'www-authenticate': 'Basic realm="culprit"' } : {}
      return answerError(response, admission.status, admission, headers)
    }
    if (path === '/v1/stream' && shown !== null) return shown.stream.serve(request, response)
    if (isApi(path)) return listener(request, response)
    if (shown === null || (request.method !== 'GET' && request.method !== 'HEAD')) {
      return answerError(response, 404, { code: 'no-route', message: `nothing is at ${path}` })
    }
    return shown.page.serve(path, response)
  }
  return guarded(handle, options.failed)
}

function isApi(path: string): boolean {
  return (
    path.startsWith('/v1/') ||
    path.startsWith('/api/') ||
    ['/healthz', '/readyz', '/metrics', '/openapi.json'].includes(path)
  )
}

function rightOf(path: string, method: string): Right | null {
  if (path === '/healthz') return null
  if (path.startsWith('/v1/flagger/')) return 'read'
  return method === 'GET' || method === 'HEAD' ? 'read' : 'respond'
}

export function guarded(handle: Handler, failed: (error: unknown) => void): RequestListener {
  return (request, response) => {
    handle(request, response).catch((error: unknown) => {
      failed(error)
      if (response.headersSent) response.destroy()
      else answerError(response, 500, { code: 'bug', message: 'an internal error; see the log' })
    })
  }
}

export interface Listening {
  readonly server: Server
  readonly url: string
  close(): Promise<void>
}

export async function listen(
  listener: RequestListener,
  options: {
    readonly setting: string
    readonly address: string
    readonly tls: { readonly cert: Buffer; readonly key: Buffer } | null
  },
): Promise<Listening> {
  const { host, port } = parseAddress(options.setting, options.address)
  const server =
    options.tls === null ? createServer(listener) : createTlsServer(options.tls, listener)
  server.headersTimeout = 10_000
  server.requestTimeout = 60_000
  server.keepAliveTimeout = 65_000
  await new Promise<void>((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) => {
      const why = error.code === 'EADDRINUSE' ? 'the port is taken' : error.message
      reject(new UnreachableError(`${options.setting} ${options.address}: ${why}`))
    })
    server.listen(port, host, resolve)
  })
  const bound = server.address()
  const boundPort = typeof bound === 'object' && bound !== null ? bound.port : port
  const name = host.includes(':') ? `[${host}]` : host
  return {
    server,
    url: `${options.tls === null ? 'http' : 'https'}://${name}:${boundPort}`,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve())
        server.closeIdleConnections()
        setTimeout(() => server.closeAllConnections(), 1_000).unref()
      }),
  }
}

export function parseAddress(setting: string, address: string): { host: string; port: number } {
  const at = address.lastIndexOf(':')
  const port = Number(address.slice(at + 1))
  if (at < 1 || !Number.isInteger(port) || port < 0 || port > 65_535) {
    throw new ConfigError(setting, 'host:port', address)
  }
  return { host: address.slice(0, at).replace(/^\[|\]$/g, ''), port }
}

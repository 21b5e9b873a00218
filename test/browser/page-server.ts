/**
 * Serves the built page with the program's own headers, and fixture records under the API's routes. The
 * stream can be written to, cut and brought back by the test. Loopback only.
 */
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { PageFiles } from '../../src/web/page-files.ts'
import { detail } from './story/detail.ts'
import { incident, namings } from './story/incidents.ts'
import { releases } from './story/releases.ts'
import { services } from './story/services.ts'

export const folder = join(import.meta.dirname, '../../dist/page')

export interface Records {
  releases: readonly object[]
  incidents: readonly object[]
  services: readonly object[]
}

export const story = (): Records => ({ releases, incidents: [incident, ...namings], services })

export class PageServer {
  readonly #server: Server
  readonly #files = new PageFiles(folder)
  readonly #readers = new Set<ServerResponse>()
  readonly lastEventIds: (string | undefined)[] = []
  readonly requested: string[] = []
  records: Records = story()
  refuseStream = false
  #count = 0

  constructor() {
    this.#server = createServer((request, response) => this.#answer(request, response))
  }

  async start(): Promise<string> {
    await new Promise<void>((done) => this.#server.listen(0, '127.0.0.1', done))
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`
  }

  async stop(): Promise<void> {
    this.cut()
    this.#server.closeAllConnections()
    await new Promise((done) => this.#server.close(done))
  }

  send(event: 'release' | 'incident', record: object): void {
    const text = `id: t-${++this.#count}\nevent: ${event}\ndata: ${JSON.stringify(record)}\n\n`
    for (const reader of this.#readers) reader.write(text)
  }

  cut(): void {
    for (const reader of this.#readers) reader.destroy()
    this.#readers.clear()
  }

  #answer(request: IncomingMessage, response: ServerResponse): void {
    const path = new URL(request.url ?? '/', 'http://localhost').pathname
    this.requested.push(path)
    if (path === '/v1/stream') return this.#stream(request, response)
    const body = this.#body(path)
    if (body === null) return this.#files.serve(path, response)
    response.writeHead(body === undefined ? 404 : 200, { 'content-type': 'application/json' })
    response.end(
      JSON.stringify(body ?? { error: { code: 'not-found', message: 'no such record' } }),
    )
  }

  #stream(request: IncomingMessage, response: ServerResponse): void {
    if (this.refuseStream) {
      response.destroy()
      return
    }
    const last = request.headers['last-event-id']
    this.lastEventIds.push(typeof last === 'string' ? last : undefined)
    response.writeHead(200, { 'content-type': 'text/event-stream' })
    response.write('retry: 500\n\n')
    if (last === undefined) response.write('event: snapshot\ndata: {}\n\n')
    this.#readers.add(response)
    response.on('close', () => this.#readers.delete(response))
  }

  /** null: not of the API. undefined: no such record. */
  #body(path: string): object | null | undefined {
    if (path === '/v1/releases') return { items: this.records.releases, next: null }
    if (path === '/v1/incidents') return { items: this.records.incidents, next: null }
    if (path === '/v1/services')
      return { items: this.records.services, next: null, otlp: 'http://127.0.0.1:14318' }
    const [, kind, id] = /^\/v1\/(releases|incidents)\/([^/]+)/.exec(path) ?? []
    if (kind === undefined) return null
    const record = [...this.records.releases, ...this.records.incidents].find(
      (each) => 'id' in each && each.id === id,
    )
    if (record === undefined) return undefined
    return kind === 'releases'
      ? { ...detail, release: id }
      : { incident: record, releases: [detail] }
  }
}

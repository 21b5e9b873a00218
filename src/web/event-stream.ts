/**
 * Server-sent events (`GET /v1/stream`): `release` and `incident`, each with the whole record, and `window`
 * for what closed. An id is a counter of this process; `Last-Event-ID` resumes from what is remembered, else
 * the newest state of all is to be read. Windows have no id and are not remembered: they would push the
 * records out, and `/v1/windows` has them. A reader that does not keep up is closed and comes again.
 */
import type { IncomingMessage, ServerResponse } from 'node:http'
import type { View, ViewChange } from './view.ts'

const remembered = 1_000
const heartbeatMs = 15_000
const bufferedBytesMax = 4 * 1024 * 1024
const readersMax = 200

interface StreamEvent {
  readonly id: string
  readonly text: string
}

export class EventStream {
  readonly #process: string
  readonly #recent: StreamEvent[] = []
  readonly #readers = new Set<ServerResponse>()
  readonly #heartbeat: NodeJS.Timeout
  #count = 0

  /** `process` makes ids of one process unlike those of another. */
  constructor(view: View, process: string) {
    this.#process = process
    view.listen((change) => this.#publish(change))
    this.#heartbeat = setInterval(() => this.#send('event: ping\ndata: {}\n\n'), heartbeatMs)
    this.#heartbeat.unref()
  }

  serve(request: IncomingMessage, response: ServerResponse): void {
    if (this.#readers.size >= readersMax) {
      response.writeHead(503, { 'retry-after': '5', 'content-type': 'application/json' })
      response.end('{"error":{"code":"busy","message":"too many readers"}}')
      return
    }
    response.writeHead(200, {
      'content-type': 'text/event-stream; charset=utf-8',
      'cache-control': 'no-store',
      'x-accel-buffering': 'no',
    })
    response.write('retry: 2000\n\n')
    for (const { text } of this.#since(request.headers['last-event-id'])) response.write(text)
    this.#readers.add(response)
    response.on('close', () => this.#readers.delete(response))
  }

  get hasReaders(): boolean {
    return this.#readers.size > 0
  }

  windows(lines: readonly object[]): void {
    if (lines.length === 0) return
    this.#send(lines.map((line) => `event: window\ndata: ${JSON.stringify(line)}\n\n`).join(''))
  }

  close(): void {
    clearInterval(this.#heartbeat)
    for (const reader of this.#readers) reader.end()
    this.#readers.clear()
  }

  #since(lastId: string | string[] | undefined): readonly StreamEvent[] {
    const at = this.#recent.findIndex(({ id }) => id === lastId)
    if (at >= 0) return this.#recent.slice(at + 1)
    const text = 'event: snapshot\ndata: {}\n\n'
    return [{ id: '', text }]
  }

  #publish(change: ViewChange): void {
    const id = `${this.#process}-${++this.#count}`
    const record = change.kind === 'release' ? change.release : change.incident
    const text = `id: ${id}\nevent: ${change.kind}\ndata: ${JSON.stringify(record)}\n\n`
    this.#recent.push({ id, text })
    if (this.#recent.length > remembered) this.#recent.shift()
    this.#send(text)
  }

  #send(text: string): void {
    for (const reader of this.#readers) {
      if (reader.writableLength > bufferedBytesMax) reader.destroy()
      else reader.write(text)
    }
  }
}

/**
 * `--record DIR`: what came in, as files that `replay` reads: one line a request, `{"atMs":…,"line":…}`;
 * protobuf bodies as base64 text. A new file each start; writing never holds a door up.
 */
import { createWriteStream, type WriteStream } from 'node:fs'
import { join } from 'node:path'
import { ConfigError } from '../../core/kernel/errors.ts'
import { makeFolder } from './make-folder.ts'

const openingBrace = 0x7b

export class Recorder {
  readonly #telemetry: WriteStream
  readonly #events: WriteStream

  constructor(folder: string, name: string) {
    try {
      makeFolder(folder)
    } catch (error) {
      throw new ConfigError('--record', 'a writable folder', (error as Error).message)
    }
    this.#telemetry = createWriteStream(join(folder, `telemetry-${name}.jsonl`))
    this.#events = createWriteStream(join(folder, `events-${name}.jsonl`))
  }

  otlp(atMs: number, bytes: Buffer): void {
    if (bytes.length === 0) return
    const line =
      bytes[0] === openingBrace ? bytes.toString() : JSON.stringify(bytes.toString('base64'))
    this.#telemetry.write(`{"atMs":${atMs},"line":${line.replaceAll('\n', ' ')}}\n`)
  }

  event(atMs: number, event: unknown): void {
    this.#events.write(`${JSON.stringify({ atMs, line: event })}\n`)
  }

  async close(): Promise<void> {
    await Promise.all(
      [this.#telemetry, this.#events].map(
        (stream) => new Promise<void>((resolve) => stream.end(() => resolve())),
      ),
    )
  }
}

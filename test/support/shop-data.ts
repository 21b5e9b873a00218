/** The recorded shop, beside the repository: real requests and a real Collector's files, with the truth about them. */
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { constants, gunzipSync, zstdDecompressSync } from 'node:zlib'

export const shopFolder = join(import.meta.dirname, '../../../shared/data/otel-shop')
export const hasShop = existsSync(shopFolder)

export type Signal = 'traces' | 'metrics' | 'logs'

/** SERVER spans as the truth beside the recording counts them. */
export interface ServerSpans {
  readonly service: string
  readonly version: string
  readonly method: string
  readonly route: string
  readonly httpStatus: number
  readonly spanStatus: number
  readonly count: number
}

export interface Body {
  readonly path: string
  readonly headers: Readonly<Record<string, string>>
  readonly bytes: Uint8Array
}

/** Requests as they were posted, inflated. `name` as in `front-traces`. */
export function shopBodies(name: string): Body[] {
  return jsonLines(gunzipSync(readFileSync(join(shopFolder, 'bodies', `${name}.jsonl.gz`)))).map(
    (line) => {
      const { path, headers, bodyBase64 } = line as {
        path: string
        headers: Record<string, string>
        bodyBase64: string
      }
      const raw = Buffer.from(bodyBase64, 'base64')
      const gzip = headers['content-encoding'] === 'gzip'
      return { path, headers, bytes: new Uint8Array(gzip ? gunzipSync(raw) : raw) }
    },
  )
}

/** Lines of the Collector's file exporter, as bytes of JSON. */
export function shopRun(signal: Signal): Uint8Array[] {
  const packed = readFileSync(join(shopFolder, 'run', `${signal}.jsonl.zst`))
  const text = zstdDecompressSync(packed, {
    params: { [constants.ZSTD_d_windowLogMax]: 27 },
  }).toString('utf8')
  return text
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => new TextEncoder().encode(line))
}

/** Values of the Kafka records of one topic, e.g. `otlp_spans`. */
export function shopKafka(topic: string): Uint8Array[] {
  return jsonLines(gunzipSync(readFileSync(join(shopFolder, 'kafka/records.jsonl.gz'))))
    .map((line) => line as { topic: string; valueBase64: string })
    .filter((record) => record.topic === topic)
    .map((record) => new Uint8Array(Buffer.from(record.valueBase64, 'base64')))
}

export function shopFile(name: string): string {
  return readFileSync(join(shopFolder, name), 'utf8')
}

export function shopGzipLines(name: string): Uint8Array[] {
  const text = gunzipSync(readFileSync(join(shopFolder, name))).toString('utf8')
  return text
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => new TextEncoder().encode(line))
}

function jsonLines(bytes: Uint8Array): unknown[] {
  return new TextDecoder()
    .decode(bytes)
    .split('\n')
    .filter((line) => line !== '')
    .map((line): unknown => JSON.parse(line))
}

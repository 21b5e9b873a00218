/**
 * The Culprit that the demo talks to: one of its own in this process, with a store in the demo's folder and free
 * ports, or a running one.
 */
import { createServer } from 'node:net'
import { join } from 'node:path'
import { UnreachableError } from '../../core/kernel/errors.ts'
import { configure } from '../configure.ts'
import { openApiDocument } from '../schemas/open-api.ts'
import { makeLogger, pageFolder, up } from '../up/up.ts'

export interface OwnOrRunning {
  readonly url: string
  readonly otlpUrl: string
  readonly failed: Promise<never>
  stop(): Promise<void>
}

const usualPort = 8321
const usualOtlpPort = 4318

export async function ownCulprit(folder: string, record: string | null): Promise<OwnOrRunning> {
  const port = (await isFree(usualPort)) ? usualPort : 0
  const { config } = configure({
    set: [
      `http.listen=127.0.0.1:${port}`,
      'ingest.otlpListen=127.0.0.1:0',
      `store.path=${join(folder, 'culprit.db')}`,
      'telemetry.logLevel=error',
    ],
  })
  return up({ config, record, openApi: openApiDocument, pageFolder }, makeLogger(config))
}

/** Its OTLP door is where OTEL_EXPORTER_OTLP_ENDPOINT says, else on the usual port of the same host. */
export async function runningCulprit(url: string): Promise<OwnOrRunning> {
  const base = url.replace(/\/+$/, '')
  const ready = await fetch(`${base}/readyz`).catch(() => null)
  if (ready === null)
    throw new UnreachableError(`${base} does not answer; is \`npm start\` running?`)
  if (!ready.ok) throw new UnreachableError(`${base} is not ready: ${await ready.text()}`)
  const otlp = new URL(base)
  otlp.port = String(usualOtlpPort)
  return {
    url: base,
    otlpUrl: process.env['OTEL_EXPORTER_OTLP_ENDPOINT'] ?? otlp.origin,
    failed: new Promise<never>(() => undefined),
    stop: async () => undefined,
  }
}

function isFree(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const server = createServer()
    server.once('error', () => resolve(false))
    server.listen(port, '127.0.0.1', () => server.close(() => resolve(true)))
  })
}

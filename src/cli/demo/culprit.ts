/**
 * The Culprit that the demo talks to: one of its own in this process, with a store in the demo's folder and free
 * ports, or a running one.
 */
import { writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { join } from 'node:path'
import { stringify } from 'yaml'
import { UnreachableError, UsageError } from '../../core/kernel/errors.ts'
import { Client } from '../client/client.ts'
import { configure } from '../configure.ts'
import { openApiDocument } from '../schemas/open-api.ts'
import { allRoles } from '../up/roles.ts'
import { makeLogger, pageFolder, up } from '../up/up.ts'
import type { Children } from './children.ts'

export interface OwnOrRunning {
  readonly url: string
  readonly otlpUrl: string
  readonly failed: Promise<never>
  stop(): Promise<void>
}

/** What the shop's own counter means: fewer orders of as many requests for one are bad. */
const metrics = [
  { match: 'shop.orders', signal: 'business', direction: 'down', exposure: 'POST /orders' },
]
export const meaning = `detection.metrics=${JSON.stringify(metrics)}`
/** The setting as a file beside a recording: replayed without it, the counter would mean nothing. */
export function writeSettings(record: string): string {
  const file = join(record, 'culprit.yaml')
  writeFileSync(file, `# What the demo was run with.\n${stringify({ detection: { metrics } })}`)
  return file
}

const usualPort = 8321

export async function ownCulprit(folder: string, record: string | null): Promise<OwnOrRunning> {
  const port = (await isFree(usualPort)) ? usualPort : 0
  const { config } = configure({
    set: [
      `http.listen=127.0.0.1:${port}`,
      'ingest.otlpListen=127.0.0.1:0',
      `store.path=${join(folder, 'culprit.db')}`,
      'telemetry.logLevel=error',
      meaning,
    ],
  })
  const roles = new Set(allRoles)
  const running = await up(
    { config, roles, record, openApi: openApiDocument, pageFolder },
    makeLogger(config),
  )
  const { url, otlpUrl, failed } = running
  return { url, otlpUrl: otlpUrl!, failed, stop: () => running.stop() }
}

/** Further processes on the same Kafka and Redis, which share the work of this one and take it over. */
export async function startWorkers(
  children: Children,
  { folder, count }: { readonly folder: string; readonly count: number },
): Promise<number[]> {
  const { kafka, redis } = configure({ set: [] }).config
  if (count > 0 && (kafka.brokers.length === 0 || redis.url === null)) {
    throw new UsageError('--workers wants KAFKA_BROKERS and REDIS_URL: one machine is one process')
  }
  const pids: number[] = []
  for (let n = 0; n < count; n++) {
    const settings = ['http.listen=127.0.0.1:0', 'telemetry.logLevel=info', meaning]
    const set = settings.flatMap((each) => ['--set', each])
    const worker = await children.start({
      name: `worker ${n + 2}`,
      folder,
      args: [main, 'up', '--roles', 'detect,attribute', ...set],
      env: process.env,
      ready: /"page":"([^"]+)".*"msg":"ready"/,
    })
    pids.push(worker.pid)
  }
  return pids
}

const main = join(import.meta.dirname, '../main.ts')

/** Its OTLP door is where OTEL_EXPORTER_OTLP_ENDPOINT says, else where it says itself that it takes in. */
export async function runningCulprit(url: string): Promise<OwnOrRunning> {
  const base = url.replace(/\/+$/, '')
  const ready = await fetch(`${base}/readyz`).catch(() => null)
  if (ready === null)
    throw new UnreachableError(`${base} does not answer; is \`npm start\` running?`)
  if (!ready.ok) throw new UnreachableError(`${base} is not ready: ${await ready.text()}`)
  const otlpUrl = process.env['OTEL_EXPORTER_OTLP_ENDPOINT'] ?? (await otlpOf(base))
  if (otlpUrl === null) {
    throw new UsageError(
      `${base} takes no telemetry in: OTEL_EXPORTER_OTLP_ENDPOINT must say which process does`,
    )
  }
  return {
    url: base,
    otlpUrl,
    failed: new Promise<never>(() => undefined),
    stop: async () => undefined,
  }
}

async function otlpOf(base: string): Promise<string | null> {
  const answer = await new Client(base).get<{ otlp?: string | null }>('/v1/services')
  return answer.otlp ?? null
}

function isFree(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const server = createServer()
    server.once('error', () => resolve(false))
    server.listen(port, '127.0.0.1', () => server.close(() => resolve(true)))
  })
}

/**
 * The way over Kafka and Redis: records of about 64 KB of OTLP, zstd, on one broker of this machine; those
 * that a real Collector wrote (the recorded shop) where they are at hand, else made-up ones.
 *
 * CPU-seconds of the consumer process for a backlog: ingest alone (reads, folds, publishes, keeps its
 * group's offset) against a bare consumer and against one that reads and folds only; then all roles, with
 * Redis' scripts. Then a steady load, and how long after the record that closed a window its finding lay on
 * the log (append times of the broker). Not measured: the broker's and Redis' own CPU, networks, two
 * workers (this machine has two cores, and the broker wants one).
 */
import { execFileSync } from 'node:child_process'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { decodeOtlp } from '../../src/core/intake/otlp/decode.ts'
import { medianEventTime } from '../../src/core/rollup/fold/admission.ts'
import { fold } from '../../src/core/rollup/fold/fold.ts'
import { foldDefaults } from '../../src/core/rollup/fold/settings.ts'
import type { EventLog, NewRecord } from '../../src/ports/event-log.ts'
import { readTopic, topics } from '../support/distributed/input.ts'
import { Worker } from '../support/distributed/worker.ts'
import type { RedisServer } from '../support/services/redis-server.ts'
import { hasShop, shopKafka } from '../support/shop-data.ts'
import { cpuSeconds, memoryMb } from './cpu-seconds.ts'
import type { BenchRow } from './otlp-read.ts'
import { spansBody } from './spans-body.ts'
import { partitions, untilAccepted, type Where, withServices } from './whole-services.ts'

/** Made-up records: about 64 KB. */
const spansEach = 205
const records = 6_000
/** Bodies unlike each other; then they come again. */
const bodies = 600
/** Records are days old. */
const keptMs = 365 * 86_400_000
const steadySeconds = 40
const steadyRecordsPerSecond = 40

export function run(): Promise<BenchRow[]> {
  return withServices(keptMs, async ({ log, store, where }) => {
    const { recorded, spans, what } = backlogRecords()
    for (let n = 0; n < records; n += recorded.length) {
      await produce(log, recorded.slice(0, records - n))
    }
    const bare = consumed('bare', where)
    const folded = consumed('fold', where)
    const ingest = await backlog(where, 'ingest', spans)
    const whole = await backlog(where, 'ingest,detect,attribute', spans)
    const perSecond = (seconds: number) => Math.round(spans / seconds)
    const row = (name: string, seconds: number, reference: number): BenchRow => ({
      name,
      ours: perSecond(seconds),
      reference: perSecond(reference),
      ratio: Math.round((100 * reference) / seconds) / 100,
    })
    return [
      row(`Kafka, ${what}: ingest against a bare eachBatch (at least .55)`, ingest.seconds, bare),
      row(
        `Kafka, ${what}: ingest against reading + folding (at least .85)`,
        ingest.seconds,
        folded,
      ),
      row(`Kafka, ${what}: reading + folding alone against a bare eachBatch`, folded, bare),
      row(`Kafka to Redis, ${what}, all roles, against reading + folding`, whole.seconds, folded),
      ...(await steady(log, where, store, spans)),
    ]
  })
}

function record(n: number): NewRecord {
  const value = spansBody({ number: n, spans: spansEach, nowMs: Date.now() })
  return { topic: topics.spans, partition: n % partitions, key: null, headers: {}, value }
}

/** Each at the time of its spans: a record that is days older than them would be refused. */
function backlogRecords() {
  if (!hasShop) {
    const recorded = Array.from({ length: bodies }, (_, n) => record(n))
    return { recorded, spans: records * spansEach, what: 'made-up records' }
  }
  const counts: number[] = []
  const recorded = shopKafka('otlp_spans').flatMap((value, n) => {
    const decoded = decodeOtlp(value, 'traces')
    const timeMs = decoded.ok ? medianEventTime(decoded.telemetry) : null
    if (!decoded.ok || timeMs === null) return []
    const { counts: found } = fold(decoded.telemetry, { arrivedMs: timeMs, settings: foldDefaults })
    counts.push(found.spans.accepted)
    const place = { topic: topics.spans, partition: n % partitions, key: null, headers: {} }
    return [{ ...place, value, atMs: timeMs }]
  })
  const spans = Array.from({ length: records }, (_, n) => counts[n % counts.length]!)
  return { recorded, spans: spans.reduce((a, b) => a + b, 0), what: 'records of a Collector' }
}

async function produce(log: EventLog, all: readonly NewRecord[]): Promise<void> {
  for (let at = 0; at < all.length; at += 50) await log.append(all.slice(at, at + 50))
}

function consumed(mode: string, { brokers }: Where): number {
  const file = join(import.meta.dirname, 'kafka/consumer.ts')
  const args = [file, mode, brokers.join(','), topics.spans, String(records)]
  const out = execFileSync(process.execPath, args, { encoding: 'utf8' })
  return (JSON.parse(out) as { seconds: number }).seconds
}

/** From its start on the topics' beginning, its own start-up taken off, until every span is accepted. */
async function backlog(where: Where, roles: string, spans: number): Promise<{ seconds: number }> {
  const prefix = `bench-${roles.length}.`
  const settings = [`kafka.topicPrefix=${prefix}`, `redis.keyPrefix=${prefix}`]
  const idle = await startUpSeconds(where, settings)
  const worker = await Worker.start({ ...where, roles, settings })
  try {
    await untilAccepted(worker, spans)
    return { seconds: cpuSeconds(worker.pid) - idle }
  } finally {
    await worker.stop()
  }
}

/** What a worker costs before it has read anything: one of the role that reads none of the input. */
async function startUpSeconds(where: Where, settings: readonly string[]): Promise<number> {
  const worker = await Worker.start({ ...where, roles: 'attribute', settings })
  const seconds = cpuSeconds(worker.pid)
  await worker.stop()
  return seconds
}

/** A load that fits, in real time. */
async function steady(
  log: EventLog,
  where: Where,
  store: RedisServer,
  before: number,
): Promise<BenchRow[]> {
  const prefix = 'bench-steady.'
  const settings = [`kafka.topicPrefix=${prefix}`, `redis.keyPrefix=${prefix}`]
  const worker = await Worker.start({ ...where, roles: 'ingest,detect,attribute', settings })
  try {
    await untilAccepted(worker, before)
    await sleep(5_000)
    const sinceMs = Date.now()
    const [scripts, cpu] = [scriptsOf(store), cpuSeconds(worker.pid)]
    for (let second = 0, n = bodies; second < steadySeconds; second++) {
      const next = Date.now() + 1_000
      await produce(
        log,
        Array.from({ length: steadyRecordsPerSecond }, () => record(n++)),
      )
      await sleep(Math.max(0, next - Date.now()))
    }
    const spans = steadySeconds * steadyRecordsPerSecond * spansEach
    const calls = scriptsOf(store) - scripts
    const seconds = cpuSeconds(worker.pid) - cpu
    const delays = await findingDelays(log, prefix, sinceMs)
    const delay = (share: number) => delays[Math.floor(share * (delays.length - 1))]! / 1_000
    return [
      {
        name: `steady ${spans / steadySeconds} spans/s: share of a core`,
        ours: round(seconds / steadySeconds),
        unit: 'CPU-seconds a second',
      },
      {
        name: 'steady: window closed to finding published, p50',
        ours: round(delay(0.5)),
        unit: 'seconds',
      },
      {
        name: 'steady: window closed to finding published, p99',
        ours: round(delay(0.99)),
        unit: 'seconds (at most 2)',
      },
      {
        name: 'steady: Redis scripts',
        ours: round(calls / steadySeconds),
        unit: 'a second (units: 6)',
      },
      {
        name: 'steady: Redis scripts per thousand spans',
        ours: round((1_000 * calls) / spans),
        unit: 'calls',
      },
      { name: 'steady: memory', ours: Math.round(memoryMb(worker.pid)), unit: 'MB' },
    ]
  } finally {
    await worker.stop()
  }
}

/** A finding's tick says by its position which record of service-events made it: the times of both appends. */
async function findingDelays(log: EventLog, prefix: string, sinceMs: number): Promise<number[]> {
  const made = new Map<string, number>()
  for (const each of await readTopic(log, `${prefix}service-events`)) {
    made.set(`detect/${each.partition}@${each.offset}`, each.atMs)
  }
  const delays: number[] = []
  for (const { headers, atMs } of await readTopic(log, `${prefix}findings`)) {
    const position = headers['culprit-position']!
    const from = made.get(position.slice(0, position.lastIndexOf('.')))
    if (from !== undefined && from >= sinceMs) delays.push(atMs - from)
  }
  if (delays.length === 0) throw new Error('no finding was published')
  return delays.sort((a, b) => a - b)
}

function scriptsOf({ port }: RedisServer): number {
  const stats = execFileSync('redis-cli', ['-p', String(port), 'info', 'commandstats'], {
    encoding: 'utf8',
  })
  let calls = 0
  for (const match of stats.matchAll(/cmdstat_(?:evalsha|eval):calls=(\d+)/g)) {
    calls += Number(match[1])
  }
  return calls
}

function round(value: number): number {
  return Number(value.toPrecision(3))
}

/**
 * Memory of one worker of all roles at full load for half an hour, on a broker and a Redis of this machine:
 * at minute 30 it should hold what it held at minute 5. Runs only when named: `npm run bench -- soak`;
 * SOAK_MINUTES (31) makes it shorter, and moves both moments.
 *
 * The load is a closed loop: the producer is ahead of what the worker has accepted by a bounded number of
 * spans, so that the worker never waits and its lag stays at a few seconds. Spans are of now: bodies are
 * encoded once, and their timestamps written over before each sending. Four services of three instances and
 * eight routes; two of them get a release, the second fails more often. Each minute is told on standard error.
 */
import { setTimeout as sleep } from 'node:timers/promises'
import type { EventLog, NewRecord } from '../../src/ports/event-log.ts'
import { makeInputs, topics } from '../support/distributed/input.ts'
import { Worker } from '../support/distributed/worker.ts'
import { deploymentLine } from '../support/otlp-lines.ts'
import { cpuSeconds, memoryMb } from './cpu-seconds.ts'
import type { BenchRow } from './otlp-read.ts'
import { spansBody } from './spans-body.ts'
import { acceptedSpans, metricsOf, partitions, valueOf, withServices } from './whole-services.ts'

const minutes = Number(process.env['SOAK_MINUTES'] ?? 31)
const earlyMinute = Math.min(5, minutes / 6)
const lateMinute = minutes - 1
const sampleMs = 5_000
const minuteMs = 60_000

/** About 64 KB. */
const spansEach = 205
const recordsEach = 30
/** Not read yet: two or three seconds of work. */
const spansAheadMax = 600_000
const acceptedMs = 200
const inputKeptMs = 120_000

const services = ['checkout', 'cart', 'stock', 'mail']
const bodiesOfService = 24
const releases = [
  { service: 'cart', atMinute: minutes / 4, failEvery: 97 },
  { service: 'checkout', atMinute: minutes / 2, failEvery: 31 },
]

interface Sample {
  readonly atMinute: number
  readonly rss: number
  readonly heap: number
  readonly external: number
  readonly spans: number
  /** Spans that lie before the worker. */
  readonly ahead: number
  readonly cpuSeconds: number
}

export function run(): Promise<BenchRow[]> {
  return withServices(inputKeptMs, async ({ log, where }) => {
    await makeInputs(log)
    const worker = await Worker.start({ ...where, roles: 'ingest,detect,attribute,web' })
    const samples = await soak(worker, log)
    await worker.stop()
    return rowsOf(samples)
  })
}

async function soak(worker: Worker, log: EventLog): Promise<Sample[]> {
  const load = new Load(log)
  const producing = load.run()
  const startMs = performance.now()
  const atMinute = () => (performance.now() - startMs) / minuteMs
  const samples: Sample[] = []
  const toRelease = [...releases]
  while (atMinute() < minutes) {
    const text = await metricsOf(worker)
    load.accepted = acceptedSpans(text)
    if (performance.now() - startMs >= samples.length * sampleMs) {
      samples.push({ ...sampleOf(worker, text), atMinute: atMinute(), ahead: load.ahead })
      if (samples.length % (minuteMs / sampleMs) === 0) tell(samples)
    }
    const due = toRelease[0]
    if (due !== undefined && atMinute() >= due.atMinute) await load.release(toRelease.shift()!)
    await Promise.race([producing, sleep(acceptedMs)])
  }
  load.stop()
  await producing
  tell(samples)
  return samples
}

/** Keeps the topic filled, as far as the worker has come. */
class Load {
  readonly #log: EventLog
  readonly #bodies = new Map(services.map((service) => [service, bodiesOf({ service })]))
  #produced = 0
  #next = 0
  #stopped = false
  accepted = 0

  constructor(log: EventLog) {
    this.#log = log
  }

  get ahead(): number {
    return this.#produced - this.accepted
  }

  stop(): void {
    this.#stopped = true
  }

  async run(): Promise<void> {
    while (!this.#stopped) {
      if (this.ahead >= spansAheadMax) {
        await sleep(20)
        continue
      }
      await this.#log.append(Array.from({ length: recordsEach }, () => this.#record()))
      this.#produced += recordsEach * spansEach
    }
  }

  async release({ service, failEvery }: (typeof releases)[number]): Promise<void> {
    const version = '1.1.0'
    const line = deploymentLine({ atMs: Date.now(), service, version, previous: '1.0.0' })
    const value = Buffer.from(line)
    await this.#log.append([
      { topic: topics.deployments, partition: 0, key: null, headers: {}, value },
    ])
    this.#bodies.set(service, bodiesOf({ service, version, failEvery }))
  }

  #record(): NewRecord {
    const n = this.#next++
    const bodies = this.#bodies.get(services[n % services.length]!)!
    const body = bodies[Math.floor(n / services.length) % bodies.length]!
    const value = body.at(Date.now())
    return { topic: topics.spans, partition: n % partitions, key: null, headers: {}, value }
  }
}

interface Kind {
  readonly service: string
  readonly version?: string
  readonly failEvery?: number
}

function bodiesOf(kind: Kind): Body[] {
  return Array.from({ length: bodiesOfService }, (_, number) => new Body({ ...kind, number }))
}

/** A request whose timestamps are written over in place. */
class Body {
  readonly #bytes: Buffer
  /** Where the timestamps are, and how many nanoseconds before now. */
  readonly #stamps: { readonly at: number; readonly agoNs: bigint }[] = []

  constructor(kind: Kind & { readonly number: number }) {
    const nowMs = 1_234_567_890_123
    const bytes = Buffer.from(spansBody({ ...kind, spans: spansEach, nowMs }))
    this.#bytes = bytes
    const nowNs = BigInt(nowMs) * 1_000_000n
    // Whatever reads as a moment of the last ten seconds behind the tag of a span's start or end.
    for (let at = 1; at + 8 <= bytes.length; at++) {
      if (bytes[at - 1] !== 0x39 && bytes[at - 1] !== 0x41) continue
      const agoNs = nowNs - bytes.readBigUInt64LE(at)
      if (agoNs >= 0n && agoNs < 10_000_000_000n) this.#stamps.push({ at, agoNs })
    }
    if (this.#stamps.length !== 2 * spansEach) throw new Error('timestamps were not found')
  }

  at(nowMs: number): Uint8Array {
    const nowNs = BigInt(nowMs) * 1_000_000n
    for (const { at, agoNs } of this.#stamps) this.#bytes.writeBigUInt64LE(nowNs - agoNs, at)
    return this.#bytes
  }
}

function sampleOf(worker: Worker, text: string): Omit<Sample, 'atMinute' | 'ahead'> {
  return {
    rss: memoryMb(worker.pid),
    heap: valueOf(text, 'nodejs_heap_size_used_bytes') / 1024 / 1024,
    external: valueOf(text, 'nodejs_external_memory_bytes') / 1024 / 1024,
    spans: acceptedSpans(text),
    cpuSeconds: cpuSeconds(worker.pid),
  }
}

function tell(samples: readonly Sample[]): void {
  const last = samples.at(-1)!
  const minute = samples.slice(-minuteMs / sampleMs)
  const { spansPerSecond, cores } = ratesOf(minute)
  const [rss, heap, external] = (['rss', 'heap', 'external'] as const).map((kind) =>
    Math.round(median(minute.map((each) => each[kind]))),
  )
  const ahead = Math.min(...minute.map((each) => each.ahead))
  process.stderr.write(
    `minute ${last.atMinute.toFixed(1)}: ${rss} MB, heap ${heap}, external ${external}; ` +
      `${Math.round(spansPerSecond)} spans/s on ${cores.toFixed(2)} cores, at least ${ahead} before it\n`,
  )
}

function ratesOf(samples: readonly Sample[]) {
  const [first, last] = [samples[0]!, samples.at(-1)!]
  const seconds = (last.atMinute - first.atMinute) * 60
  return {
    spansPerSecond: (last.spans - first.spans) / seconds,
    cores: (last.cpuSeconds - first.cpuSeconds) / seconds,
  }
}

function rowsOf(samples: readonly Sample[]): BenchRow[] {
  const around = (minute: number) =>
    samples.filter(({ atMinute }) => Math.abs(atMinute - minute) <= 0.5)
  const row = (kind: 'rss' | 'heap' | 'external', what: string): BenchRow => {
    const [early, late] = [earlyMinute, lateMinute].map((minute) =>
      median(around(minute).map((each) => each[kind])),
    ) as [number, number]
    return {
      name: `soak: ${what} at minute ${lateMinute} against minute ${earlyMinute}`,
      ours: Math.round(late),
      reference: Math.round(early),
      ratio: Math.round((1_000 * late) / early) / 1_000,
    }
  }
  const { spansPerSecond, cores } = ratesOf(samples.filter(({ atMinute }) => atMinute > 0.5))
  return [
    row('rss', 'memory (within 5 %)'),
    row('heap', 'heap used'),
    row('external', 'beside the heap'),
    { name: 'soak: load', ours: Math.round(spansPerSecond), unit: 'spans a second' },
    { name: 'soak: load', ours: Math.round(100 * cores) / 100, unit: 'cores of the worker' },
  ]
}

function median(values: readonly number[]): number {
  return [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)]!
}

/**
 * The whole program on a Kafka and a Redis of its own, with two workers and a page, fed with a recording
 * while something goes wrong. What comes out must be what `replay` says of the same files.
 *
 * The recording ends in the future: what lies behind is on Kafka when the workers start, the rest comes at
 * its time. Time is real here, since brokers, sessions and ticks have no other.
 */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Incident } from '../../../src/contracts/incident.ts'
import { UnreachableError } from '../../../src/core/kernel/errors.ts'
import type { EventLog, LogRecord, NewRecord } from '../../../src/ports/event-log.ts'
import { KafkaBrokers } from '../services/kafka-brokers.ts'
import { RedisServer } from '../services/redis-server.ts'
import { makeInputs, openLog, readTopic, recordsOf, topics } from './input.ts'
import { recordedFiles, recordedMs } from './recording.ts'
import { eventually, replayedWindows, windowsOf } from './windows.ts'
import { Worker } from './worker.ts'

const rolesTogether = ['ingest,detect,attribute', 'ingest,detect,attribute'] as const
/** Sessions of killed workers run out first, then everything is read and closed. */
const settledWithinMs = 150_000

export class Arena {
  readonly brokers: KafkaBrokers
  readonly store: RedisServer
  readonly log: EventLog
  readonly workers: Worker[] = []
  readonly #roles: readonly string[]
  readonly #folder: string
  #web: Worker | null = null

  private constructor(
    parts: { readonly brokers: KafkaBrokers; readonly store: RedisServer; readonly log: EventLog },
    roles: readonly string[],
    folder: string,
  ) {
    this.brokers = parts.brokers
    this.store = parts.store
    this.log = parts.log
    this.#roles = roles
    this.#folder = folder
  }

  /** Brokers and store; the workers come with `play`. */
  static async open({
    nodes = 1,
    roles = rolesTogether,
  }: {
    readonly nodes?: 1 | 3
    readonly roles?: readonly string[]
  } = {}): Promise<Arena> {
    const folder = mkdtempSync(join(tmpdir(), 'culprit-arena-'))
    const brokers = await KafkaBrokers.start({ nodes })
    if (!(brokers instanceof KafkaBrokers)) throw new Error(brokers.missing)
    const store = await RedisServer.start(['--appendfsync', 'always'])
    const log = await openLog(brokers.addresses)
    await makeInputs(log)
    return new Arena({ brokers, store, log }, roles, folder)
  }

  start(role: string): Promise<Worker> {
    const where = { brokers: this.brokers.addresses, redisUrl: this.store.url }
    return Worker.start({ ...where, roles: role })
  }

  /** Ends a worker in order; the function returned starts another in its place. */
  async stopWorker(at: number): Promise<() => Promise<void>> {
    await this.workers[at]!.stop()
    return async () => {
      this.workers[at] = await this.start(this.#roles[at]!)
    }
  }

  /** SIGKILL, and another in its place. */
  async replaceWorker(at: number): Promise<void> {
    await this.workers[at]!.kill()
    this.workers[at] = await this.start(this.#roles[at]!)
  }

  /** Workers without a recording; the first of them. */
  async startWorkers(): Promise<Worker> {
    this.workers.push(...(await Promise.all(this.#roles.map((role) => this.start(role)))))
    return this.workers[0]!
  }

  /** Plays the recording to its end while `disturb` runs from the start of the workers on. */
  async play(liveSeconds: number, disturb: () => Promise<void>): Promise<Outcome> {
    const startMs = Math.floor(Date.now() / 10_000) * 10_000 + liveSeconds * 1_000 - recordedMs
    const files = recordedFiles(this.#folder, startMs)
    const expected = await replayedWindows(files)
    const records = await recordsOf(files)
    const past = records.filter(({ atMs }) => atMs <= Date.now())
    await this.log.append(past)
    const feeding = this.#feed(records.slice(past.length))
    this.#web = await this.start('web')
    await this.startWorkers()
    await disturb()
    await feeding
    const windows = await eventually(
      () => windowsOf(this.#web!.url),
      (found) => JSON.stringify(found) === JSON.stringify(expected),
      settledWithinMs,
    )
    const alerts = await eventually(
      () => readTopic(this.log, topics.alerts),
      (found) => found.length > 0,
      settledWithinMs,
    )
    return { windows, expected, ...told(alerts) }
  }

  async #feed(records: readonly (NewRecord & { readonly atMs: number })[]): Promise<void> {
    for (const record of records) {
      while (record.atMs > Date.now()) await new Promise((resolve) => setTimeout(resolve, 50))
      await appended(this.log, record)
    }
  }

  /** Every process ends in order; the exit codes. */
  async close(): Promise<(number | null)[]> {
    const web = this.#web === null ? [] : [this.#web]
    try {
      return await Promise.all([...this.workers, ...web].map((worker) => worker.stop()))
    } finally {
      await this.log.close()
      await this.brokers.remove()
      await this.store.stop()
      rmSync(this.#folder, { recursive: true, force: true })
    }
  }
}

export interface Outcome {
  readonly windows: readonly string[]
  readonly expected: readonly string[]
  readonly incidents: readonly string[]
  /** Signals that were blamed on a release, in any alert. */
  readonly signals: readonly string[]
  /** Event ids of alerts that were told with more than one content. */
  readonly contradictions: readonly string[]
}

/** As a Collector would: again, until the brokers have it. */
async function appended(log: EventLog, record: NewRecord): Promise<void> {
  for (;;) {
    try {
      return await log.append([record])
    } catch (error) {
      if (!(error instanceof UnreachableError)) throw error
    }
  }
}

function told(
  alerts: readonly LogRecord[],
): Pick<Outcome, 'incidents' | 'signals' | 'contradictions'> {
  const contents = new Map<string, string>()
  const contradictions: string[] = []
  for (const { headers, value } of alerts) {
    const id = headers['ce_id']!
    const content = Buffer.from(value!).toString()
    if ((contents.get(id) ?? content) !== content) contradictions.push(id)
    contents.set(id, content)
  }
  const blamed = [...contents.values()].flatMap((content) =>
    (JSON.parse(content) as { customData: Incident }).customData.regressions.flatMap(
      ({ signals }) => signals.filter(({ state }) => state === 'regressed'),
    ),
  )
  return {
    incidents: [...new Set(alerts.map(({ key }) => key!))],
    signals: [...new Set(blamed.map(({ signal }) => signal))],
    contradictions,
  }
}

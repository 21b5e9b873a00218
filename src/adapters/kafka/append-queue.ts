/**
 * Appends in order: calls wait in one queue, and one send is under way at a time.
 *
 * - Calls that wait together are sent together, as much as one request and one batch of a partition hold.
 * - A send counts only for the partitions that its answer names. kafkajs keeps one answer per broker and
 *   resolves without a partition whose leader moved (seen: 6 of 19,200 acknowledged records lost); what is
 *   missing goes again, before anything that came later.
 * - A call that is not done by its deadline is refused, with what else was sent with it. Nothing is sent
 *   until the send at hand has ended, so what was refused is not stored behind what is accepted later.
 * - What fails for good is found by sending its calls one by one; the others are not refused for it.
 */
import { UnreachableError } from '../../core/kernel/errors.ts'
import type { Clock } from '../../ports/clock.ts'
import type { NewRecord } from '../../ports/event-log.ts'
import { wait } from './deadline.ts'
import type { Told } from './kafka-event.ts'

export interface PartitionBatch {
  readonly topic: string
  readonly partition: number
  readonly records: readonly NewRecord[]
}

export interface AppendQueueOptions {
  /** Names the partitions stored, as `topic/partition`. UnreachableError means `not now`. */
  readonly send: (batches: readonly PartitionBatch[]) => Promise<ReadonlySet<string>>
  readonly clock: Clock
  readonly told: Told
  /** Called when a send was given up. */
  readonly gaveUp?: () => void
  /** A call is refused when it has waited this long. */
  readonly withinMs: number
  /** One request to all brokers together. */
  readonly requestBytesMax?: number
  /** One batch of one partition: below 1 MiB, what brokers take by default. A larger record goes alone. */
  readonly batchBytesMax?: number
}

const retryMsMin = 50
const retryMsMax = 1_000
/** Offset, time, lengths and attributes of one record, generously. */
const recordOverheadBytes = 64

interface Call {
  readonly records: readonly NewRecord[]
  readonly deadlineMs: number
  /** How many records have been taken into batches. */
  taken: number
  /** How many are not acknowledged. */
  open: number
  settled: boolean
  readonly resolve: () => void
  readonly reject: (error: unknown) => void
}

interface Batch {
  readonly name: string
  readonly topic: string
  readonly partition: number
  readonly records: NewRecord[]
  /** The call of each record. */
  readonly calls: Call[]
  bytes: number
}

export class AppendQueue {
  readonly #options: AppendQueueOptions
  readonly #requestBytesMax: number
  readonly #batchBytesMax: number
  readonly #waiting: Call[] = []
  /** Not settled, in order of their deadlines. */
  readonly #open = new Set<Call>()
  #cancelWatch: (() => void) | null = null
  #running: Promise<void> | null = null
  #closed = false

  constructor(options: AppendQueueOptions) {
    this.#options = options
    this.#requestBytesMax = options.requestBytesMax ?? 4 * 1024 * 1024
    this.#batchBytesMax = options.batchBytesMax ?? 768 * 1024
  }

  append(records: readonly NewRecord[]): Promise<void> {
    if (this.#closed) return Promise.reject(new UnreachableError('Kafka: the log is closed'))
    if (records.length === 0) return Promise.resolve()
    const deadlineMs = this.#options.clock.monotonic() + this.#options.withinMs
    return new Promise((resolve, reject) => {
      const open = records.length
      const call = { records, deadlineMs, taken: 0, open, settled: false, resolve, reject }
      this.#waiting.push(call)
      this.#open.add(call)
      this.#watch()
      // Calls of the same turn of the event loop go together.
      this.#running ??= Promise.resolve().then(() => this.#run())
    })
  }

  /** Refuses what waits, and resolves when the send under way has ended. */
  async close(): Promise<void> {
    this.#closed = true
    for (const call of this.#waiting) this.#refuse(call, new UnreachableError('Kafka: closing'))
    await this.#running
    this.#cancelWatch?.()
  }

  async #run(): Promise<void> {
    for (;;) {
      const batches = this.#take()
      if (batches.length === 0) break
      await this.#sendAll(batches)
    }
    this.#running = null
  }

  /** The next records in order, as many as one request holds. */
  #take(): Batch[] {
    const batches = new Map<string, Batch>()
    let bytes = 0
    while (this.#waiting.length > 0) {
      const call = this.#waiting[0]!
      for (; !call.settled && call.taken < call.records.length; call.taken++) {
        const record = call.records[call.taken]!
        const size = sizeOf(record)
        const name = `${record.topic}/${record.partition}`
        let batch = batches.get(name)
        const fits =
          bytes + size <= this.#requestBytesMax &&
          (batch === undefined || batch.bytes + size <= this.#batchBytesMax)
        if (!fits && batches.size > 0) return [...batches.values()]
        if (batch === undefined) {
          const { topic, partition } = record
          batch = { name, topic, partition, records: [], calls: [], bytes: 0 }
          batches.set(name, batch)
        }
        batch.records.push(record)
        batch.calls.push(call)
        batch.bytes += size
        bytes += size
      }
      this.#waiting.shift()
    }
    return [...batches.values()]
  }

  async #sendAll(batches: readonly Batch[]): Promise<void> {
    const { clock, told } = this.#options
    let open = batches
    for (let delayMs = retryMsMin; ; delayMs = Math.min(retryMsMax, delayMs * 2)) {
      let why: unknown = null
      try {
        const stored = await this.#options.send(open)
        for (const batch of open) if (stored.has(batch.name)) this.#acknowledge(batch)
        open = open.filter(({ name }) => !stored.has(name))
      } catch (error) {
        if (!(error instanceof UnreachableError)) return this.#sendOneByOne(open, error)
        why = error
        told({ kind: 'unreachable', doing: 'appending', why: error.message })
      }
      open = open.filter(({ calls }) => calls.some(({ settled }) => !settled))
      if (open.length === 0) return
      if (this.#closed || clock.monotonic() + delayMs >= deadlineOf(open)) {
        return this.#refuseAll(open, why)
      }
      if (why === null) told({ kind: 'resent', partitions: open.length })
      await wait(clock, delayMs)
    }
  }

  /** One of these calls cannot be stored: which one shows when each is sent alone. */
  async #sendOneByOne(batches: readonly Batch[], error: unknown): Promise<void> {
    const calls = [...new Set(batches.flatMap((batch) => batch.calls))].filter(
      ({ settled }) => !settled,
    )
    if (calls.length <= 1) {
      for (const call of calls) this.#refuse(call, error)
      return
    }
    for (const call of calls) {
      const own = batches.map((batch) => part(batch, call))
      await this.#sendAll(own.filter(({ records }) => records.length > 0))
    }
  }

  #acknowledge({ calls }: Batch): void {
    for (const call of calls) {
      call.open--
      if (call.open > 0 || call.settled) continue
      call.settled = true
      this.#open.delete(call)
      call.resolve()
    }
  }

  #refuseAll(batches: readonly Batch[], why: unknown): void {
    const error = why ?? new UnreachableError(`Kafka: appending: no answer for ${batches[0]!.name}`)
    for (const { calls } of batches) for (const call of calls) this.#refuse(call, error)
    this.#options.gaveUp?.()
  }

  #refuse(call: Call, error: unknown): void {
    if (call.settled) return
    call.settled = true
    this.#open.delete(call)
    call.reject(error)
  }

  /** A send that does not end must not hold its callers. The oldest call has the next deadline. */
  #watch(): void {
    const oldest = this.#open.values().next().value
    if (oldest === undefined || this.#cancelWatch !== null) return
    const { clock } = this.#options
    const leftMs = Math.max(0, oldest.deadlineMs - clock.monotonic())
    this.#cancelWatch = clock.timer(leftMs, () => {
      this.#cancelWatch = null
      const nowMs = clock.monotonic()
      for (const call of this.#open) {
        if (call.deadlineMs > nowMs) break
        const waitedMs = this.#options.withinMs
        this.#refuse(
          call,
          new UnreachableError(`Kafka: appending: no answer within ${waitedMs} ms`),
        )
      }
      this.#watch()
    })
  }
}

function deadlineOf(batches: readonly Batch[]): number {
  let deadlineMs = Infinity
  for (const { calls } of batches) {
    for (const call of calls) if (!call.settled) deadlineMs = Math.min(deadlineMs, call.deadlineMs)
  }
  return deadlineMs
}

function part(batch: Batch, call: Call): Batch {
  const records = batch.records.filter((_, at) => batch.calls[at] === call)
  return { ...batch, records, calls: records.map(() => call) }
}

function sizeOf({ key, value, headers }: NewRecord): number {
  let bytes = recordOverheadBytes + (key?.length ?? 0) + (value?.length ?? 0)
  for (const name in headers) bytes += name.length + headers[name]!.length
  return bytes
}

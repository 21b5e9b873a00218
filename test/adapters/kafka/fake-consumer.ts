/** A kafkajs consumer whose group, batches and crashes are moved by the test. */
import kafkajs from 'kafkajs'
import type { PartitionOffsets, Place } from '../../../src/adapters/kafka/cluster-client.ts'
import type { KafkaEvent } from '../../../src/adapters/kafka/kafka-event.ts'
import { GroupMembership } from '../../../src/adapters/kafka/membership.ts'
import type { PartitionReader } from '../../../src/ports/event-log.ts'
import { settled, VirtualClock } from '../../simulation/virtual-clock.ts'

/** The names are those of kafkajs; no broker is talked to. */
const { events } = new kafkajs.Kafka({ brokers: ['none:1'] }).consumer({ groupId: 'names' })

export class FakeConsumer {
  readonly events = events
  readonly sought: string[] = []
  readonly paused = new Set<number>()
  readonly resolved: string[] = []
  connects: () => Promise<void> = () => Promise.resolve()
  heartbeats: () => Promise<void> = () => Promise.resolve()
  disconnects = 0
  readonly #listeners = new Map<string, Set<(event: object) => void>>()
  #eachBatch: ((payload: object) => Promise<void>) | null = null

  connect() {
    return this.connects()
  }

  subscribe() {
    return Promise.resolve()
  }

  run({ eachBatch }: { eachBatch: (payload: object) => Promise<void> }) {
    this.#eachBatch = eachBatch
    return Promise.resolve()
  }

  disconnect() {
    this.disconnects++
    return Promise.resolve()
  }

  on(name: string, listener: (event: object) => void) {
    const listeners = this.#listeners.get(name) ?? new Set()
    this.#listeners.set(name, listeners.add(listener))
    return () => listeners.delete(listener)
  }

  emit(name: string, payload: object) {
    for (const listener of this.#listeners.get(name) ?? []) listener({ payload })
  }

  pause(topics: { partitions: number[] }[]) {
    for (const { partitions } of topics) for (const each of partitions) this.paused.add(each)
  }

  resume(topics: { partitions: number[] }[]) {
    for (const { partitions } of topics) for (const each of partitions) this.paused.delete(each)
  }

  seek({ partition, offset }: { partition: number; offset: string }) {
    this.sought.push(`${partition}@${offset}`)
  }

  join(partitions: number[]) {
    this.emit(events.GROUP_JOIN, { memberAssignment: { t: partitions } })
  }

  /** One fetch of a broker that brings these batches, handed over one after the other. */
  async fetched(...batches: { partition: number; from: number; count: number; bytes?: number }[]) {
    this.emit(events.FETCH_START, { nodeId: '1' })
    this.emit(events.FETCH, { nodeId: '1' })
    for (const batch of batches) await this.hand(batch).catch(() => undefined)
    this.emit(events.FETCH_START, { nodeId: '1' })
  }

  hand({ partition, from, count, bytes = 1 }: { partition: number } & Batch): Promise<void> {
    const messages = Array.from({ length: count }, (_, at) => ({
      offset: String(from + at),
      key: null,
      value: Buffer.alloc(bytes),
      headers: {},
      timestamp: '1',
    }))
    return this.#eachBatch!({
      batch: {
        topic: 't',
        partition,
        fetchedOffset: String(from),
        messages,
        lastOffset: () => String(from + count - 1),
      },
      heartbeat: () => this.heartbeats(),
      isStale: () => false,
      resolveOffset: (offset: string) => this.resolved.push(`${partition}@${offset}`),
    })
  }
}

interface Batch {
  readonly from: number
  readonly count: number
  readonly bytes?: number
}

/** `oversleep` is what a stopped process sees: time has gone on, and no timer has run. */
class SleepyClock extends VirtualClock {
  #overslept = 0

  override monotonic(): number {
    return super.monotonic() + this.#overslept
  }

  oversleep(ms: number): void {
    this.#overslept += ms
  }
}

export const sessionTimeoutMs = 10_000

export async function fakeMembership() {
  const clock = new SleepyClock()
  const consumers: FakeConsumer[] = []
  const told: KafkaEvent[] = []
  const assigned: (readonly PartitionReader[])[] = []
  const range = { earliest: 0, end: 0, isReachable: true }
  const offsets = (): Promise<PartitionOffsets> => {
    const { earliest, end } = range
    const sent = { sentMonotonicMs: clock.monotonic(), sentWallMs: clock.now() }
    return Promise.resolve({ earliest, end, ...sent })
  }
  const fetches: (Place & { readonly from: number })[] = []
  const membership = new GroupMembership({
    client: {
      consumer: () => {
        const consumer = new FakeConsumer()
        consumers.push(consumer)
        return consumer as unknown as kafkajs.Consumer
      },
    },
    cluster: {
      offsets,
      fetch: (request) => {
        fetches.push(request)
        return Promise.resolve({ highWatermark: String(range.end), messages: [] })
      },
      committed: () => Promise.resolve(null),
    },
    clock,
    told: (event) => told.push(event),
    sessionTimeoutMs,
    withinMs: 10_000,
    request: { group: 'g', topics: ['t'], assigned: (readers) => assigned.push(readers) },
    left: () => undefined,
  })
  await membership.join()
  return {
    membership,
    clock,
    told,
    range,
    fetches,
    consumers,
    consumer: () => consumers.at(-1)!,
    joins: () => assigned.length,
    reader: (partition = 0) => assigned.at(-1)!.find((each) => each.partition === partition)!,
  }
}

/** Joins with one partition and seeks, so that batches from this offset on are taken. */
export async function reading(from = 0, end = 1_000) {
  const group = await fakeMembership()
  group.range.end = end
  group.consumer().join([0])
  group.reader().seek(from)
  await settled()
  return group
}

export function failure(type: string): Error {
  return Object.assign(new Error(type), { type })
}

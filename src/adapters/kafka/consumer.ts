/**
 * One kafkajs consumer, from its first join to its end, with what kafkajs needs to be told: seeks at the
 * right moment, commits that are known to have happened, and no life after its end.
 *
 * kafkajs goes on after `disconnect` in two ways: a join under way may still succeed, and a crash may arm
 * a restart. `isCurrent` ends both.
 */
import kafkajs from 'kafkajs'
import type { Clock } from '../../ports/clock.ts'
import type { GroupOffset } from '../../ports/event-log.ts'
import type { Place } from './cluster-client.ts'
import { within } from './deadline.ts'
import { isMembershipFailure } from './failures.ts'
import type { FetchedBatch } from './kafka-reader.ts'
import { metadataOf } from './offset-metadata.ts'
import { type Claim, stickyAssigner } from './sticky-assigner.ts'

export interface ConsumerOptions {
  readonly client: Pick<kafkajs.Kafka, 'consumer'>
  readonly clock: Clock
  readonly sessionTimeoutMs: number
  readonly group: string
  readonly topics: readonly string[]
  readonly claim: () => Claim | null
  /** False once this consumer was replaced or left: what it says then is not heard. */
  readonly isCurrent: () => boolean
  readonly joined: (places: readonly Place[]) => void
  /** The group does not know this member any more, or deals anew. */
  readonly refused: () => void
  /** Whether the batch was taken. */
  readonly batch: (place: Place, batch: FetchedBatch) => boolean
  readonly skipped: (place: Place, next: number) => void
  readonly crashed: (error: unknown, restarts: boolean) => void
}

const maxWaitTimeMs = 200
const fetchBytesMax = 4 * 1024 * 1024
/**
 * Packed, and telemetry unpacks to ten or thirty times as much, all of it at once and beside what the readers
 * may hold. A larger batch still comes, when its partition is asked first.
 */
const partitionBytesMax = 256 * 1024
/** A heartbeat is under way for no longer than this before it is taken as unanswered. */
const heartbeatWithinMs = 1_000
/** Handlers only fill memory: what was fetched before is handed over by then. */
const quietWithinMs = 1_000

export class Consumer {
  readonly #options: ConsumerOptions
  readonly #consumer: kafkajs.Consumer
  /** Offsets that kafkajs told to have committed, by place. */
  readonly #committed = new Map<string, string>()
  /** Brokers whose last fetch is being handed over. */
  readonly #handing = new Set<string>()
  #quiet: (() => void)[] = []
  #generation = 0
  #heardMs: number
  #heartbeat: (() => Promise<void>) | null = null
  #running: Promise<unknown> = Promise.resolve()

  constructor(options: ConsumerOptions) {
    this.#options = options
    this.#heardMs = options.clock.monotonic()
    const { sessionTimeoutMs } = options
    this.#consumer = options.client.consumer({
      groupId: options.group,
      partitionAssigners: [stickyAssigner(options.claim)],
      sessionTimeout: sessionTimeoutMs,
      rebalanceTimeout: sessionTimeoutMs,
      heartbeatInterval: Math.min(3_000, Math.floor(sessionTimeoutMs / 4)),
      maxWaitTimeInMs: maxWaitTimeMs,
      maxBytes: fetchBytesMax,
      maxBytesPerPartition: partitionBytesMax,
      allowAutoTopicCreation: false,
      metadataMaxAge: 60_000,
      retry: {
        initialRetryTime: 100,
        maxRetryTime: 2_000,
        retries: 10,
        restartOnFailure: () => Promise.resolve(this.isCurrent),
      },
    })
    this.#listen()
  }

  get isCurrent(): boolean {
    return this.#options.isCurrent()
  }

  /** Raised by every join. */
  get generation(): number {
    return this.#generation
  }

  /** When kafkajs last showed life. */
  get heardMs(): number {
    return this.#heardMs
  }

  heard(): void {
    this.#heardMs = this.#options.clock.monotonic()
  }

  /** Resolves when the brokers were reached; joining goes on behind it. */
  async start(): Promise<void> {
    await this.#consumer.connect()
    await this.#consumer.subscribe({ topics: [...this.#options.topics], fromBeginning: true })
    if (!this.isCurrent) return
    this.heard()
    this.#running = this.#consumer
      .run({
        autoCommit: false,
        eachBatchAutoResolve: false,
        eachBatch: (payload) => this.#take(payload),
      })
      .catch((error: unknown) => {
        if (this.isCurrent) this.#options.crashed(error, false)
      })
  }

  /** Leaves the group. A join that was under way ends too. */
  async end(): Promise<void> {
    await this.#consumer.disconnect().catch(() => undefined)
    await this.#running
    await this.#consumer.disconnect().catch(() => undefined)
  }

  pause(places: readonly Place[]): void {
    this.#whileRunning(() => this.#consumer.pause(byTopic(places)))
  }

  resume(places: readonly Place[]): void {
    this.#whileRunning(() => this.#consumer.resume(byTopic(places)))
  }

  startAt(place: Place, offset: number): void {
    const { topic, partition } = place
    this.#whileRunning(() => {
      this.#consumer.seek({ topic, partition, offset: String(offset) })
      this.#consumer.resume(byTopic([place]))
    })
  }

  /** Calls when no batch is left of the fetches answered so far. */
  whenQuiet(act: () => void): void {
    if (this.#handing.size === 0) return act()
    this.#quiet.push(act)
    if (this.#quiet.length > 1) return
    this.#options.clock.timer(quietWithinMs, () => {
      // A broker that went away never starts another fetch.
      this.#handing.clear()
      this.#beQuiet()
    })
  }

  /** Whether the group still counts on this member, as far as it answers. */
  async alive(): Promise<boolean> {
    const beat = this.#heartbeat
    if (!this.isCurrent) return false
    if (beat === null) return true
    const { clock } = this.#options
    try {
      await within({ clock, withinMs: heartbeatWithinMs, doing: 'heartbeat' }, beat())
      return true
    } catch (error) {
      return !this.#isRefused(error)
    }
  }

  /** kafkajs resolves without having committed when it is not running: only its event proves it. */
  async commit({ topic, partition }: Place, { next, epoch }: GroupOffset): Promise<'ok' | 'lost'> {
    const key = `${topic} ${partition}`
    this.#committed.delete(key)
    try {
      const metadata = metadataOf(epoch)
      await this.#consumer.commitOffsets([{ topic, partition, offset: String(next), metadata }])
      return this.#committed.get(key) === String(next) ? 'ok' : 'lost'
    } catch (error) {
      if (this.#isRefused(error)) return 'lost'
      throw error
    } finally {
      this.#committed.delete(key)
    }
  }

  async #take(payload: kafkajs.EachBatchPayload): Promise<void> {
    const { batch } = payload
    const generation = this.#generation
    this.#heartbeat = () => payload.heartbeat()
    try {
      await payload.heartbeat()
    } catch (error) {
      this.#isRefused(error)
      throw error
    }
    if (!this.isCurrent || generation !== this.#generation || payload.isStale()) return
    if (this.#options.batch(batch, batch as unknown as FetchedBatch)) {
      payload.resolveOffset(batch.lastOffset())
    }
  }

  #isRefused(error: unknown): boolean {
    if (!isMembershipFailure(error)) return false
    if (this.isCurrent) this.#options.refused()
    return true
  }

  /** Between its stop and its crash event kafkajs has no group to act on; the next join begins anew. */
  #whileRunning(act: () => void): void {
    try {
      act()
    } catch (error) {
      if (!(error instanceof kafkajs.KafkaJSNonRetriableError)) throw error
    }
  }

  #beQuiet(): void {
    for (const act of this.#quiet.splice(0)) act()
  }

  #listen(): void {
    const { events } = this.#consumer
    const on = <E extends { payload: unknown }>(
      name: string,
      act: (payload: E['payload']) => void,
    ) =>
      this.#consumer.on(name as typeof events.FETCH, (event) => {
        if (!this.isCurrent) return
        this.heard()
        act(event.payload)
      })
    on<kafkajs.ConsumerGroupJoinEvent>(events.GROUP_JOIN, ({ memberAssignment }) => {
      this.#generation++
      this.#heartbeat = null
      this.#handing.clear()
      this.#quiet = []
      this.#options.joined(
        Object.entries(memberAssignment).flatMap(([topic, partitions]) =>
          partitions.map((partition) => ({ topic, partition })),
        ),
      )
    })
    on<kafkajs.ConsumerFetchStartEvent>(events.FETCH_START, ({ nodeId }) => {
      this.#handing.delete(String(nodeId))
      if (this.#handing.size === 0) this.#beQuiet()
    })
    on<kafkajs.ConsumerFetchEvent>(events.FETCH, ({ nodeId }) => {
      this.#handing.add(String(nodeId))
    })
    on<kafkajs.ConsumerStartBatchProcessEvent>(events.START_BATCH_PROCESS, (batch) => {
      if (batch.batchSize === 0) this.#options.skipped(batch, Number(batch.lastOffset) + 1)
    })
    on(events.REBALANCING, () => undefined)
    // One listener for all partitions: kafkajs tells of each commit to every one.
    this.#consumer.on(events.COMMIT_OFFSETS, ({ payload }) => {
      for (const { topic, partitions } of payload.topics) {
        for (const { partition, offset } of partitions) {
          this.#committed.set(`${topic} ${partition}`, String(offset))
        }
      }
    })
    on<kafkajs.ConsumerCrashEvent>(events.CRASH, ({ error, restart }) =>
      this.#options.crashed(error, restart),
    )
  }
}

function byTopic(places: readonly Place[]): { topic: string; partitions: number[] }[] {
  const topics = new Map<string, number[]>()
  for (const { topic, partition } of places) {
    topics.set(topic, [...(topics.get(topic) ?? []), partition])
  }
  return [...topics].map(([topic, partitions]) => ({ topic, partitions }))
}

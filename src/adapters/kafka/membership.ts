/**
 * One member of a group: a kafkajs consumer, the readers of what it owns, and what keeps both alive.
 *
 * - At every GROUP_JOIN, synchronously: all partitions are paused, the readers of before are lost, and a
 *   new one is handed out for every partition owned, kept ones too (kafkajs forgets all positions).
 * - Handlers only put batches into memory, after a heartbeat. The first heartbeat that the group refuses
 *   loses all readers: the batches that kafkajs still hands over belong to others and are dropped.
 * - A crash that kafkajs gives up on (`restart: false`), and a stall (`watch.ts`), make a new consumer. A
 *   consumer that was replaced has no say.
 */
import type kafkajs from 'kafkajs'
import type { Clock } from '../../ports/clock.ts'
import type { GroupOffset, JoinRequest, Membership } from '../../ports/event-log.ts'
import type { ClusterClient, Place } from './cluster-client.ts'
import { Consumer } from './consumer.ts'
import { endedWithin, wait, within } from './deadline.ts'
import { asUnreachable, isNotNow, messageOf } from './failures.ts'
import type { Told } from './kafka-event.ts'
import { KafkaReader } from './kafka-reader.ts'
import type { Claim } from './sticky-assigner.ts'
import { Watch } from './watch.ts'

export interface MembershipOptions {
  readonly client: Pick<kafkajs.Kafka, 'consumer'>
  readonly cluster: Pick<ClusterClient, 'offsets' | 'fetch' | 'committed'>
  readonly clock: Clock
  readonly told: Told
  readonly sessionTimeoutMs: number
  readonly withinMs: number
  readonly request: JoinRequest
  readonly left: (membership: GroupMembership) => void
}

const joinAgainMs = 200
const rebuildMsMin = 500
const rebuildMsMax = 30_000
/** After this long without another rebuild the next one need not wait for long. */
const healthyMs = 60_000
const leaveWithinMs = 5_000
/** Fetched and not taken, over all partitions of the member; each has its share, within bounds. */
const bufferBytesMax = 64 * 1024 * 1024
const shareBytesMin = 2 * 1024 * 1024
const shareBytesMax = 16 * 1024 * 1024

export class GroupMembership implements Membership {
  readonly #options: MembershipOptions
  readonly #watch: Watch
  #readers = new Map<string, KafkaReader>()
  #consumer: Consumer | null = null
  #claim: Claim | null = null
  #left = false
  #cancelWait: (() => void) | null = null
  #rebuilding = false
  #rebuiltMs = -Infinity
  #rebuildMs = rebuildMsMin

  constructor(options: MembershipOptions) {
    this.#options = options
    this.#watch = new Watch({
      cluster: options.cluster,
      clock: options.clock,
      told: options.told,
      group: options.request.group,
      sessionTimeoutMs: options.sessionTimeoutMs,
      readers: () => this.#readers.values(),
      consumer: () => (this.#rebuilding ? null : this.#consumer),
      stalled: (why) => this.#rebuild(why),
    })
  }

  /** Resolves when the brokers were reached; the first readers come when the group has dealt. */
  async join(): Promise<void> {
    const { clock, withinMs, request } = this.#options
    const doing = `joining ${request.group}`
    const deadlineMs = clock.monotonic() + withinMs
    for (;;) {
      const consumer = this.#newConsumer()
      this.#consumer = consumer
      try {
        const leftMs = deadlineMs - clock.monotonic()
        await within({ clock, withinMs: leftMs, doing }, consumer.start())
        break
      } catch (error) {
        void consumer.end()
        // A topic that was made a moment ago may not be known to every broker.
        if (!isNotNow(error) || clock.monotonic() + joinAgainMs >= deadlineMs) {
          this.#left = true
          throw asUnreachable(error, doing)
        }
        await wait(clock, joinAgainMs)
      }
    }
    this.#watch.start()
  }

  async leave(): Promise<void> {
    if (this.#left) return
    this.#left = true
    this.#watch.stop()
    this.#cancelWait?.()
    this.#loseAll()
    this.#options.left(this)
    const consumer = this.#consumer
    this.#consumer = null
    if (consumer !== null) await endedWithin(this.#options.clock, leaveWithinMs, consumer.end())
  }

  #newConsumer(): Consumer {
    const { client, clock, sessionTimeoutMs, request } = this.#options
    const consumer: Consumer = new Consumer({
      client,
      clock,
      sessionTimeoutMs,
      group: request.group,
      topics: request.topics,
      claim: () => this.#claim,
      isCurrent: () => !this.#left && consumer === this.#consumer,
      joined: (places) => this.#joined(consumer, places),
      refused: () => this.#loseAll(),
      batch: (place, batch) => this.#readers.get(nameOf(place))?.add(batch) ?? false,
      skipped: (place, next) => this.#readers.get(nameOf(place))?.skip(next),
      crashed: (error, restarts) => {
        this.#loseAll()
        const why = messageOf(error)
        if (!restarts) return this.#rebuild(why)
        this.#options.told({ kind: 'unreachable', doing: `reading as ${request.group}`, why })
      },
    })
    return consumer
  }

  #joined(consumer: Consumer, places: readonly Place[]): void {
    const { clock, request } = this.#options
    consumer.pause(places)
    this.#loseAll()
    const owned: Record<string, number[]> = {}
    for (const { topic, partition } of places) (owned[topic] ??= []).push(partition)
    this.#claim = { owned, atMs: clock.now() }
    const share = bufferBytesMax / Math.max(1, places.length)
    const bytesMax = Math.min(shareBytesMax, Math.max(shareBytesMin, share))
    const readers = places.map(
      (place) => new KafkaReader(place, this.#hostOf(consumer, place, bytesMax)),
    )
    this.#readers = new Map(readers.map((reader) => [nameOf(reader), reader]))
    try {
      request.assigned(readers)
    } catch (error) {
      // A bug of the caller must not become a crash of the consumer, which would be tried again.
      queueMicrotask(() => {
        throw error
      })
    }
  }

  #hostOf(consumer: Consumer, place: Place, bytesMax: number) {
    const { clock, cluster, request, told, withinMs } = this.#options
    const isOwn = () => this.#readers.get(nameOf(place)) !== undefined && consumer.isCurrent
    const generation = consumer.generation
    const isMine = () => isOwn() && generation === consumer.generation
    return {
      clock,
      told,
      bufferBytesMax: bytesMax,
      offsets: () => cluster.offsets(place),
      pause: () => isMine() && consumer.pause([place]),
      resume: () => isMine() && consumer.resume([place]),
      start: (offset: number, wanted: () => boolean) =>
        consumer.whenQuiet(() => {
          if (isMine() && wanted()) consumer.startAt(place, offset)
        }),
      alive: () => consumer.alive(),
      committed: () => cluster.committed(request.group, place),
      commit: async (offset: GroupOffset) => {
        const doing = `committing offsets of ${request.group}`
        try {
          const work = consumer.commit(place, offset)
          const answer = await within({ clock, withinMs, doing }, work)
          return isMine() ? answer : 'lost'
        } catch (error) {
          if (!isMine()) return 'lost'
          throw asUnreachable(error, doing)
        }
      },
    }
  }

  #loseAll(): void {
    const readers = this.#readers
    this.#readers = new Map()
    for (const reader of readers.values()) reader.lose()
  }

  #rebuild(why: string): void {
    if (this.#left || this.#rebuilding) return
    this.#rebuilding = true
    const { clock, told, request, withinMs } = this.#options
    told({ kind: 'rebuilt', group: request.group, why })
    this.#loseAll()
    const again = async () => {
      for (;;) {
        void this.#consumer?.end()
        const nowMs = clock.monotonic()
        const isHealthy = nowMs - this.#rebuiltMs > healthyMs
        this.#rebuildMs = isHealthy ? rebuildMsMin : Math.min(rebuildMsMax, this.#rebuildMs * 2)
        this.#rebuiltMs = nowMs
        await new Promise<void>((resolve) => {
          this.#cancelWait = clock.timer(this.#rebuildMs, resolve)
        })
        if (this.#left) return
        const consumer = this.#newConsumer()
        this.#consumer = consumer
        const doing = `joining ${request.group}`
        try {
          await within({ clock, withinMs, doing }, consumer.start())
          return
        } catch (error) {
          told({ kind: 'unreachable', doing, why: messageOf(error) })
        }
      }
    }
    void again().finally(() => {
      this.#rebuilding = false
    })
  }
}

function nameOf({ topic, partition }: Place): string {
  return `${topic}/${partition}`
}

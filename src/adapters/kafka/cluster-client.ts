/**
 * Questions to the cluster without a group: where partitions begin and end, what lies at an offset, what
 * a group has committed. kafkajs gives its `cluster` to the assigner of a consumer; this one never joins.
 *
 * Every answer comes within the deadline or is an UnreachableError; a failed question is asked again with
 * fresh metadata until then. Questions for offsets that are asked together go out together.
 */
import type kafkajs from 'kafkajs'
import type { Clock } from '../../ports/clock.ts'
import type { GroupOffset } from '../../ports/event-log.ts'
import { wait, within } from './deadline.ts'
import { asUnreachable, isMembershipFailure, isNotNow } from './failures.ts'
import { epochOf, metadataOf } from './offset-metadata.ts'
import { stickyAssigner } from './sticky-assigner.ts'

export interface PartitionOffsets {
  readonly earliest: number
  readonly end: number
  /** When the question for the end was sent, or a little before. */
  readonly sentMonotonicMs: number
  readonly sentWallMs: number
}

export interface Place {
  readonly topic: string
  readonly partition: number
}

/** What one fetch brought, as kafkajs decodes it. */
export interface FetchedPartition {
  readonly highWatermark: string
  readonly messages: readonly (kafkajs.KafkaMessage & { readonly isControlRecord?: boolean })[]
}

export interface ClusterClientOptions {
  readonly client: kafkajs.Kafka
  readonly clock: Clock
  readonly withinMs: number
}

interface Question extends Place {
  readonly answer: (offsets: PartitionOffsets) => void
  readonly fail: (error: unknown) => void
}

const retryMs = 100
const fetchBytesMax = 4 * 1024 * 1024
const fetchWaitMs = 500
const readCommitted = 1
const produceApi = 0
const fetchApi = 1

export class ClusterClient {
  readonly #clock: Clock
  readonly #withinMs: number
  readonly #client: kafkajs.Kafka
  #open: OpenCluster
  #questions: Question[] = []

  constructor({ client, clock, withinMs }: ClusterClientOptions) {
    this.#client = client
    this.#clock = clock
    this.#withinMs = withinMs
    this.#open = openCluster(client)
  }

  /** First offset kept, and the one that comes next, for what has been committed. */
  offsets(place: Place): Promise<PartitionOffsets> {
    return new Promise((answer, fail) => {
      this.#questions.push({ ...place, answer, fail })
      if (this.#questions.length === 1) queueMicrotask(() => void this.#askOffsets())
    })
  }

  /** Records from an offset on: at least one, if there is any. */
  fetch({ topic, partition, from }: Place & { readonly from: number }): Promise<FetchedPartition> {
    return this.#ask('reading', [topic], async (cluster) => {
      const leaders = cluster.findLeaderForPartitions(topic, [partition])
      const broker = await cluster.findBroker({ nodeId: Object.keys(leaders)[0]! })
      const place = { partition, fetchOffset: String(from), maxBytes: fetchBytesMax }
      const { responses } = (await broker.fetch({
        isolationLevel: readCommitted,
        maxWaitTime: fetchWaitMs,
        minBytes: 1,
        maxBytes: fetchBytesMax,
        topics: [{ topic, partitions: [place] }],
      })) as { responses: { partitions: FetchedPartition[] }[] }
      return responses[0]!.partitions[0]!
    })
  }

  committed(group: string, { topic, partition }: Place): Promise<GroupOffset | null> {
    return this.#ask('reading a group’s offset', [topic], async (cluster) => {
      const coordinator = await cluster.findGroupCoordinator({ groupId: group })
      const topics = [{ topic, partitions: [{ partition, offset: '-1' }] }]
      const { responses } = await coordinator.offsetFetch({ groupId: group, topics })
      // kafkajs hands the metadata on, and has no type for it.
      const [found] = (responses[0]?.partitions ?? []) as kafkajs.PartitionOffset[] &
        { metadata?: string | null }[]
      const next = Number(found?.offset ?? -1)
      return next < 0 ? null : { next, epoch: epochOf(found?.metadata ?? null) }
    })
  }

  /** As nobody of the group: brokers refuse it while the group has members. */
  setOffset(
    group: string,
    { topic, partition }: Place,
    { next, epoch }: GroupOffset,
  ): Promise<'ok' | 'busy'> {
    return this.#ask('setting a group’s offset', [topic], async (cluster) => {
      const coordinator = await cluster.findGroupCoordinator({ groupId: group })
      const offset = { partition, offset: String(next), metadata: metadataOf(epoch) }
      try {
        await coordinator.offsetCommit({
          groupId: group,
          groupGenerationId: -1,
          memberId: '',
          topics: [{ topic, partitions: [offset] }],
        })
        return 'ok'
      } catch (error) {
        if (isMembershipFailure(error)) return 'busy'
        throw error
      }
    })
  }

  /** The highest versions of two calls that one of the brokers serves. */
  apis(): Promise<{ produce: number; fetch: number }> {
    return this.#ask('asking for versions', [], async (cluster) => {
      const [nodeId] = cluster.getNodeIds()
      const broker = await cluster.findBroker({ nodeId: String(nodeId) })
      const versions = await broker.apiVersions()
      return {
        produce: versions[produceApi]?.maxVersion ?? 0,
        fetch: versions[fetchApi]?.maxVersion ?? 0,
      }
    })
  }

  async close(): Promise<void> {
    await this.#open.consumer.disconnect()
  }

  async #askOffsets(): Promise<void> {
    const questions = this.#questions
    this.#questions = []
    const byTopic = new Map<string, Set<number>>()
    for (const { topic, partition } of questions) {
      byTopic.set(topic, (byTopic.get(topic) ?? new Set()).add(partition))
    }
    const asked = [...byTopic].map(([topic, partitions]) => ({
      topic,
      partitions: [...partitions].map((partition) => ({ partition })),
    }))
    try {
      const answers = await this.#ask('listing offsets', [...byTopic.keys()], async (cluster) => {
        const sentMonotonicMs = this.#clock.monotonic()
        const sentWallMs = this.#clock.now()
        const [earliest, end] = await Promise.all(
          [true, false].map(async (fromBeginning) =>
            indexOffsets(
              await cluster.fetchTopicsOffset(asked.map((topic) => ({ ...topic, fromBeginning }))),
            ),
          ),
        )
        return { earliest: earliest!, end: end!, sentMonotonicMs, sentWallMs }
      })
      const { earliest, end, ...sent } = answers
      for (const question of questions) {
        const name = `${question.topic}/${question.partition}`
        question.answer({ earliest: earliest.get(name) ?? 0, end: end.get(name) ?? 0, ...sent })
      }
    } catch (error) {
      for (const { fail } of questions) fail(error)
    }
  }

  /** Asks until it is answered or the deadline is over. */
  async #ask<T>(
    doing: string,
    topics: readonly string[],
    ask: (cluster: kafkajs.Cluster) => Promise<T>,
  ): Promise<T> {
    const deadlineMs = this.#clock.monotonic() + this.#withinMs
    for (;;) {
      const open = this.#open
      const inTime = <R>(work: Promise<R>) =>
        within({ clock: this.#clock, withinMs: deadlineMs - this.#clock.monotonic(), doing }, work)
      try {
        return await inTime(prepare(open, topics).then(() => ask(open.cluster)))
      } catch (error) {
        if (!isNotNow(error)) throw error
        if (this.#clock.monotonic() + retryMs >= deadlineMs) {
          this.#renew(open)
          throw asUnreachable(error, doing)
        }
        await wait(this.#clock, retryMs)
        await inTime(open.cluster.refreshMetadata()).catch(() => undefined)
      }
    }
  }

  /** A topic that is gone stays among those that kafkajs asks about, and fails every later question. */
  #renew(failed: OpenCluster): void {
    if (this.#open !== failed) return
    this.#open = openCluster(this.#client)
    void failed.consumer.disconnect().catch(() => undefined)
  }
}

interface OpenCluster {
  readonly consumer: kafkajs.Consumer
  readonly cluster: kafkajs.Cluster
  connected: boolean
}

function openCluster(client: kafkajs.Kafka): OpenCluster {
  let cluster: kafkajs.Cluster | null = null
  const consumer = client.consumer({
    groupId: 'never-joined',
    allowAutoTopicCreation: false,
    metadataMaxAge: 60_000,
    partitionAssigners: [
      (config) => {
        cluster = config.cluster
        return stickyAssigner(() => null)(config)
      },
    ],
  })
  return { consumer, cluster: cluster!, connected: false }
}

async function prepare(open: OpenCluster, topics: readonly string[]): Promise<void> {
  if (!open.connected) await open.consumer.connect()
  open.connected = true
  await open.cluster.addMultipleTargetTopics([...topics])
  await open.cluster.refreshMetadataIfNecessary()
}

function indexOffsets(topics: readonly kafkajs.TopicOffsets[]): Map<string, number> {
  return new Map(
    topics.flatMap(({ topic, partitions }) =>
      partitions.map(({ partition, offset }) => [`${topic}/${partition}`, Number(offset)] as const),
    ),
  )
}

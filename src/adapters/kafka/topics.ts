/**
 * Topics: making what is missing, and what they are like.
 *
 * A topic is made with as many replicas as the setting says and there are brokers; with three or more, two
 * must have a record before it counts. Batches may have 2 MiB, so that a record of 1 MiB fits with its
 * headers. A topic that exists is left as it is; its partitions must be as many as wanted, unless it is
 * somebody else's.
 */
import type kafkajs from 'kafkajs'
import { ConfigError, UnreachableError } from '../../core/kernel/errors.ts'
import type { Clock } from '../../ports/clock.ts'
import type { Retention, TopicSpec } from '../../ports/event-log.ts'
import { wait } from './deadline.ts'
import { hasType } from './failures.ts'

const batchBytesMax = 2 * 1024 * 1024
const againMs = 100
/** For the brokers to agree on new topics and their leaders. */
const madeWithinMs = 15_000

export interface EnsureOptions {
  readonly admin: kafkajs.Admin
  readonly clock: Clock
  readonly specs: readonly TopicSpec[]
  readonly replicationFactor: number
}

export interface Ensured {
  /** The partitions that each topic has. */
  readonly counts: ReadonlyMap<string, number>
  /** Topics that were missing: their leaders may need a moment. */
  readonly made: readonly string[]
}

export async function ensureTopics({
  admin,
  clock,
  specs,
  replicationFactor,
}: EnsureOptions): Promise<Ensured> {
  const existing = new Set(await admin.listTopics())
  const missing = specs.filter(({ name }) => !existing.has(name))
  if (missing.length > 0) {
    const { brokers } = await admin.describeCluster()
    const replicas = Math.max(1, Math.min(brokers.length, replicationFactor))
    await create(admin, missing, replicas)
  }
  const counts = await partitionCounts(admin, clock, specs)
  for (const { name, partitions, foreign } of specs) {
    const count = counts.get(name)!
    if (count === partitions || foreign === true) continue
    const expected = `${count} partitions, as it was made with`
    throw new ConfigError(`topic ${name}`, expected, partitions)
  }
  return { counts, made: missing.map(({ name }) => name) }
}

async function create(admin: kafkajs.Admin, specs: readonly TopicSpec[], replicas: number) {
  try {
    await admin.createTopics({
      waitForLeaders: false,
      topics: specs.map(({ name, partitions, retention }) => ({
        topic: name,
        numPartitions: partitions,
        replicationFactor: replicas,
        configEntries: Object.entries(configOf(retention, replicas)).map(([key, value]) => ({
          name: key,
          value: String(value),
        })),
      })),
    })
  } catch (error) {
    // Another process was faster with some of them; whether all are there is checked next.
    if (!hasType(error, 'TOPIC_ALREADY_EXISTS')) throw error
  }
}

function configOf(retention: Retention, replicas: number): Record<string, string | number> {
  const common = {
    'max.message.bytes': batchBytesMax,
    ...(replicas >= 3 ? { 'min.insync.replicas': 2 } : {}),
  }
  switch (retention.kind) {
    case 'time':
      return { ...common, 'cleanup.policy': 'delete', 'retention.ms': retention.ms }
    case 'compacted':
      return { ...common, 'cleanup.policy': 'compact' }
    case 'forever':
      return {
        ...common,
        'cleanup.policy': 'delete',
        'retention.ms': -1,
        'retention.bytes': -1,
      }
  }
}

/** Waits until every topic is known and every partition has a leader. */
async function partitionCounts(
  admin: kafkajs.Admin,
  clock: Clock,
  specs: readonly TopicSpec[],
): Promise<Map<string, number>> {
  const topics = specs.map(({ name }) => name)
  for (let waitedMs = 0; ; waitedMs += againMs) {
    try {
      const metadata = await admin.fetchTopicMetadata({ topics })
      const counts = new Map(
        metadata.topics.map(({ name, partitions }) => [name, partitions.length]),
      )
      if (topics.every((name) => (counts.get(name) ?? 0) > 0)) return counts
    } catch (error) {
      const isNew = ['UNKNOWN_TOPIC_OR_PARTITION', 'LEADER_NOT_AVAILABLE'].some((type) =>
        hasType(error, type),
      )
      if (!isNew) throw error
    }
    if (waitedMs >= madeWithinMs) {
      throw new UnreachableError(`Kafka: no leaders for all of ${topics.join(', ')}`)
    }
    await wait(clock, againMs)
  }
}

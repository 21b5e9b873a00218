/** Asks brokers and Redis what they are like, where the settings name them. */
import { existsSync } from 'node:fs'
import type { Config } from '../../config/settings.ts'
import { ConfigError, UnreachableError } from '../../core/kernel/errors.ts'
import { systemClock } from '../../engine/system-clock.ts'
import type { CheckpointStore } from '../../ports/checkpoint-store.ts'
import type { TopicSpec } from '../../ports/event-log.ts'
import { topicNames } from '../../processors/topics.ts'
import { kafkaOptions, redisOptions } from '../up/client-options.ts'
import { inputSpecs, topicSpecs } from '../up/topic-specs.ts'
import {
  clusterFindings,
  type SetUpFinding,
  storeFindings,
  topicFindings,
} from './set-up-findings.ts'

/** Every topic of an installation on Kafka. */
export function allSpecs({ kafka, store }: Config): TopicSpec[] {
  const topics = topicNames(kafka.topicPrefix)
  return [
    ...topicSpecs(topics, store.retentionMs, kafka.partitions),
    ...inputSpecs(topics, kafka.partitions),
  ]
}

export async function openLog(config: Config) {
  const { openKafkaLog } = await import('../../adapters/kafka/open-kafka-log.ts')
  return openKafkaLog({ ...kafkaOptions(config), told: () => undefined })
}

/** Where the processes of the settings keep their checkpoints. */
export async function openStore(
  config: Config,
): Promise<{ readonly store: CheckpointStore; readonly close: () => Promise<void> }> {
  if (config.redis.url !== null) {
    const { openRedisStore } = await import('../../adapters/redis/open-redis-store.ts')
    const store = await openRedisStore({ ...redisOptions(config), onLost: () => undefined })
    return { store, close: () => store.close() }
  }
  const { path } = config.store
  if (!existsSync(path)) throw new ConfigError('store.path', 'a file that holds checkpoints', path)
  const { openEmbedded } = await import('../../adapters/embedded/open-embedded.ts')
  return openEmbedded({ path, clock: systemClock })
}

export async function askKafka(config: Config): Promise<SetUpFinding[]> {
  if (config.kafka.brokers.length === 0) return []
  const specs = allSpecs(config)
  return answered('Kafka', async () => {
    const log = await openLog(config)
    try {
      const found = await log.inspect(specs.map(({ name }) => name))
      if (!found.reachable) return clusterFindings(found)
      return [...clusterFindings(found), ...topicFindings(found, specs)]
    } finally {
      await log.close()
    }
  })
}

export async function askRedis(config: Config): Promise<SetUpFinding[]> {
  if (config.redis.url === null) return []
  return answered('Redis', async () => {
    const { openRedisStore } = await import('../../adapters/redis/open-redis-store.ts')
    const store = await openRedisStore({ ...redisOptions(config), onLost: () => undefined })
    try {
      return storeFindings(await store.check())
    } finally {
      await store.close()
    }
  })
}

/** What does not answer, or does not let us in, is a finding too. */
export async function answered(
  name: string,
  ask: () => Promise<SetUpFinding[]>,
): Promise<SetUpFinding[]> {
  try {
    return await ask()
  } catch (error) {
    if (!(error instanceof UnreachableError || error instanceof ConfigError)) throw error
    const mend = 'see culprit config for what is in force'
    return [{ level: 'fault', what: `${name}: ${error.message}`, mend }]
  }
}

/**
 * Log and store of this process: one file, or Kafka and Redis, each as the settings say. The adapters of
 * what is not used are not loaded.
 */
import { dirname } from 'node:path'
import type { Logger } from 'pino'
import type { Config } from '../../config/settings.ts'
import { ConfigError } from '../../core/kernel/errors.ts'
import { systemClock } from '../../engine/system-clock.ts'
import type { CheckpointStore } from '../../ports/checkpoint-store.ts'
import type { EventLog } from '../../ports/event-log.ts'
import type { Topics } from '../../processors/topics.ts'
import { kafkaOptions, redisOptions } from './client-options.ts'
import { makeFolder } from './make-folder.ts'
import { inputSpecs, topicSpecs } from './topic-specs.ts'

const policyEveryMs = 60_000

export interface Backend {
  readonly log: EventLog
  /** null for a process that keeps no state and has no server to ask. */
  readonly store: CheckpointStore | null
  /** Whether other processes read and write the same log. */
  readonly shared: boolean
  /** Where they are, without secrets. */
  readonly where: { readonly log: string; readonly store: string }
  /** What is wrong with the set-up of the store now; for `/readyz`. */
  faults(): readonly string[]
  close(): Promise<void>
}

export interface BackendContext {
  readonly config: Config
  readonly topics: Topics
  readonly logger: Logger
  /** Some role of this process keeps or asks for state. */
  readonly needsStore: boolean
  /** Counted facts of the log's client. */
  readonly logEvent: (what: string) => void
}

export async function openBackend(context: BackendContext): Promise<Backend> {
  const { config, topics, needsStore } = context
  const { kafka, redis, store: file } = config
  const onKafka = kafka.brokers.length > 0
  const needsFile = !onKafka || (redis.url === null && needsStore)
  const embedded = needsFile ? await openFile(config) : null
  const closers: (() => Promise<void>)[] = embedded === null ? [] : [() => embedded.close()]
  const close = async () => {
    for (const each of closers.splice(0)) await each()
  }
  try {
    const log = onKafka ? await openKafka(context) : embedded!.log
    if (onKafka) closers.unshift(() => log.close())
    const store = redis.url === null ? null : await openRedis(context)
    if (store !== null) closers.push(() => store.close())
    const specs = topicSpecs(topics, file.retentionMs, onKafka ? kafka.partitions : 1)
    await log.ensureTopics(onKafka ? [...specs, ...inputSpecs(topics, kafka.partitions)] : specs)
    return {
      log,
      store: store?.store ?? embedded?.store ?? null,
      shared: onKafka,
      where: {
        log: onKafka ? kafka.brokers.join(',') : file.path,
        store: redis.url === null ? file.path : withoutSecrets(redis.url),
      },
      faults: () => store?.faults() ?? [],
      close,
    }
  } catch (error) {
    await close()
    throw error
  }
}

async function openFile({ store: { path, retentionBytes } }: Config) {
  const { openEmbedded } = await import('../../adapters/embedded/open-embedded.ts')
  try {
    makeFolder(dirname(path))
  } catch (error) {
    const why = `a folder that can be made (${(error as Error).message})`
    throw new ConfigError('store.path', why, path)
  }
  return openEmbedded({ path, clock: systemClock, bytesMax: retentionBytes })
}

async function openKafka({ config, logEvent, logger }: BackendContext): Promise<EventLog> {
  const { openKafkaLog } = await import('../../adapters/kafka/open-kafka-log.ts')
  return openKafkaLog({
    ...kafkaOptions(config),
    told: (fact) => {
      logEvent(fact.kind)
      logger[fact.kind === 'log' ? 'debug' : 'warn']({ kafka: fact }, 'the log says')
    },
  })
}

async function openRedis({ config, logger }: BackendContext) {
  const { openRedisStore } = await import('../../adapters/redis/open-redis-store.ts')
  const store = await openRedisStore({
    ...redisOptions(config),
    onLost: (lost) => logger.error(lost, 'a checkpoint was in pieces: built again from the topics'),
  })
  let faults = await refusePolicy(store)
  const timer = setInterval(() => {
    store.check().then(
      (checked) => {
        faults = checked.faults
      },
      // Units say so themselves while the store does not answer.
      () => undefined,
    )
  }, policyEveryMs)
  timer.unref()
  return {
    store,
    faults: () => faults,
    close: async () => {
      clearInterval(timer)
      await store.close()
    },
  }
}

/** A store that may evict or forget loses windows: not started with, unless the settings accept it. */
async function refusePolicy(store: {
  check(): Promise<{ readonly faults: readonly string[] }>
  close(): Promise<void>
}): Promise<readonly string[]> {
  const { faults } = await store.check()
  if (faults.length === 0) return faults
  await store.close()
  const ways = 'a server that keeps what it is given (appendonly may be waived by redis.volatile)'
  throw new ConfigError('redis.url', ways, faults.join('; '))
}

function withoutSecrets(url: string): string {
  const parsed = URL.parse(url)
  return parsed === null ? 'redis' : `${parsed.protocol}//${parsed.host}${parsed.pathname}`
}

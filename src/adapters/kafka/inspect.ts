/** What a cluster is like, for `doctor`. Asks with rights to describe; what is refused is null. */
import kafkajs from 'kafkajs'

export interface KafkaInspection {
  readonly reachable: boolean
  /** Why not, when it is not. */
  readonly why: string | null
  /** Highest versions that a broker serves; Kafka does not tell its own version. */
  readonly apis: { readonly produce: number; readonly fetch: number } | null
  readonly brokers: readonly {
    readonly id: number
    readonly address: string
    readonly isController: boolean
  }[]
  readonly topics: readonly TopicInspection[]
}

export interface TopicInspection {
  readonly name: string
  /** null for a topic that does not exist. */
  readonly partitions: number | null
  readonly replicas: number | null
  readonly cleanupPolicy: string | null
  /** -1 is for ever. */
  readonly retentionMs: number | null
  readonly batchBytesMax: number | null
  readonly inSyncReplicasMin: number | null
}

export async function inspectCluster(
  admin: kafkajs.Admin,
  wanted: readonly string[],
): Promise<Omit<KafkaInspection, 'apis'>> {
  const cluster = await admin.describeCluster()
  const existing = new Set(await admin.listTopics())
  const names = wanted.filter((name) => existing.has(name))
  const metadata =
    names.length === 0 ? [] : (await admin.fetchTopicMetadata({ topics: names })).topics
  const configs = await configsOf(admin, names)
  return {
    reachable: true,
    why: null,
    brokers: cluster.brokers.map(({ nodeId, host, port }) => ({
      id: nodeId,
      address: `${host}:${port}`,
      isController: nodeId === cluster.controller,
    })),
    topics: wanted.map((name) => {
      const partitions = metadata.find((topic) => topic.name === name)?.partitions ?? null
      const config = configs.get(name)
      return {
        name,
        partitions: partitions?.length ?? null,
        replicas: partitions?.[0]?.replicas.length ?? null,
        cleanupPolicy: config?.get('cleanup.policy') ?? null,
        retentionMs: numberOf(config?.get('retention.ms')),
        batchBytesMax: numberOf(config?.get('max.message.bytes')),
        inSyncReplicasMin: numberOf(config?.get('min.insync.replicas')),
      }
    }),
  }
}

async function configsOf(
  admin: kafkajs.Admin,
  names: readonly string[],
): Promise<Map<string, Map<string, string>>> {
  if (names.length === 0) return new Map()
  try {
    const { resources } = await admin.describeConfigs({
      includeSynonyms: false,
      resources: names.map((name) => ({ type: kafkajs.ConfigResourceTypes.TOPIC, name })),
    })
    return new Map(
      resources.map(({ resourceName, configEntries }) => [
        resourceName,
        new Map(configEntries.map(({ configName, configValue }) => [configName, configValue])),
      ]),
    )
  } catch {
    return new Map()
  }
}

function numberOf(text: string | undefined): number | null {
  const number = Number(text)
  return text === undefined || text === '' || !Number.isFinite(number) ? null : number
}

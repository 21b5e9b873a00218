/**
 * What is wrong with brokers, topics and Redis, in words: each a fault (it will not work, or will lose
 * something), a warning, or a fact. Pure.
 */
import type { KafkaInspection, TopicInspection } from '../../adapters/kafka/inspect.ts'
import type { StoreCheck } from '../../adapters/redis/check.ts'
import type { TopicSpec } from '../../ports/event-log.ts'

export interface SetUpFinding {
  readonly level: 'fault' | 'warning' | 'ok'
  readonly what: string
  readonly mend: string
}

/** A record of 1 MiB with its headers. */
const batchBytesMin = 1_100_000
/** Clocks that differ by more spoil what is compared by the time of its arrival. */
const clockOffsetMaxMs = 1_000

export function clusterFindings({
  reachable,
  why,
  apis,
  brokers,
}: KafkaInspection): SetUpFinding[] {
  if (!reachable) {
    const mend = 'is kafka.brokers right, and may this machine reach them?'
    return [{ level: 'fault', what: `Kafka does not answer: ${why}`, mend }]
  }
  const serves = apis === null ? '' : `, produce up to v${apis.produce}, fetch up to v${apis.fetch}`
  const names = brokers.map(({ address }) => address).join(', ')
  const what = `Kafka: ${brokers.length} broker${brokers.length === 1 ? '' : 's'} (${names})${serves}`
  return [{ level: 'ok', what, mend: '' }]
}

export function topicFindings(
  { brokers, topics }: KafkaInspection,
  specs: readonly TopicSpec[],
): SetUpFinding[] {
  return specs.flatMap((spec) => {
    const topic = topics.find(({ name }) => name === spec.name)
    if (topic === undefined || topic.partitions === null) {
      const mend = 'culprit topics create makes it, and so does the first start'
      return [{ level: 'fault', what: `topic ${spec.name} is missing`, mend }]
    }
    return [...keptWrongly(topic, spec), ...replicated(topic, brokers.length)]
  })
}

function keptWrongly(topic: TopicInspection, spec: TopicSpec): SetUpFinding[] {
  const { name, partitions, cleanupPolicy, retentionMs, batchBytesMax } = topic
  if (spec.foreign === true) return []
  const findings: SetUpFinding[] = []
  const fault = (what: string, mend: string) => findings.push({ level: 'fault', what, mend })
  if (partitions !== spec.partitions) {
    const what = `topic ${name} has ${partitions} partitions, kafka.partitions says ${spec.partitions}`
    fault(what, `set kafka.partitions to ${partitions}, or take another kafka.topicPrefix`)
  }
  const policy = spec.retention.kind === 'compacted' ? 'compact' : 'delete'
  if (cleanupPolicy !== null && cleanupPolicy !== policy) {
    fault(`topic ${name} has cleanup.policy ${cleanupPolicy}`, `set it to ${policy}`)
  }
  const wantedMs = spec.retention.kind === 'time' ? spec.retention.ms : Infinity
  const keeps = retentionMs === null || retentionMs < 0 ? Infinity : retentionMs
  if (spec.retention.kind !== 'compacted' && keeps < wantedMs) {
    const wanted = wantedMs === Infinity ? -1 : wantedMs
    fault(`topic ${name} keeps ${keeps} ms`, `set retention.ms to ${wanted}`)
  }
  if (batchBytesMax !== null && batchBytesMax < batchBytesMin) {
    fault(`topic ${name} takes ${batchBytesMax} bytes at most`, 'set max.message.bytes to 2097152')
  }
  return findings
}

function replicated({ name, replicas }: TopicInspection, brokers: number): SetUpFinding[] {
  if (replicas === null || replicas > 1 || brokers < 2) return []
  const what = `topic ${name} has one replica on ${brokers} brokers: it is lost with its broker`
  return [{ level: 'warning', what, mend: 'reassign its partitions with more replicas' }]
}

export function storeFindings({ faults, unchecked, servers }: StoreCheck): SetUpFinding[] {
  const clocks = servers.flatMap(({ address, clockOffsetMs }): SetUpFinding[] => {
    if (clockOffsetMs === null || Math.abs(clockOffsetMs) <= clockOffsetMaxMs) return []
    const what = `the clock of ${address} is off by ${clockOffsetMs} ms`
    return [{ level: 'warning', what, mend: 'synchronise the clocks of both machines' }]
  })
  const names = servers.map(({ address, version }) => `${version ?? 'unknown'} at ${address}`)
  return [
    ...faults.map(
      (what): SetUpFinding => ({ level: 'fault', what, mend: 'change the setting of the server' }),
    ),
    ...unchecked.map(
      (what): SetUpFinding => ({ level: 'warning', what: `not looked at: ${what}`, mend: '' }),
    ),
    ...clocks,
    { level: 'ok', what: `Redis: ${names.join(', ')}`, mend: '' },
  ]
}

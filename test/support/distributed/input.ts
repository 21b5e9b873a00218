/**
 * Recorded input on Kafka as a Collector and a pipeline would have put it there: each line one record, its
 * time that of the recording, over all partitions of its topic in turn.
 */
import { openKafkaLog } from '../../../src/adapters/kafka/open-kafka-log.ts'
import { type ArrivedLine, mergeFiles } from '../../../src/cli/replay/merge-files.ts'
import { systemClock } from '../../../src/engine/system-clock.ts'
import type { EventLog, LogRecord, NewRecord } from '../../../src/ports/event-log.ts'
import { topicNames } from '../../../src/processors/topics.ts'

export const topics = topicNames('culprit.')
const partitions = 3
const inputs = [topics.spans, topics.metrics, topics.logs, topics.deployments]
const dayMs = 86_400_000

export function openLog(brokers: readonly string[]): Promise<EventLog> {
  return openKafkaLog({
    brokers,
    clientId: 'test',
    ssl: null,
    sasl: null,
    clock: systemClock,
    replicationFactor: 3,
    sessionTimeoutMs: 10_000,
    told: () => undefined,
  })
}

/** Kept for a year: recordings may be old. */
export async function makeInputs(log: EventLog): Promise<void> {
  const retention = { kind: 'time', ms: 365 * dayMs } as const
  await log.ensureTopics(inputs.map((name) => ({ name, partitions, retention })))
}

/** The lines of recorded files in the order of their arrival, as `replay` takes them. */
export async function recordsOf(
  files: readonly string[],
): Promise<(NewRecord & { readonly atMs: number })[]> {
  const counts = new Map<string, number>()
  const records: (NewRecord & { readonly atMs: number })[] = []
  for await (const line of mergeFiles(files)) {
    const topic = topicOf(line)
    if (topic === null) continue
    const count = counts.get(topic) ?? 0
    counts.set(topic, count + 1)
    const place = { topic, partition: count % partitions, key: null, headers: {} }
    records.push({ ...place, value: line.bytes, atMs: line.arrivedMs })
  }
  return records
}

function topicOf({ parsed }: ArrivedLine): string | null {
  if (parsed.kind === 'event') return topics.deployments
  if (parsed.kind === 'refused') return null
  const { spans, metrics, logs } = parsed.telemetry
  if (spans.length > 0) return topics.spans
  if (metrics.length > 0) return topics.metrics
  return logs.length > 0 ? topics.logs : null
}

/** Everything on one of Culprit's topics, whoever made it. */
export async function readTopic(log: EventLog, topic: string): Promise<LogRecord[]> {
  await log.ensureTopics([
    { name: topic, partitions, retention: { kind: 'forever' }, foreign: true },
  ])
  const records: LogRecord[] = []
  await log.readAll(topic, (record) => void records.push(record))
  return records
}

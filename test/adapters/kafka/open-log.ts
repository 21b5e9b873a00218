/** Logs on real brokers for tests, with what they told, and the waiting that brokers need. */
import { randomBytes } from 'node:crypto'
import type { KafkaEvent } from '../../../src/adapters/kafka/kafka-event.ts'
import {
  type KafkaLog,
  type KafkaLogOptions,
  openKafkaLog,
} from '../../../src/adapters/kafka/open-kafka-log.ts'
import { systemClock } from '../../../src/engine/system-clock.ts'
import type { LogRecord, NewRecord, PartitionReader } from '../../../src/ports/event-log.ts'

export interface OpenedLog {
  readonly log: KafkaLog
  readonly told: KafkaEvent[]
}

export async function openLog(
  brokers: readonly string[],
  more: Partial<KafkaLogOptions> = {},
): Promise<OpenedLog> {
  const told: KafkaEvent[] = []
  const log = await openKafkaLog({
    brokers,
    clientId: 'culprit-test',
    ssl: null,
    sasl: null,
    clock: systemClock,
    replicationFactor: 3,
    sessionTimeoutMs: 6_000,
    told: (event) => void told.push(event),
    ...more,
  })
  return { log, told }
}

/** New in every run: brokers may serve many. */
export const newName = (what: string) => `${what}-${randomBytes(4).toString('hex')}`

export async function newTopic(log: KafkaLog, partitions = 1): Promise<string> {
  const name = newName('topic')
  await log.ensureTopics([{ name, partitions, retention: { kind: 'forever' } }])
  return name
}

export function numbered(topic: string, number: number, partition = 0): NewRecord {
  const value = new TextEncoder().encode(String(number))
  return { topic, partition, key: null, value, headers: {} }
}

export const numberOf = ({ value }: LogRecord) => Number(Buffer.from(value!).toString())

/** Reads what a group is given, as the engine does: from where it had come, over every loss. */
export async function follow(log: KafkaLog, topic: string, group: string) {
  const next = new Map<number, number>()
  const records: LogRecord[] = []
  const gaps: number[] = []
  let owned: readonly PartitionReader[] = []
  const failures: unknown[] = []
  const read = async (reader: PartitionReader) => {
    reader.seek(next.get(reader.partition) ?? 0)
    for (;;) {
      const fetched = await reader.fetch({ bytesMax: 1_000_000, waitMs: 1_000 })
      if (fetched.status !== 'ok') return
      records.push(...fetched.records)
      if (fetched.gap > 0) gaps.push(fetched.gap)
      next.set(reader.partition, fetched.next)
    }
  }
  const membership = await log.join({
    group,
    topics: [topic],
    assigned: (readers) => {
      owned = readers
      for (const reader of readers) {
        read(reader).catch((error: unknown) => failures.push(error))
      }
    },
  })
  return {
    records,
    gaps,
    failures,
    owned: () => owned.filter(({ lost }) => !lost).map(({ partition }) => partition),
    leave: () => membership.leave(),
  }
}

/** Brokers need their own time; the test goes on as soon as the condition holds. */
export async function until(holds: () => boolean | Promise<boolean>, why: string): Promise<void> {
  for (let turn = 0; turn < 1_600; turn++) {
    if (await holds()) return
    await new Promise((resolve) => setTimeout(resolve, 50))
  }
  throw new Error(`waited in vain: ${why}`)
}

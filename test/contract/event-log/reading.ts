/** Appends and reads as tests of an event log do it: whole topics, so many records, whatever the adapter. */
import type {
  EventLog,
  Fetched,
  LogRecord,
  Membership,
  NewRecord,
  PartitionReader,
} from '../../../src/ports/event-log.ts'

const encoder = new TextEncoder()
const decoder = new TextDecoder()
export const text = ({ value }: LogRecord) => (value === null ? null : decoder.decode(value))
let groupNumber = 0

export function newRecord(
  topic: string,
  value: string | null,
  more: Partial<NewRecord> = {},
): NewRecord {
  const bytes = value === null ? null : encoder.encode(value)
  return { topic, partition: 0, key: null, headers: {}, ...more, value: bytes }
}

/** Joins and waits for the first assignment; every reader starts at the beginning. */
export async function joined(log: EventLog, topics: readonly string[], group?: string) {
  let owned: readonly PartitionReader[] | null = null
  const membership: Membership = await log.join({
    group: group ?? `group-${groupNumber++}`,
    topics,
    assigned: (readers) => {
      owned = readers
      for (const reader of readers) reader.seek(0)
    },
  })
  await until(() => owned !== null)
  return {
    readers: (topic: string, partition: number) =>
      owned!.find((reader) => reader.topic === topic && reader.partition === partition)!,
    owned: () => owned!.map(({ topic, partition }) => `${topic}/${partition}`),
    leave: () => membership.leave(),
  }
}

export function okay(fetched: Fetched) {
  if (fetched.status !== 'ok') throw new Error(`fetch answered ${fetched.status}`)
  return fetched
}

export async function fetchSome(reader: PartitionReader, { bytesMax }: { bytesMax: number }) {
  for (;;) {
    const fetched = okay(await reader.fetch({ bytesMax, waitMs: 1_000 }))
    if (fetched.records.length > 0) return fetched
  }
}

export async function readRecords(reader: PartitionReader, count: number): Promise<LogRecord[]> {
  const records: LogRecord[] = []
  while (records.length < count) {
    records.push(...(await fetchSome(reader, { bytesMax: 1_000_000 })).records)
  }
  return records
}

export async function lastByKey(log: EventLog, topic: string): Promise<Record<string, string>> {
  const last: Record<string, string> = {}
  await log.readAll(topic, (record) => {
    const value = text(record)
    if (value === null) delete last[record.key!]
    else last[record.key!] = value
  })
  return last
}

/** Waits for what a broker does in its own time; local logs have done it already. */
export async function until(holds: () => boolean | Promise<boolean>): Promise<void> {
  for (let turn = 0; turn < 1_000; turn++) {
    if (await holds()) return
    await new Promise((resolve) => setTimeout(resolve, turn < 10 ? 0 : 20))
  }
  throw new Error('waited in vain')
}

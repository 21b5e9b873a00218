/**
 * The log in memory: for `replay` and for tests. Durable means that the call returned.
 *
 * Time retention is applied when records are appended to a partition, by their append times; compacted
 * partitions are cleaned when more than half of them (and 1,000 records) is superseded. Both count.
 */
import { ConfigError } from '../../core/kernel/errors.ts'
import { LocalGroups } from '../../core/kernel/local-groups.ts'
import type { Clock } from '../../ports/clock.ts'
import type {
  EventLog,
  GroupOffset,
  JoinRequest,
  LogPlace,
  LogRecord,
  Membership,
  NewRecord,
  TopicSpec,
} from '../../ports/event-log.ts'

/** Below this many superseded records cleaning is not worth its copy. */
const supersededMin = 1_000

interface Partition {
  /** Oldest first, from `head` on; what lies before is removed and not yet cut off. */
  records: LogRecord[]
  head: number
  earliest: number
  end: number
  /** Offset of the last record of each key; only for compacted topics. */
  readonly latest: Map<string, number> | null
}

interface Topic {
  readonly spec: TopicSpec
  readonly partitions: readonly Partition[]
}

export class MemoryLog implements EventLog {
  readonly #clock: Clock
  readonly #topics = new Map<string, Topic>()
  readonly #committed = new Map<string, GroupOffset>()
  readonly #groups: LocalGroups<LogRecord>
  #removed = 0

  constructor(clock: Clock) {
    this.#clock = clock
    this.#groups = new LocalGroups<LogRecord>({
      partitionCount: (topic) => this.partitionCount(topic),
      earliest: (topic, partition) => this.#partition(topic, partition).earliest,
      end: (topic, partition) => this.#partition(topic, partition).end,
      read: (at) => readFrom(this.#partition(at.topic, at.partition), at.from, at.bytesMax),
      gap: (topic, partition, from) => this.#gap(topic, partition, from),
      committed: (group, place) => this.#committed.get(offsetName(group, place)) ?? null,
      commit: (group, place, { next, epoch }) => {
        this.#committed.set(offsetName(group, place), { next, epoch })
        return Promise.resolve()
      },
      now: () => clock.now(),
      monotonic: () => clock.monotonic(),
      timer: (delayMs, wake) => clock.timer(delayMs, wake),
    })
  }

  /** How many records retention has removed; superseded records of compacted topics are not lost. */
  get removed(): number {
    return this.#removed
  }

  ensureTopics(specs: readonly TopicSpec[]): Promise<void> {
    for (const spec of specs) {
      const topic = this.#topics.get(spec.name)
      if (topic === undefined) {
        const partitions = Array.from({ length: spec.partitions }, () => newPartition(spec))
        this.#topics.set(spec.name, { spec, partitions })
      } else if (topic.partitions.length !== spec.partitions && spec.foreign !== true) {
        const expected = `${topic.partitions.length} partitions, as it was made with`
        return Promise.reject(new ConfigError(`topic ${spec.name}`, expected, spec.partitions))
      }
    }
    return Promise.resolve()
  }

  partitionCount(topic: string): number {
    return this.#topic(topic).partitions.length
  }

  append(records: readonly NewRecord[]): Promise<void> {
    const touched = new Set<string>()
    for (const record of records) this.#append(record, touched)
    for (const name of touched) {
      const slash = name.lastIndexOf('/')
      this.#groups.wake(name.slice(0, slash), Number(name.slice(slash + 1)))
    }
    return Promise.resolve()
  }

  join(request: JoinRequest): Promise<Membership> {
    return Promise.resolve(this.#groups.join(request))
  }

  readAll(topic: string, visit: (record: LogRecord) => void): Promise<void> {
    for (const { records, head } of this.#topic(topic).partitions) {
      for (let at = head; at < records.length; at++) visit(records[at]!)
    }
    return Promise.resolve()
  }

  offsets(topic: string, partition: number): Promise<{ earliest: number; end: number }> {
    const { earliest, end } = this.#partition(topic, partition)
    return Promise.resolve({ earliest, end })
  }

  groupOffset(group: string, place: LogPlace): Promise<GroupOffset | null> {
    return Promise.resolve(this.#committed.get(offsetName(group, place)) ?? null)
  }

  setGroupOffset(group: string, place: LogPlace, offset: GroupOffset): Promise<'ok' | 'busy'> {
    return this.#groups.setOffset(group, place, offset)
  }

  /** As brokers do with the offsets of a topic that is deleted, or after a long time. */
  forgetOffsets(group: string): void {
    for (const name of this.#committed.keys()) {
      if (name.startsWith(`${group} `)) this.#committed.delete(name)
    }
  }

  /** As if the topic had been deleted and made again. */
  makeAnew(name: string): void {
    const { spec, partitions } = this.#topic(name)
    this.#topics.set(name, { spec, partitions: partitions.map(() => newPartition(spec)) })
    for (let at = 0; at < partitions.length; at++) this.#groups.wake(name, at)
  }

  close(): Promise<void> {
    this.#groups.close()
    return Promise.resolve()
  }

  #append(record: NewRecord, touched: Set<string>): void {
    const topic = this.#topic(record.topic)
    const partition = topic.partitions[record.partition]
    if (partition === undefined) throw new Error(`${record.topic} has no ${record.partition}`)
    const offset = partition.end++
    const { atMs = this.#clock.now() } = record
    const { key, value, headers } = record
    partition.records.push({
      topic: record.topic,
      partition: record.partition,
      offset,
      key,
      value,
      headers,
      atMs,
    })
    if (partition.latest !== null) compact(partition, key, offset)
    else if (topic.spec.retention.kind === 'time') {
      this.#removed += expire(partition, atMs - topic.spec.retention.ms)
    }
    touched.add(`${record.topic}/${record.partition}`)
  }

  #gap(topic: string, partition: number, from: number): number {
    const { earliest, latest } = this.#partition(topic, partition)
    return latest === null ? Math.max(0, earliest - from) : 0
  }

  #topic(name: string): Topic {
    const topic = this.#topics.get(name)
    if (topic === undefined) throw new Error(`topic ${name} was not ensured`)
    return topic
  }

  #partition(topic: string, partition: number): Partition {
    const found = this.#topic(topic).partitions[partition]
    if (found === undefined) throw new Error(`${topic} has no partition ${partition}`)
    return found
  }
}

function newPartition({ retention }: TopicSpec): Partition {
  const latest = retention.kind === 'compacted' ? new Map<string, number>() : null
  return { records: [], head: 0, earliest: 0, end: 0, latest }
}

function offsetName(group: string, { topic, partition }: LogPlace): string {
  return `${group} ${topic}/${partition}`
}

function expire(partition: Partition, beforeMs: number): number {
  const { records } = partition
  let removed = 0
  while (partition.head < records.length - 1 && records[partition.head]!.atMs < beforeMs) {
    partition.head++
    removed++
  }
  if (removed > 0) partition.earliest = records[partition.head]!.offset
  if (partition.head > 1_000 && partition.head * 2 > records.length) {
    partition.records = records.slice(partition.head)
    partition.head = 0
  }
  return removed
}

function compact(partition: Partition, key: string | null, offset: number): void {
  if (key !== null) partition.latest!.set(key, offset)
  const superseded = partition.records.length - partition.latest!.size
  if (superseded <= supersededMin || superseded * 2 <= partition.records.length) return
  partition.records = partition.records.filter(
    (record) => record.key === null || partition.latest!.get(record.key) === record.offset,
  )
}

function readFrom(partition: Partition, from: number, bytesMax: number) {
  const { records } = partition
  let at = indexOf(partition, from)
  const taken: LogRecord[] = []
  let bytes = 0
  let next = partition.end
  for (; at < records.length; at++) {
    const record = records[at]!
    if (bytes >= bytesMax) {
      next = record.offset
      break
    }
    taken.push(record)
    bytes += 64 + (record.value?.length ?? 0)
  }
  return { records: taken, next, bytes }
}

/** Place of the first kept record with this offset or a greater one. */
function indexOf({ records, head }: Partition, offset: number): number {
  let low = head
  let high = records.length
  // Without holes the place follows from the offset.
  const guess = head < high ? head + offset - records[head]!.offset : high
  if (guess >= head && guess < high && records[guess]!.offset === offset) return guess
  while (low < high) {
    const middle = (low + high) >>> 1
    if (records[middle]!.offset < offset) low = middle + 1
    else high = middle
  }
  return low
}

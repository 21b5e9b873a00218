/**
 * The partitions of the embedded log as they lie in tables, with their counters in memory.
 *
 * A record's row id is stream * 2^40 + offset: integer ids, and one partition is one range. The last
 * records written stay in memory, at most 32 MiB over all streams, since their readers are about to ask.
 */
import type { LogRecord, NewRecord, TopicSpec } from '../../ports/event-log.ts'
import type { EmbeddedDatabase } from './database.ts'

const offsetsMax = 2 ** 40
/** 2^53 / 2^40: row ids stay exact. */
export const streamsMax = 8_191
const tailBytesMax = 32 * 1024 * 1024
/** What a record costs beside its text and value. */
export const recordBytes = 64

export interface Stream {
  readonly id: number
  readonly topic: TopicSpec
  readonly partition: number
  earliest: number
  /** The offset that the next record gets; behind `durable` while a transaction runs. */
  next: number
  durable: number
  /** Consecutive records up to `durable`, from `tailFrom` on. */
  tail: LogRecord[]
  tailFrom: number
}

export interface Stored {
  readonly stream: Stream
  readonly record: LogRecord
  readonly bytes: number
}

export class Streams {
  readonly #sql: ReturnType<typeof statements>
  readonly #all: Stream[] = []
  readonly #queue: { stream: Stream; bytes: number }[] = []
  #queueFrom = 0
  #tailBytes = 0

  constructor(database: EmbeddedDatabase) {
    this.#sql = statements(database)
  }

  get all(): readonly Stream[] {
    return this.#all
  }

  /** Partitions of the topic that the file has; 0 for a topic never made. */
  storedPartitions(topic: string): number {
    return this.#sql.count.get(topic)!['count'] as number
  }

  create(topic: string, partition: number): void {
    this.#sql.create.run(topic, partition)
  }

  load(topic: TopicSpec, partition: number): Stream {
    const row = this.#sql.find.get(topic.name, partition)!
    const id = row['id'] as number
    const last = this.#sql.last.get(rowId({ id }, 0), rowId({ id: id + 1 }, 0))!['last']
    // The stored counter is saved now and then: the rows may have gone beyond it.
    const next = Math.max(
      row['next'] as number,
      last === null ? 0 : (last as number) - rowId({ id }, 0) + 1,
    )
    const stream: Stream = {
      id,
      topic,
      partition,
      earliest: row['earliest'] as number,
      next,
      durable: next,
      tail: [],
      tailFrom: 0,
    }
    this.#all.push(stream)
    return stream
  }

  /** Writes one record inside the running transaction. */
  insert(stream: Stream, record: NewRecord, atMs: number): Stored {
    const offset = stream.next++
    const { key, value, headers } = record
    const text = JSON.stringify(headers)
    this.#sql.insert.run(rowId(stream, offset), atMs, key, text, value)
    const bytes = recordBytes + (key?.length ?? 0) + text.length + (value?.length ?? 0)
    const { partition } = stream
    return {
      stream,
      record: { topic: stream.topic.name, partition, offset, key, value, headers, atMs },
      bytes,
    }
  }

  /** Has to follow whatever removes rows; what adds rows can be counted again. */
  save(stream: Stream): void {
    this.#sql.save.run(stream.earliest, stream.next, stream.id)
  }

  /** The transaction failed: the counters are those of the last one that did not. */
  rollBack(): void {
    for (const stream of this.#all) {
      stream.next = stream.durable
      stream.earliest = this.#sql.find.get(stream.topic.name, stream.partition)![
        'earliest'
      ] as number
    }
  }

  /** The records are durable: readers may have them. */
  show(stored: readonly Stored[]): void {
    for (const { stream, record, bytes } of stored) {
      stream.durable = record.offset + 1
      stream.tail.push(record)
      this.#queue.push({ stream, bytes })
      this.#tailBytes += bytes
    }
    while (this.#tailBytes > tailBytesMax) {
      const { stream, bytes } = this.#queue[this.#queueFrom++]!
      this.#tailBytes -= bytes
      stream.tailFrom++
      if (stream.tailFrom > 1_000 && stream.tailFrom * 2 > stream.tail.length) {
        stream.tail = stream.tail.slice(stream.tailFrom)
        stream.tailFrom = 0
      }
    }
    if (this.#queueFrom > 10_000 && this.#queueFrom * 2 > this.#queue.length) {
      this.#queue.splice(0, this.#queueFrom)
      this.#queueFrom = 0
    }
  }

  read(stream: Stream, from: number, bytesMax: number) {
    const first = stream.tail[stream.tailFrom]
    const records =
      first !== undefined && from >= first.offset
        ? takeTail(stream, stream.tailFrom + from - first.offset, bytesMax)
        : this.#readRows(stream, from, bytesMax)
    const last = records.at(-1)
    const bytes = records.reduce((sum, { value }) => sum + recordBytes + (value?.length ?? 0), 0)
    return { records, next: last === undefined ? stream.durable : last.offset + 1, bytes }
  }

  /** Every row of the stream that is kept, in order. */
  *rows(stream: Stream): Generator<LogRecord> {
    for (let from = 0; ; ) {
      const records = this.#readRows(stream, from, 1024 * 1024)
      if (records.length === 0) return
      yield* records
      from = records.at(-1)!.offset + 1
    }
  }

  #readRows(stream: Stream, from: number, bytesMax: number): LogRecord[] {
    const records: LogRecord[] = []
    let bytes = 0
    const to = rowId(stream, stream.durable)
    for (const row of this.#sql.read.iterate(rowId(stream, from), to)) {
      const value = row['value'] as Uint8Array | null
      records.push({
        topic: stream.topic.name,
        partition: stream.partition,
        offset: (row['id'] as number) - rowId(stream, 0),
        key: row['key'] as string | null,
        value,
        headers: JSON.parse(row['headers'] as string) as Record<string, string>,
        atMs: row['at_ms'] as number,
      })
      bytes += recordBytes + (value?.length ?? 0)
      if (bytes >= bytesMax) break
    }
    return records
  }
}

export function rowId(stream: { readonly id: number }, offset: number): number {
  return stream.id * offsetsMax + offset
}

function takeTail({ tail }: Stream, from: number, bytesMax: number): LogRecord[] {
  let bytes = 0
  let at = from
  while (at < tail.length && bytes < bytesMax) {
    bytes += recordBytes + (tail[at]!.value?.length ?? 0)
    at++
  }
  return tail.slice(from, at)
}

function statements({ writer, reader }: EmbeddedDatabase) {
  return {
    count: writer.prepare('SELECT count(*) AS count FROM streams WHERE topic = ?'),
    create: writer.prepare(
      'INSERT INTO streams (topic, partition, earliest, next) VALUES (?, ?, 0, 0)',
    ),
    find: writer.prepare(
      'SELECT id, earliest, next FROM streams WHERE topic = ? AND partition = ?',
    ),
    last: writer.prepare('SELECT max(id) AS last FROM records WHERE id >= ? AND id < ?'),
    save: writer.prepare('UPDATE streams SET earliest = ?, next = ? WHERE id = ?'),
    insert: writer.prepare(
      'INSERT INTO records (id, at_ms, key, headers, value) VALUES (?, ?, ?, ?, ?)',
    ),
    read: reader.prepare(
      'SELECT id, at_ms, key, headers, value FROM records WHERE id >= ? AND id < ? ORDER BY id',
    ),
  }
}

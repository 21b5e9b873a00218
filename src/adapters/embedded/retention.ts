/**
 * What the embedded log removes, and when.
 *
 * Topics kept for a time are cut into segments of at most 2 MiB or 10 minutes. A segment goes when its
 * last record is older than the topic's retention, or when all of them together hold more than the byte
 * limit: then the one that ended first, whatever its topic. Removed records are counted. Compacted topics
 * keep the last record of each key; a null value deletes the key, and is itself removed after a day.
 */
import type { EmbeddedDatabase } from './database.ts'
import { recordBytes, rowId, type Stored, type Stream } from './streams.ts'

const segmentBytesMax = 2 * 1024 * 1024
const segmentMs = 600_000
const tombstoneMs = 86_400_000

interface Segment {
  readonly first: number
  readonly openedMs: number
  lastMs: number
  records: number
  bytes: number
}

interface Counted {
  readonly offset: number
  readonly atMs: number
  readonly bytes: number
}

export class Retention {
  readonly #sql: ReturnType<typeof statements>
  readonly #bytesMax: number
  readonly #segments = new Map<Stream, Segment[]>()
  #bytes = 0
  #removed = 0

  constructor(database: EmbeddedDatabase, bytesMax: number) {
    this.#sql = statements(database)
    this.#bytesMax = bytesMax
  }

  /** Bytes held by topics that are kept for a time. */
  get bytes(): number {
    return this.#bytes
  }

  /** Records removed since the start, read or not. */
  get removed(): number {
    return this.#removed
  }

  /** Segments are stored when they are full; what was written since is counted again. */
  load(stream: Stream): void {
    const segments = this.#sql.load.all(stream.id) as unknown as Segment[]
    this.#segments.set(stream, segments)
    for (const { bytes } of segments) this.#bytes += bytes
    if (stream.topic.retention.kind !== 'time') return
    const last = segments.at(-1)
    const from = last === undefined ? stream.earliest : last.first + last.records
    const to = rowId(stream, stream.durable)
    for (const row of this.#sql.sizes.iterate(rowId(stream, from), to)) {
      const { offset, atMs, bytes } = row as unknown as Counted
      this.#count(stream, { offset: offset - rowId(stream, 0), atMs, bytes })
    }
  }

  /** Stores the segments being written, inside the running transaction: the next start counts nothing. */
  saveAll(): void {
    for (const [stream, segments] of this.#segments) {
      const last = segments.at(-1)
      if (last !== undefined) this.#save(stream, last)
    }
  }

  /** The transaction failed: what is in memory is read again. */
  rollBack(): void {
    this.#bytes = 0
    for (const stream of this.#segments.keys()) this.load(stream)
  }

  /** Accounts for records of one stream that the running transaction writes, in order. */
  add(stream: Stream, stored: readonly Stored[]): void {
    const { kind } = stream.topic.retention
    if (kind === 'compacted') for (const each of stored) this.#supersede(each)
    if (kind !== 'time') return
    for (const { record, bytes } of stored) {
      const { offset, atMs } = record
      const full = this.#count(stream, { offset, atMs, bytes })
      if (full !== null) this.#save(stream, full)
    }
  }

  /** Removes one segment if one is due, inside the running transaction; whether there was one. */
  removeOne(nowMs: number): Stream | null {
    let oldest: { stream: Stream; segment: Segment } | null = null
    for (const [stream, segments] of this.#segments) {
      const segment = segments[0]
      const { retention } = stream.topic
      if (segment === undefined || retention.kind !== 'time') continue
      if (segment.lastMs < nowMs - retention.ms) return this.#remove(stream, segment)
      // The segment being written is never removed for its bytes.
      if (segments.length < 2) continue
      if (oldest === null || segment.lastMs < oldest.segment.lastMs) oldest = { stream, segment }
    }
    if (oldest === null || this.#bytes <= this.#bytesMax) return null
    return this.#remove(oldest.stream, oldest.segment)
  }

  removeTombstones(streams: readonly Stream[], nowMs: number): void {
    for (const stream of streams) {
      if (stream.topic.retention.kind !== 'compacted') continue
      const from = rowId(stream, 0)
      const to = rowId(stream, stream.durable)
      for (const row of this.#sql.tombstones.all(from, to, nowMs - tombstoneMs)) {
        this.#sql.removeRow.run(row['id'] as number)
        if (row['key'] !== null) this.#sql.forget.run(stream.id, row['key'] as string)
      }
    }
  }

  /** Counts one record in; gives the segment that became full before it. */
  #count(stream: Stream, { offset, atMs, bytes }: Counted): Segment | null {
    const segments = this.#segments.get(stream)!
    const last = segments.at(-1)
    const open =
      last !== undefined && last.bytes < segmentBytesMax && atMs < last.openedMs + segmentMs
    const segment = open
      ? last
      : { first: offset, openedMs: atMs, lastMs: atMs, records: 0, bytes: 0 }
    if (!open) segments.push(segment)
    segment.lastMs = Math.max(segment.lastMs, atMs)
    segment.records++
    segment.bytes += bytes
    this.#bytes += bytes
    return open ? null : (last ?? null)
  }

  #remove(stream: Stream, segment: Segment): Stream {
    const segments = this.#segments.get(stream)!
    segments.shift()
    const end = segments[0]?.first ?? segment.first + segment.records
    this.#sql.removeRows.run(rowId(stream, segment.first), rowId(stream, end))
    this.#sql.removeSegment.run(stream.id, segment.first)
    this.#bytes -= segment.bytes
    this.#removed += segment.records
    stream.earliest = end
    return stream
  }

  #supersede({ stream, record }: Stored): void {
    if (record.key === null) return
    const before = this.#sql.latest.get(stream.id, record.key)
    if (before !== undefined) this.#sql.removeRow.run(before['id'] as number)
    this.#sql.remember.run(stream.id, record.key, rowId(stream, record.offset))
  }

  #save(stream: Stream, { first, openedMs, lastMs, records, bytes }: Segment): void {
    this.#sql.save.run(stream.id, first, openedMs, lastMs, records, bytes)
  }
}

function statements({ writer }: EmbeddedDatabase) {
  return {
    load: writer.prepare(
      `SELECT first, opened_ms AS openedMs, last_ms AS lastMs, records, bytes
       FROM segments WHERE stream = ? ORDER BY first`,
    ),
    // Lengths alone: the content of large values is not read.
    sizes: writer.prepare(
      `SELECT id AS offset, at_ms AS atMs, ${recordBytes} + ifnull(length(key), 0) + length(headers)
       + ifnull(length(value), 0) AS bytes FROM records WHERE id >= ? AND id < ? ORDER BY id`,
    ),
    save: writer.prepare('INSERT OR REPLACE INTO segments VALUES (?, ?, ?, ?, ?, ?)'),
    removeSegment: writer.prepare('DELETE FROM segments WHERE stream = ? AND first = ?'),
    removeRows: writer.prepare('DELETE FROM records WHERE id >= ? AND id < ?'),
    removeRow: writer.prepare('DELETE FROM records WHERE id = ?'),
    latest: writer.prepare('SELECT id FROM latest WHERE stream = ? AND key = ?'),
    remember: writer.prepare('INSERT OR REPLACE INTO latest VALUES (?, ?, ?)'),
    forget: writer.prepare('DELETE FROM latest WHERE stream = ? AND key = ?'),
    tombstones: writer.prepare(
      'SELECT id, key FROM records WHERE id >= ? AND id < ? AND value IS NULL AND at_ms < ? LIMIT 1000',
    ),
  }
}

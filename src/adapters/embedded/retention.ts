/**
 * What the embedded log removes, and when.
 *
 * Topics kept for a time are cut into segments of at most 2 MiB or 10 minutes. A segment goes when its
 * last record is older than the topic's retention, or when all of them together hold more than the byte
 * limit: then the one that ended first, whatever its topic. Removed records are counted. Compacted topics
 * keep the last record of each key; a null value deletes the key, and is itself removed after a day.
 */
import type { EmbeddedDatabase } from './database.ts'
import { type Stored, rowId, type Stream } from './streams.ts'

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

  load(stream: Stream): void {
    const rows = this.#sql.load.all(stream.id) as unknown as Segment[]
    this.#segments.set(stream, rows)
    for (const { bytes } of rows) this.#bytes += bytes
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
    const segments = this.#segments.get(stream)!
    for (const { record, bytes } of stored) {
      let segment = segments.at(-1)
      const full =
        segment === undefined ||
        segment.bytes >= segmentBytesMax ||
        record.atMs >= segment.openedMs + segmentMs
      if (segment === undefined || full) {
        if (segment !== undefined) this.#save(stream, segment)
        const { offset: first, atMs: openedMs } = record
        segment = { first, openedMs, lastMs: openedMs, records: 0, bytes: 0 }
        segments.push(segment)
      }
      segment.lastMs = Math.max(segment.lastMs, record.atMs)
      segment.records++
      segment.bytes += bytes
      this.#bytes += bytes
    }
    this.#save(stream, segments.at(-1)!)
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

/**
 * The log in the embedded file: topics as ranges of one table, written by shared transactions.
 *
 * Groups live in this one process, so their members are its own. Records become visible to readers when
 * they are durable, not before. Retention runs after writes, a segment at a time.
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
import type { EmbeddedDatabase } from './database.ts'
import type { GroupCommit } from './group-commit.ts'
import { Retention } from './retention.ts'
import { type Stored, type Stream, Streams, streamsMax } from './streams.ts'

export const defaultBytesMax = 1024 ** 3
/** How often the log looks whether anything is due for removal; for tombstones it has to look at every row. */
const removeEveryMs = 10_000
const tombstonesEveryMs = 3_600_000

export interface EmbeddedLogOptions {
  readonly database: EmbeddedDatabase
  readonly commits: GroupCommit
  readonly clock: Clock
  /** Bytes of all topics kept for a time, together. */
  readonly bytesMax?: number
}

export class EmbeddedLog implements EventLog {
  readonly #database: EmbeddedDatabase
  readonly #commits: GroupCommit
  readonly #clock: Clock
  readonly #streams: Streams
  readonly #retention: Retention
  readonly #topics = new Map<string, Stream[]>()
  readonly #groups: LocalGroups<LogRecord>
  readonly #offsets: ReturnType<typeof offsetStatements>
  #removedMs = -Infinity
  #tombstonesMs = -Infinity

  constructor({ database, commits, clock, bytesMax = defaultBytesMax }: EmbeddedLogOptions) {
    this.#database = database
    this.#commits = commits
    this.#clock = clock
    this.#streams = new Streams(database)
    this.#retention = new Retention(database, bytesMax)
    this.#offsets = offsetStatements(database)
    commits.onRollback(() => {
      this.#streams.rollBack()
      this.#retention.rollBack()
    })
    this.#groups = new LocalGroups<LogRecord>({
      partitionCount: (topic) => this.partitionCount(topic),
      earliest: (topic, partition) => this.#stream(topic, partition).earliest,
      end: (topic, partition) => this.#stream(topic, partition).durable,
      read: (at) => this.#streams.read(this.#stream(at.topic, at.partition), at.from, at.bytesMax),
      gap: (topic, partition, from) => Math.max(0, this.#stream(topic, partition).earliest - from),
      committed: (group, place) => this.#committed(group, place),
      commit: (group, { topic, partition }, { next, epoch }) =>
        commits.run(() => {
          this.#offsets.set.run(group, this.#stream(topic, partition).id, next, epoch)
        }),
      now: () => clock.now(),
      monotonic: () => clock.monotonic(),
      timer: (delayMs, wake) => clock.timer(delayMs, wake),
    })
  }

  /** Records that retention removed since the start. */
  get removed(): number {
    return this.#retention.removed
  }

  /** Bytes held by topics that are kept for a time. */
  get bytes(): number {
    return this.#retention.bytes
  }

  async ensureTopics(specs: readonly TopicSpec[]): Promise<void> {
    for (const { name, partitions, foreign } of specs) {
      const stored = this.#streams.storedPartitions(name)
      if (stored === 0 || stored === partitions || foreign === true) continue
      const expected = `${stored} partitions, as ${this.#database.path} was made with`
      throw new ConfigError(`topic ${name}`, expected, partitions)
    }
    await this.#commits.run(() => {
      for (const { name, partitions } of specs) {
        if (this.#streams.storedPartitions(name) > 0) continue
        for (let at = 0; at < partitions; at++) this.#streams.create(name, at)
      }
    })
    for (const spec of specs) {
      if (this.#topics.has(spec.name)) continue
      const length = this.#streams.storedPartitions(spec.name)
      const streams = Array.from({ length }, (_, partition) => this.#streams.load(spec, partition))
      for (const stream of streams) this.#retention.load(stream)
      this.#topics.set(spec.name, streams)
    }
    if (this.#streams.all.length > streamsMax) {
      throw new ConfigError('topics', `at most ${streamsMax} partitions`, this.#streams.all.length)
    }
  }

  partitionCount(topic: string): number {
    return this.#topic(topic).length
  }

  async append(records: readonly NewRecord[]): Promise<void> {
    if (records.length === 0) return
    const streams = records.map(({ topic, partition }) => this.#stream(topic, partition))
    await this.#commits.run(
      () => this.#write(records, streams),
      (stored) => {
        this.#streams.show(stored)
        for (const { topic, partition } of new Set(streams))
          this.#groups.wake(topic.name, partition)
      },
    )
    this.#removeDue()
  }

  join(request: JoinRequest): Promise<Membership> {
    return Promise.resolve(this.#groups.join(request))
  }

  readAll(topic: string, visit: (record: LogRecord) => void): Promise<void> {
    for (const stream of this.#topic(topic)) {
      for (const record of this.#streams.rows(stream)) visit(record)
    }
    return Promise.resolve()
  }

  offsets(topic: string, partition: number): Promise<{ earliest: number; end: number }> {
    const { earliest, durable } = this.#stream(topic, partition)
    return Promise.resolve({ earliest, end: durable })
  }

  groupOffset(group: string, place: LogPlace): Promise<GroupOffset | null> {
    return Promise.resolve(this.#committed(group, place))
  }

  setGroupOffset(group: string, place: LogPlace, offset: GroupOffset): Promise<'ok' | 'busy'> {
    return this.#groups.setOffset(group, place, offset)
  }

  async close(): Promise<void> {
    this.#groups.close()
    await this.#commits.run(() => {
      this.#retention.saveAll()
      for (const stream of this.#streams.all) this.#streams.save(stream)
    })
  }

  #committed(group: string, { topic, partition }: LogPlace): GroupOffset | null {
    const row = this.#offsets.get.get(group, this.#stream(topic, partition).id)
    if (row === undefined) return null
    return { next: row['next'] as number, epoch: row['epoch'] as number }
  }

  #write(records: readonly NewRecord[], streams: readonly Stream[]): Stored[] {
    const stored: Stored[] = []
    const byStream = new Map<Stream, Stored[]>()
    const nowMs = this.#clock.now()
    for (const [index, record] of records.entries()) {
      const stream = streams[index]!
      const each = this.#streams.insert(stream, record, record.atMs ?? nowMs)
      stored.push(each)
      const mine = byStream.get(stream)
      if (mine === undefined) byStream.set(stream, [each])
      else mine.push(each)
    }
    for (const [stream, mine] of byStream) this.#retention.add(stream, mine)
    return stored
  }

  #removeDue(): void {
    const nowMs = this.#clock.now()
    if (nowMs < this.#removedMs + removeEveryMs) return
    this.#removedMs = nowMs
    void this.#removeAll(nowMs)
  }

  /** Removes everything due, a segment in each transaction, so that no writer waits long. */
  async #removeAll(nowMs: number): Promise<void> {
    try {
      for (let again = true; again; ) {
        again = await this.#commits.run(() => {
          const stream = this.#retention.removeOne(nowMs)
          if (stream !== null) this.#streams.save(stream)
          return stream !== null
        })
      }
      if (nowMs < this.#tombstonesMs + tombstonesEveryMs) return
      this.#tombstonesMs = nowMs
      await this.#commits.run(() => {
        this.#retention.removeTombstones(this.#streams.all, nowMs)
        for (const stream of this.#streams.all) this.#streams.save(stream)
      })
    } catch {
      // The file cannot be written: its writers are told so, and removal is tried again later.
    }
  }

  #topic(name: string): readonly Stream[] {
    const streams = this.#topics.get(name)
    if (streams === undefined) throw new Error(`topic ${name} was not ensured`)
    return streams
  }

  #stream(topic: string, partition: number): Stream {
    const stream = this.#topic(topic)[partition]
    if (stream === undefined) throw new Error(`${topic} has no partition ${partition}`)
    return stream
  }
}

function offsetStatements({ writer }: EmbeddedDatabase) {
  return {
    get: writer.prepare('SELECT next, epoch FROM group_offsets WHERE name = ? AND stream = ?'),
    set: writer.prepare(
      'INSERT OR REPLACE INTO group_offsets (name, stream, next, epoch) VALUES (?, ?, ?, ?)',
    ),
  }
}

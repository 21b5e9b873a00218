/**
 * The log: topics of ordered partitions, read by groups. Kafka, or one file, or memory.
 *
 * What every adapter promises:
 * - `append` resolves once every record is durable. Records of one partition keep their order, inside a
 *   call and across calls; a call that was refused is never stored after a later one was accepted. A
 *   refused call may have stored any of its records: the caller appends again, and readers drop what
 *   they have seen by position.
 * - A reader sees a partition's records in order, without repeats. Offsets grow and may have holes.
 * - A partition has at most one reader per group that is not lost, as far as the log knows. A paused
 *   process may not know yet that it lost one: only the checkpoint store refuses its commit.
 * - A call that the log did not answer rejects with UnreachableError, and may be made again; anything else
 *   that is thrown is a bug.
 * - Memory for records fetched and not yet taken is bounded; a reader that is not asked fetches no more.
 */

/** A record as read. `atMs` is when it was appended, milliseconds since the epoch. */
export interface LogRecord {
  readonly topic: string
  readonly partition: number
  readonly offset: number
  readonly key: string | null
  readonly value: Uint8Array | null
  readonly headers: Readonly<Record<string, string>>
  readonly atMs: number
}

/**
 * In place of records that the log holds and cannot give: a record without value, whose header of this name
 * says why (`unreadable-batch`). It stands for itself and those without header and value that follow it.
 */
export const unreadableHeader = 'culprit-unreadable'

export interface NewRecord {
  readonly topic: string
  readonly partition: number
  readonly key: string | null
  readonly value: Uint8Array | null
  readonly headers: Readonly<Record<string, string>>
  /** The log's clock when left out. */
  readonly atMs?: number
}

/** How long records stay; `compacted` keeps the last record of each key, and a null value deletes it. */
export type Retention =
  | { readonly kind: 'time'; readonly ms: number }
  | { readonly kind: 'compacted' }
  | { readonly kind: 'forever' }

export interface TopicSpec {
  readonly name: string
  readonly partitions: number
  readonly retention: Retention
  /** Somebody else's: made where it is missing, else taken with the partitions that it has. */
  readonly foreign?: true
}

export interface FetchRequest {
  /** A fetch ends with the record that reaches this; one larger record still comes alone. */
  readonly bytesMax: number
  /** How long to wait for the first record at the end of the partition. */
  readonly waitMs: number
  /** Ends the wait early, with no records. */
  readonly signal?: AbortSignal
}

export type Fetched =
  | {
      readonly status: 'ok'
      readonly records: readonly LogRecord[]
      /** The offset to go on from. */
      readonly next: number
      readonly bytes: number
      /** How many records retention removed before they were read. */
      readonly gap: number
      /**
       * Set when nothing lies behind these records: monotonic and wall time at which the fetch that
       * found the end was sent. Whatever was appended before then has been read.
       */
      readonly end: { readonly sentMonotonicMs: number; readonly sentWallMs: number } | null
    }
  /** Somebody else may own the partition now. */
  | { readonly status: 'lost' }
  /** The position lies behind the end: the topic was made anew. */
  | { readonly status: 'beyond-end'; readonly end: number }

/** What a group keeps of one partition, for units without a checkpoint. */
export interface GroupOffset {
  readonly next: number
  /** Which making of the topic the offset counts in, as a checkpoint's. */
  readonly epoch: number
}

/** One owned partition. Nothing is fetched before the first `seek`. */
export interface PartitionReader {
  readonly topic: string
  readonly partition: number
  readonly lost: boolean
  seek(offset: number): void
  fetch(request: FetchRequest): Promise<Fetched>
  /** Called between slices of work: keeps the membership alive. Returns whether it still is. */
  heartbeat(): Promise<boolean>
  /** The group's own offset; null before the first commit, and where the log forgot it with the topic. */
  committedOffset(): Promise<GroupOffset | null>
  commitOffset(offset: GroupOffset): Promise<'ok' | 'lost'>
}

export interface Membership {
  /** Gives all partitions back. The readers are lost afterwards. */
  leave(): Promise<void>
}

export interface JoinRequest {
  readonly group: string
  readonly topics: readonly string[]
  /**
   * Called at each change of what this member owns, synchronously, with a new reader for every
   * partition owned from now on, kept ones too. All readers handed out before are lost.
   */
  readonly assigned: (readers: readonly PartitionReader[]) => void
}

export interface LogPlace {
  readonly topic: string
  readonly partition: number
}

export interface EventLog {
  /** Makes what is missing. A topic with another number of partitions is a ConfigError. */
  ensureTopics(specs: readonly TopicSpec[]): Promise<void>
  /** Fixed when the topic was made. Throws for a topic that was not ensured: a bug. */
  partitionCount(topic: string): number
  append(records: readonly NewRecord[]): Promise<void>
  join(request: JoinRequest): Promise<Membership>
  /** Reads every record of the topic up to the end it has now, partition by partition. */
  readAll(topic: string, visit: (record: LogRecord) => void): Promise<void>
  /** First offset kept, and the offset that the next record gets. */
  offsets(topic: string, partition: number): Promise<{ earliest: number; end: number }>
  groupOffset(group: string, place: LogPlace): Promise<GroupOffset | null>
  /** `busy` while the group has members: theirs alone is the word. */
  setGroupOffset(group: string, place: LogPlace, offset: GroupOffset): Promise<'ok' | 'busy'>
  close(): Promise<void>
}

/**
 * What the engine drives: a pure state machine over one ordered input.
 *
 * Law (turn invariance): the outputs are a function of the records applied, in their order, alone. They
 * do not depend on how records were cut into turns, on a clock, on other units or on iteration order,
 * and a machine opened from the entries of any of its commits goes on to the same bytes.
 */

/** A record as read from the log. `atMs` is its append (arrival) time, milliseconds since the epoch. */
export interface InputRecord {
  readonly topic: string
  readonly partition: number
  readonly offset: number
  readonly key: string | null
  readonly value: Uint8Array | null
  readonly headers: Readonly<Record<string, string>>
  readonly atMs: number
}

/** A record to publish. The engine adds the position header and chooses the partition. */
export interface Output {
  readonly topic: string
  readonly key: string | null
  /** Hashed (murmur2) to choose the partition; `every` sends one copy to each partition of the topic. */
  readonly partitionBy: string | { readonly every: true }
  readonly value: Uint8Array | null
  readonly headers: Readonly<Record<string, string>>
}

/**
 * One piece of a unit's state. Entries of one `group` (a time window) are stored together and deleted
 * together; entries outside any window have group ''. Keys are unique within a group.
 */
export interface StateEntry {
  readonly group: string
  readonly key: string
  readonly value: Uint8Array
}

/** What changed since the changes were last taken. A deleted group takes all its entries with it, before `puts`. */
export interface StateChanges {
  readonly puts: readonly StateEntry[]
  readonly deletes: readonly { readonly group: string; readonly key: string }[]
  readonly deletedGroups: readonly string[]
}

/** What the records of one turn say about time: arrival is in the data, so this is a function of the log. */
export interface RecordTimes {
  /** Greatest min(event time, arrival time) of the points; a clock that runs ahead closes nobody's window. */
  readonly timeMs: number
  /** Arrival time of the last record. */
  readonly arrivedMs: number
  /** Greatest arrival - event of the points that were not refused; 0 where events are ahead. */
  readonly lagMs: number
  /** Records of telemetry among them. */
  readonly telemetry: number
}

export interface Machine {
  /** Applies one record. What throws here is a bug: the turn stays uncommitted. */
  apply(record: InputRecord): readonly Output[]
  /** Number of entries that `takeChanges` would return: the engine ends a turn before it grows too large. */
  readonly changedCount: number
  takeChanges(): StateChanges
  /** As `takeChanges` where nobody keeps checkpoints, without making the bytes. */
  forgetChanges?(): void
  /** `ingest` only: times of the records applied since this was last asked; null for none with a time. */
  takeTimes?(): RecordTimes | null
  /** This many records of the input were removed by retention before they were read. */
  lost?(count: number): void
  /** A record of a topic of `Processor.restore`, before the first input of a unit without a checkpoint. */
  restore?(record: InputRecord): void
}

export interface Processor {
  readonly name: 'ingest' | 'detect' | 'attribute' | 'deliver'
  readonly inputs: readonly string[]
  /** `detect` publishes before it commits; `attribute` commits its outputs in an outbox first. */
  readonly order: 'publish-then-commit' | 'commit-then-publish'
  /**
   * Compacted topics that a unit without a checkpoint reads to their ends first. It is given the records
   * whose `partitionBy` falls on its own input partition; null is nobody's.
   */
  readonly restore?: {
    readonly topics: readonly string[]
    partitionBy(record: InputRecord): string | null
  }
  open(unit: string, entries: Iterable<StateEntry>): Machine
}

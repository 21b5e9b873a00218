/**
 * Checkpoints of units: position and state move together, in one commit, or not at all.
 *
 * `generation` fences owners: every opening raises it to max(stored + 1, now in ms), so that it also
 * rises over a store that went back. `commit` numbers the commits; the next commit names the one it
 * stands on, so that a delta is never laid over another state than the one it was made from.
 */
import type { NewRecord } from './event-log.ts'

/** One piece of state. Entries of one `group` (a time window) are stored and deleted together; '' is no window. */
export interface StoredEntry {
  readonly group: string
  readonly key: string
  readonly value: Uint8Array
}

/** Deleted groups go first, then deletes, then puts. */
export interface StoredChanges {
  readonly puts: readonly StoredEntry[]
  readonly deletes: readonly { readonly group: string; readonly key: string }[]
  readonly deletedGroups: readonly string[]
}

/** Per upstream unit: the greatest position taken and the log time of its last record. */
export interface AppliedTable {
  /** Greatest log time seen, milliseconds since the epoch. */
  readonly logTimeMs: number
  /** [unit, offset, index, log time of the unit's last record], by unit. */
  readonly units: readonly (readonly [string, number, number, number])[]
}

/** Where a unit stands in its input. */
export interface UnitPlace {
  /** Next input offset; null when the unit has never committed. */
  readonly next: number | null
  /** Which making of the topic its offsets count in: 0 for the first, raised by `restart`. */
  readonly epoch: number
}

export interface Checkpoint extends UnitPlace {
  readonly generation: number
  readonly commit: number
  readonly applied: AppliedTable
  /** By group, then key, in code units. */
  readonly entries: readonly StoredEntry[]
  /** Records of the last commit that may not be published yet. */
  readonly outbox: readonly NewRecord[]
}

export interface Commit {
  readonly generation: number
  /** Number of the commit that this one stands on. */
  readonly base: number
  readonly next: number
  readonly applied: AppliedTable
  readonly changes: StoredChanges
  /** Replaces the stored outbox; left out, it is emptied. */
  readonly outbox?: readonly NewRecord[]
}

/**
 * `ok`      it is in
 * `done`    it was in already: only the answer had been lost
 * `fenced`  another owner opened the unit: drop everything
 * `moved`   the store stands elsewhere (it went back, or was emptied): load again, seek, go on
 */
export type CommitAnswer = 'ok' | 'done' | 'fenced' | 'moved'

export interface CheckpointStore {
  open(unit: string, nowMs: number): Promise<Checkpoint>
  /** Rejects with UnreachableError when the store did not answer: the same commit may be sent again. */
  commit(unit: string, commit: Commit): Promise<CommitAnswer>
  /**
   * The unit's topic was made anew: its next offset is 0, in an epoch of its own, max(stored + 1, now in
   * ms); all else stays. Fences whoever has the unit. Answers the epoch, null for a unit without commits.
   */
  restart(unit: string, nowMs: number): Promise<number | null>
  /** Without taking the unit; null for one that was never opened. */
  place(unit: string): Promise<UnitPlace | null>
  /** Names of units that have a checkpoint, in code units. For queries, as all below. */
  units(): Promise<readonly string[]>
  groups(unit: string): Promise<readonly string[]>
  /** Entries of one group whose keys begin with `prefix`, by key. */
  scan(unit: string, group: string, prefix: string): Promise<readonly StoredEntry[]>
  close(): Promise<void>
}

export const emptyApplied: AppliedTable = { logTimeMs: 0, units: [] }

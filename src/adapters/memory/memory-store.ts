/**
 * Checkpoints in memory: for `replay` and for tests, which may set it back to an older copy or empty it
 * to see what the engine makes of that.
 */
import type {
  AppliedTable,
  Checkpoint,
  CheckpointStore,
  Commit,
  CommitAnswer,
  StoredEntry,
  UnitPlace,
} from '../../ports/checkpoint-store.ts'
import { emptyApplied } from '../../ports/checkpoint-store.ts'
import type { NewRecord } from '../../ports/event-log.ts'

interface Unit {
  generation: number
  commit: number
  next: number | null
  epoch: number
  applied: AppliedTable
  outbox: readonly NewRecord[]
  groups: Map<string, Map<string, Uint8Array>>
}

export class MemoryStore implements CheckpointStore {
  #units = new Map<string, Unit>()

  open(unit: string, nowMs: number): Promise<Checkpoint> {
    const stored = this.#units.get(unit) ?? {
      generation: 0,
      commit: 0,
      next: null,
      epoch: 0,
      applied: emptyApplied,
      outbox: [],
      groups: new Map<string, Map<string, Uint8Array>>(),
    }
    stored.generation = Math.max(stored.generation + 1, nowMs)
    this.#units.set(unit, stored)
    const entries = sorted(stored.groups.keys()).flatMap((group) => entriesOf(stored, group, ''))
    const { generation, commit, next, epoch, applied, outbox } = stored
    return Promise.resolve({ generation, commit, next, epoch, applied, entries, outbox })
  }

  commit(unit: string, commit: Commit): Promise<CommitAnswer> {
    const stored = this.#units.get(unit)
    // An emptied store knows no generation: whoever asks has to open again.
    if (stored === undefined) return Promise.resolve('moved')
    if (stored.generation !== commit.generation) return Promise.resolve('fenced')
    if (stored.commit === commit.base + 1) return Promise.resolve('done')
    if (stored.commit !== commit.base) return Promise.resolve('moved')
    const { puts, deletes, deletedGroups } = commit.changes
    for (const group of deletedGroups) stored.groups.delete(group)
    for (const { group, key } of deletes) stored.groups.get(group)?.delete(key)
    for (const { group, key, value } of puts) {
      const entries = stored.groups.get(group) ?? new Map<string, Uint8Array>()
      stored.groups.set(group, entries.set(key, value))
    }
    stored.commit = commit.base + 1
    stored.next = commit.next
    stored.applied = commit.applied
    stored.outbox = commit.outbox ?? []
    return Promise.resolve('ok')
  }

  restart(unit: string, nowMs: number): Promise<number | null> {
    const stored = this.#units.get(unit)
    if (stored === undefined || stored.next === null) return Promise.resolve(null)
    stored.generation = Math.max(stored.generation + 1, nowMs)
    stored.epoch = Math.max(stored.epoch + 1, nowMs)
    stored.next = 0
    return Promise.resolve(stored.epoch)
  }

  place(unit: string): Promise<UnitPlace | null> {
    const { next, epoch } = this.#units.get(unit) ?? { next: null, epoch: null }
    return Promise.resolve(epoch === null ? null : { next, epoch })
  }

  units(): Promise<readonly string[]> {
    return Promise.resolve(sorted(this.#units.keys()))
  }

  groups(unit: string): Promise<readonly string[]> {
    const groups = this.#units.get(unit)?.groups ?? new Map<string, Map<string, Uint8Array>>()
    return Promise.resolve(sorted(groups.keys()).filter((group) => groups.get(group)!.size > 0))
  }

  scan(unit: string, group: string, prefix: string): Promise<readonly StoredEntry[]> {
    const stored = this.#units.get(unit)
    return Promise.resolve(stored === undefined ? [] : entriesOf(stored, group, prefix))
  }

  close(): Promise<void> {
    return Promise.resolve()
  }

  /** A copy that `goBack` can return to: a store that lost acknowledged commits. */
  copy(): ReadonlyMap<string, unknown> {
    return structuredClone(this.#units)
  }

  goBack(copy: ReadonlyMap<string, unknown>): void {
    this.#units = structuredClone(copy) as Map<string, Unit>
  }

  empty(): void {
    this.#units = new Map()
  }
}

function entriesOf(unit: Unit, group: string, prefix: string): StoredEntry[] {
  const entries = unit.groups.get(group)
  if (entries === undefined) return []
  return sorted(entries.keys())
    .filter((key) => key.startsWith(prefix))
    .map((key) => ({ group, key, value: entries.get(key)! }))
}

function sorted(names: Iterable<string>): string[] {
  return [...names].sort((a, b) => (a < b ? -1 : a > b ? 1 : 0))
}

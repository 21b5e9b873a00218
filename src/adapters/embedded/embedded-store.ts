/**
 * Checkpoints in the embedded file. A commit is one piece of a shared transaction: position, applied
 * positions, outbox and entries move together. Groups have integer ids that grow with time, so that the
 * rows of the windows now open lie together and a closed window is one range to delete.
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
import type { EmbeddedDatabase } from './database.ts'
import type { GroupCommit } from './group-commit.ts'

interface UnitRow {
  readonly id: number
  readonly generation: number
  readonly number: number
  readonly next: number | null
  readonly epoch: number
  readonly applied: string
  readonly outbox: string
}

export class EmbeddedStore implements CheckpointStore {
  readonly #commits: GroupCommit
  readonly #sql: ReturnType<typeof statements>
  readonly #queries: ReturnType<typeof queries>
  /** Ids of groups by unit id and name; as many as there are live windows. */
  readonly #groupIds = new Map<string, number>()

  constructor(database: EmbeddedDatabase, commits: GroupCommit) {
    this.#commits = commits
    this.#sql = statements(database)
    this.#queries = queries(database)
    commits.onRollback(() => this.#groupIds.clear())
  }

  open(unit: string, nowMs: number): Promise<Checkpoint> {
    return this.#commits.run(() => {
      const sql = this.#sql
      const found = sql.unit.get(unit) as UnitRow | undefined
      const generation = Math.max((found?.generation ?? 0) + 1, nowMs)
      if (found === undefined) sql.newUnit.run(unit, generation, JSON.stringify(emptyApplied))
      else sql.raise.run(generation, found.id)
      const row = sql.unit.get(unit) as unknown as UnitRow
      return {
        generation,
        commit: row.number,
        next: row.next,
        epoch: row.epoch,
        applied: JSON.parse(row.applied) as AppliedTable,
        entries: inCodeUnits(sql.entries.all(row.id) as unknown as StoredEntry[]),
        outbox: parseOutbox(row.outbox),
      }
    })
  }

  commit(unit: string, commit: Commit): Promise<CommitAnswer> {
    return this.#commits.run(() => {
      const row = this.#sql.unit.get(unit) as UnitRow | undefined
      if (row?.generation !== commit.generation) return 'fenced'
      if (row.number === commit.base + 1) return 'done'
      if (row.number !== commit.base) return 'moved'
      this.#change(row.id, commit)
      const { base, next, applied, outbox = [] } = commit
      this.#sql.commit.run(base + 1, next, JSON.stringify(applied), formatOutbox(outbox), row.id)
      return 'ok'
    })
  }

  restart(unit: string, nowMs: number): Promise<number | null> {
    return this.#commits.run(() => {
      const row = this.#sql.unit.get(unit) as UnitRow | undefined
      if (row === undefined || row.next === null) return null
      const epoch = Math.max(row.epoch + 1, nowMs)
      this.#sql.restart.run(Math.max(row.generation + 1, nowMs), epoch, row.id)
      return epoch
    })
  }

  place(unit: string): Promise<UnitPlace | null> {
    const row = this.#queries.place.get(unit) as unknown as UnitPlace | undefined
    return Promise.resolve(row === undefined ? null : { next: row.next, epoch: row.epoch })
  }

  units(): Promise<readonly string[]> {
    return Promise.resolve(this.#queries.units.all().map((row) => row['name'] as string))
  }

  groups(unit: string): Promise<readonly string[]> {
    return Promise.resolve(this.#queries.groups.all(unit).map((row) => row['name'] as string))
  }

  scan(unit: string, group: string, prefix: string): Promise<readonly StoredEntry[]> {
    const found: StoredEntry[] = []
    for (const row of this.#queries.scan.iterate(unit, group, prefix)) {
      const entry = row as unknown as StoredEntry
      if (!entry.key.startsWith(prefix)) break
      found.push(entry)
    }
    return Promise.resolve(inCodeUnits(found))
  }

  close(): Promise<void> {
    return Promise.resolve()
  }

  #change(unit: number, { changes }: Commit): void {
    const sql = this.#sql
    for (const name of changes.deletedGroups) {
      const group = this.#findGroup(unit, name)
      if (group === null) continue
      sql.deleteEntries.run(group)
      sql.deleteGroup.run(group)
      this.#groupIds.delete(`${unit} ${name}`)
    }
    for (const { group, key } of changes.deletes) {
      const id = this.#findGroup(unit, group)
      if (id !== null) sql.deleteEntry.run(id, key)
    }
    for (const { group, key, value } of changes.puts) {
      sql.put.run(this.#findGroup(unit, group) ?? this.#newGroup(unit, group), key, value)
    }
  }

  #findGroup(unit: number, name: string): number | null {
    const known = this.#groupIds.get(`${unit} ${name}`)
    if (known !== undefined) return known
    const row = this.#sql.group.get(unit, name)
    if (row === undefined) return null
    this.#groupIds.set(`${unit} ${name}`, row['id'] as number)
    return row['id'] as number
  }

  #newGroup(unit: number, name: string): number {
    const id = Number(this.#sql.newGroup.run(unit, name).lastInsertRowid)
    this.#groupIds.set(`${unit} ${name}`, id)
    return id
  }
}

function statements({ writer }: EmbeddedDatabase) {
  return {
    unit: writer.prepare(
      'SELECT id, generation, number, next, epoch, applied, outbox FROM units WHERE name = ?',
    ),
    newUnit: writer.prepare(
      "INSERT INTO units (name, generation, number, applied, outbox) VALUES (?, ?, 0, ?, '')",
    ),
    restart: writer.prepare('UPDATE units SET generation = ?, next = 0, epoch = ? WHERE id = ?'),
    raise: writer.prepare('UPDATE units SET generation = ? WHERE id = ?'),
    commit: writer.prepare(
      'UPDATE units SET number = ?, next = ?, applied = ?, outbox = ? WHERE id = ?',
    ),
    entries: writer.prepare(
      `SELECT groups.name AS "group", entries.key, entries.value FROM groups
       JOIN entries ON entries.grp = groups.id WHERE groups.unit = ? ORDER BY groups.name, entries.key`,
    ),
    group: writer.prepare('SELECT id FROM groups WHERE unit = ? AND name = ?'),
    newGroup: writer.prepare('INSERT INTO groups (unit, name) VALUES (?, ?)'),
    deleteGroup: writer.prepare('DELETE FROM groups WHERE id = ?'),
    deleteEntries: writer.prepare('DELETE FROM entries WHERE grp = ?'),
    deleteEntry: writer.prepare('DELETE FROM entries WHERE grp = ? AND key = ?'),
    put: writer.prepare(
      `INSERT INTO entries (grp, key, value) VALUES (?, ?, ?)
       ON CONFLICT (grp, key) DO UPDATE SET value = excluded.value`,
    ),
  }
}

function queries({ reader }: EmbeddedDatabase) {
  return {
    units: reader.prepare('SELECT name FROM units ORDER BY name'),
    place: reader.prepare('SELECT next, epoch FROM units WHERE name = ?'),
    groups: reader.prepare(
      `SELECT groups.name FROM groups JOIN units ON units.id = groups.unit WHERE units.name = ?
       AND EXISTS (SELECT 1 FROM entries WHERE grp = groups.id) ORDER BY groups.name`,
    ),
    // Keys from the prefix on; the caller stops where they no longer begin with it.
    scan: reader.prepare(
      `SELECT groups.name AS "group", entries.key, entries.value FROM units
       JOIN groups ON groups.unit = units.id JOIN entries ON entries.grp = groups.id
       WHERE units.name = ? AND groups.name = ? AND entries.key >= ? ORDER BY entries.key`,
    ),
  }
}

/** SQLite orders text by its UTF-8 bytes, which differs from code units beyond the basic plane alone. */
function inCodeUnits(entries: StoredEntry[]): StoredEntry[] {
  return entries.every((entry, at) => at === 0 || compare(entries[at - 1]!, entry) < 0)
    ? entries
    : entries.sort(compare)
}

function compare(a: StoredEntry, b: StoredEntry): number {
  if (a.group !== b.group) return a.group < b.group ? -1 : 1
  return a.key < b.key ? -1 : a.key > b.key ? 1 : 0
}

function formatOutbox(outbox: readonly NewRecord[]): string {
  if (outbox.length === 0) return ''
  return JSON.stringify(
    outbox.map(({ value, ...rest }) => ({
      ...rest,
      value: value === null ? null : Buffer.from(value).toString('base64'),
    })),
  )
}

function parseOutbox(text: string): NewRecord[] {
  if (text === '') return []
  const records = JSON.parse(text) as (Omit<NewRecord, 'value'> & { value: string | null })[]
  return records.map((record) => ({
    ...record,
    value: record.value === null ? null : new Uint8Array(Buffer.from(record.value, 'base64')),
  }))
}

/**
 * One commit as keys and arguments of the script, with what is changed sorted by group. Values go as Buffers:
 * as text they cost the client four to five times as much.
 */
import type { Commit, StoredChanges } from '../../ports/checkpoint-store.ts'
import { groupKey, type UnitKeys } from './keys.ts'
import { formatOutbox } from './outbox.ts'
import { leadingKeys } from './scripts.ts'

export interface CommitArguments {
  readonly keys: readonly string[]
  readonly values: readonly (string | Buffer)[]
}

interface Touched {
  isEmptied: boolean
  readonly deletes: string[]
  readonly puts: (string | Buffer)[]
}

export function commitArguments(
  keys: UnitKeys,
  commit: Commit,
  { expiryMs, renewMs }: { readonly expiryMs: number; readonly renewMs: number },
): CommitArguments {
  const groups = touchedGroups(commit.changes)
  const values: (string | Buffer)[] = [
    String(commit.generation),
    String(commit.base),
    String(commit.base + 1),
    String(commit.next),
    JSON.stringify(commit.applied),
    formatOutbox(commit.outbox ?? []),
    String(expiryMs),
    String(renewMs),
    keys.state,
    keys.window,
    ...groups.keys(),
  ]
  for (const { isEmptied, deletes, puts } of groups.values()) {
    values.push(isEmptied ? '1' : '0', String(deletes.length), String(puts.length))
    for (const key of deletes) values.push(key)
    for (const put of puts) values.push(put)
  }
  const touched = [...groups.keys()].map((group) => groupKey(keys, group))
  return { keys: [...leadingKeys(keys), ...touched], values }
}

function touchedGroups({ puts, deletes, deletedGroups }: StoredChanges): Map<string, Touched> {
  const groups = new Map<string, Touched>()
  const touch = (group: string) => {
    const known = groups.get(group)
    if (known !== undefined) return known
    const touched: Touched = { isEmptied: false, deletes: [], puts: [] }
    groups.set(group, touched)
    return touched
  }
  for (const group of deletedGroups) touch(group).isEmptied = true
  for (const { group, key } of deletes) touch(group).deletes.push(key)
  for (const { group, key, value } of puts) {
    touch(group).puts.push(key, Buffer.from(value.buffer, value.byteOffset, value.byteLength))
  }
  return groups
}

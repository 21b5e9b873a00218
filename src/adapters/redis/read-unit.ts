/**
 * Reads groups of a unit, piece by piece, so that a great one never holds the server. Complete only while
 * nobody writes: after the unit was taken, or for a query that may see a commit half.
 */
import type { StoredEntry } from '../../ports/checkpoint-store.ts'
import type { Connection } from './connection.ts'
import { groupKey, type UnitKeys } from './keys.ts'

/** Entries asked for at once: about a millisecond of the server. */
const pieceCount = '1000'
const groupsAtOnce = 32

/** Entries whose keys begin with `prefix`, by key. */
export async function readGroup(
  connection: Connection,
  keys: UnitKeys,
  { group, prefix }: { readonly group: string; readonly prefix: string },
): Promise<StoredEntry[]> {
  const key = groupKey(keys, group)
  const match = prefix === '' ? [] : ['MATCH', `${prefix.replaceAll(/[\\*?[\]]/g, '\\$&')}*`]
  const found: StoredEntry[] = []
  let cursor = '0'
  do {
    const [next, fields] = await connection.call((commands) =>
      commands.hscanBuffer(key, cursor, ...match, 'COUNT', pieceCount),
    )
    for (let at = 0; at + 1 < fields.length; at += 2) {
      const { buffer, byteOffset, byteLength } = fields[at + 1]!
      const value = new Uint8Array(buffer, byteOffset, byteLength)
      found.push({ group, key: fields[at]!.toString(), value })
    }
    cursor = next.toString()
  } while (cursor !== '0')
  found.sort((a, b) => (a.key < b.key ? -1 : a.key > b.key ? 1 : 0))
  // A hash that is rebuilt during a scan may give an entry twice; the sort is stable, so the last is the newest.
  return found.filter((entry, at) => entry.key !== found[at + 1]?.key)
}

/** All entries of the groups named, a list for each, in their order. */
export async function readGroups(
  connection: Connection,
  keys: UnitKeys,
  groups: readonly string[],
): Promise<StoredEntry[][]> {
  const read: StoredEntry[][] = []
  let at = 0
  const reader = async () => {
    while (at < groups.length) {
      const mine = at++
      read[mine] = await readGroup(connection, keys, { group: groups[mine]!, prefix: '' })
    }
  }
  await Promise.all(Array.from({ length: Math.min(groupsAtOnce, groups.length) }, reader))
  return read
}

/** In code units, as the port orders everything. */
export function sorted(names: Iterable<string>): string[] {
  return [...names].sort((a, b) => (a < b ? -1 : a > b ? 1 : 0))
}

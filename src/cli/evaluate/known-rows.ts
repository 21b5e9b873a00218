/** Rows written by an earlier run, perhaps on another machine: what this one did not measure, or with fewer releases. */
import { existsSync, readFileSync } from 'node:fs'
import { UsageError } from '../../core/kernel/errors.ts'
import { allCells, nameOf } from './cells.ts'
import type { Row } from './score.ts'

/** `rows`, with those of `file` in the place of smaller ones of the same seed and parameters; in the order of the cells. */
export function withKnownRows(
  rows: readonly Row[],
  file: string,
  { seed, digest }: { readonly seed: number; readonly digest: string },
): Row[] {
  const best = new Map(rows.map((row) => [keyOf(row), row]))
  for (const row of knownRows(file, seed)) {
    if (row.parameters !== digest) continue
    const own = best.get(keyOf(row))
    if (own === undefined || own.releases < row.releases) best.set(keyOf(row), row)
  }
  const places = new Map(allCells().map((cell, at) => [nameOf(cell), at]))
  const place = ({ cell }: Row) => places.get(cell) ?? Infinity
  return [...best.values()]
    .filter(({ cell }) => places.has(cell))
    .sort((a, b) => place(a) - place(b))
}

const keyOf = ({ cell, method }: Row) => `${cell} ${method}`

function knownRows(file: string, seed: number): readonly Row[] {
  if (!existsSync(file)) return []
  try {
    const known = JSON.parse(readFileSync(file, 'utf8')) as { seed?: number; cells?: Row[] }
    return known.seed === seed ? (known.cells ?? []) : []
  } catch {
    throw new UsageError(`--out: ${file} is no evaluation; remove it or name another folder`)
  }
}

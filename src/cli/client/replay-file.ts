/** The lines of a replay's output, by type: what a running server would have said. */
import { readFileSync } from 'node:fs'
import type { Incident } from '../../contracts/incident.ts'
import type { Release } from '../../contracts/release.ts'
import { UnreachableError } from '../../core/kernel/errors.ts'

export interface ReplayLine {
  readonly type: string
  readonly [key: string]: unknown
}

export function readReplay(file: string): ReplayLine[] {
  let text: string
  try {
    text = readFileSync(file, 'utf8')
  } catch {
    throw new UnreachableError(`cannot read ${file}`)
  }
  return text
    .split('\n')
    .filter((line) => line.trim() !== '')
    .flatMap((line) => {
      try {
        return [JSON.parse(line) as ReplayLine]
      } catch {
        return []
      }
    })
}

/** The newest state of each incident, newest first. */
export function incidentsIn(lines: readonly ReplayLine[]): Incident[] {
  const newest = new Map<string, Incident>()
  for (const line of lines) {
    if (line.type !== 'incident') continue
    const { type: _, ...incident } = line as unknown as Incident & { type: string }
    newest.set(incident.id, incident as Incident)
  }
  return [...newest.values()].reverse()
}

export function releasesIn(lines: readonly ReplayLine[]): Release[] {
  const newest = new Map<string, Release>()
  for (const line of lines) {
    if (line.type !== 'verdict') continue
    const { release } = line as unknown as { release: Release }
    newest.set(release.id, release)
  }
  return [...newest.values()].reverse()
}

/**
 * The lines of a replay's output, by type: what a running server would have said. A file without one such line is
 * another file, and saying that nothing was found in it would be wrong.
 */
import { readFileSync } from 'node:fs'
import type { Incident } from '../../contracts/incident.ts'
import type { Release } from '../../contracts/release.ts'
import { UnreachableError, UsageError } from '../../core/kernel/errors.ts'
import { replayKinds } from '../replay/output.ts'

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
  const lines = text.split('\n').flatMap(replayLine)
  if (lines.length === 0) {
    throw new UsageError(`${file} holds no line of the output of culprit replay`)
  }
  return lines
}

/** The line as a list of one; empty for what is none. */
function replayLine(text: string): ReplayLine[] {
  try {
    const value = JSON.parse(text) as unknown
    return isReplayLine(value) ? [value] : []
  } catch {
    return []
  }
}

function isReplayLine(value: unknown): value is ReplayLine {
  const type = (value as { type?: unknown } | null)?.type
  return typeof type === 'string' && (replayKinds as readonly string[]).includes(type)
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

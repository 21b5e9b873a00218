/**
 * A change of a release as attribution sees it. The one door from `Change`, and the place where provenance
 * stays outside: who or what wrote it is not copied.
 */
import type { Change, ChangedFile } from '../../contracts/change.ts'
import type { Candidate, CandidateFile } from './types.ts'

export function candidateOf(change: Change, units: readonly string[]): Candidate {
  const counted = change.files.filter(({ generated }) => !generated)
  const known = counted.every(({ linesAdded }) => linesAdded !== undefined)
  const lines =
    change.files.length > 0 && known
      ? counted.reduce((sum, file) => sum + (file.linesAdded ?? 0) + (file.linesDeleted ?? 0), 0)
      : change.linesAdded + change.linesDeleted
  return {
    id: change.id,
    kind: 'change',
    title: change.subject,
    revision: change.sha,
    units,
    lines,
    files: change.files.map(fileOf),
    committedAtMs: change.committedAtMs,
  }
}

function fileOf(file: ChangedFile): CandidateFile {
  return {
    path: file.path,
    oldPath: file.oldPath ?? null,
    created: file.status === 'A',
    generated: file.generated,
    head: file.head ?? null,
    functions: file.functions ?? null,
    tokens: file.tokens ?? null,
  }
}

/** A release whose changes are not known is one hypothesis: itself. */
export function releaseCandidate(release: {
  readonly id: string
  readonly title: string
  readonly revision: string | null
}): Candidate {
  return {
    ...release,
    kind: 'release',
    units: [release.id],
    lines: null,
    files: [],
    committedAtMs: null,
  }
}

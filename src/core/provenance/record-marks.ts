/**
 * What the records beside a commit say of it: its notes, the Agent Trace records that belong to it, its pull request.
 * Pure; notes that could not be read are counted.
 */
import { readAgentTrace, type TraceEdit } from './agent-trace.ts'
import { readAuthorshipBlob } from './authorship-blob.ts'
import type { CommitFacts, NoteFacts } from './commit-facts.ts'
import { readGitAiNote } from './git-ai-note.ts'
import type { Marked } from './mark.ts'
import { noteClaims } from './note-claims.ts'
import { pullMarks } from './pull-marks.ts'
import type { RuleBook } from './rule-book.ts'
import { type LinkedEdit, traceClaims } from './trace-claims.ts'

export interface RecordMarks extends Marked {
  readonly notesRead: number
  readonly notesRefused: number
}

export function readRecordMarks(commit: CommitFacts, book: RuleBook): RecordMarks {
  const edits: LinkedEdit[] = [...(commit.linked?.edits ?? [])]
  const marked: Marked[] = [{ marks: pullMarks(commit.linked?.pull ?? null, book), claims: [] }]
  let notesRead = 0
  for (const source of commit.notes) {
    if (source.form === 'agent-trace') {
      const read = readAgentTrace(source.text)
      edits.push(...ownEdits(read.edits, source, commit))
      if (read.records > 0) notesRead++
      continue
    }
    const claims = claimsOf(source, commit, book)
    if (claims === null) continue
    marked.push(claims)
    notesRead++
  }
  marked.push(traceClaims(edits, commit, book.modelAliases))
  return {
    marks: marked.flatMap(({ marks }) => marks),
    claims: marked.flatMap(({ claims }) => claims),
    notesRead,
    notesRefused: commit.notes.length - notesRead,
  }
}

function claimsOf(source: NoteFacts, commit: CommitFacts, book: RuleBook): Marked | null {
  const read =
    source.form === 'git-ai-note' ? readGitAiNote(source.text) : readAuthorshipBlob(source.text)
  return read.ok ? noteClaims({ note: read.note, source }, commit, book.modelAliases) : null
}

/** A note hangs on its commit; the record names that commit, its parent, which was checked out, or none. */
function ownEdits(
  edits: readonly TraceEdit[],
  { ref, blob }: NoteFacts,
  { sha, parents }: CommitFacts,
): LinkedEdit[] {
  return edits.flatMap((edit): LinkedEdit[] => {
    const exact = edit.revision === null || edit.revision === sha
    const own = exact || parents.includes(edit.revision ?? '')
    return own ? [{ edit, exact, locator: `${ref}:${blob}` }] : []
  })
}

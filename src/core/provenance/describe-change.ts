/**
 * One commit's facts -> a `Change` with its provenance. Pure; refusals of notes are answered beside it.
 *
 * A merge keeps its marks and counts no lines. People are shown as the setting `provenance.people` wants them:
 * by name, as a hash that joins what one person did, or not at all; agents and automation always by name.
 */
import type { Change } from '../../contracts/change.ts'
import { readAuthorshipBlob } from './authorship-blob.ts'
import { combine } from './combine.ts'
import type { CommitFacts, FileFacts, RepositoryId } from './commit-facts.ts'
import { readCommitMarks } from './commit-marks.ts'
import { readGitAiNote } from './git-ai-note.ts'
import { kindOf } from './kind.ts'
import type { Marked } from './mark.ts'
import { readMessage } from './message.ts'
import { noteClaims } from './note-claims.ts'
import { countLines } from './ranges.ts'
import type { RuleBook } from './rule-book.ts'

export interface Described {
  readonly change: Change
  /** What became of the commit's note. */
  readonly note: 'none' | 'read' | 'refused'
}

export function changeId(repo: RepositoryId, sha: string): string {
  const name = [repo.host, repo.owner, repo.name].filter((part) => part !== '').join('/')
  return `${name}@${sha}`
}

export function describeChange(
  commit: CommitFacts,
  { repo, book }: { readonly repo: RepositoryId; readonly book: RuleBook },
): Described {
  const message = readMessage(commit.message)
  const author = book.identities.identify(commit.author)
  const committer = book.identities.identify(commit.committer)
  const { marks, coAuthors } = readCommitMarks(commit, message, book)
  const noted = claimsOfNote(commit, book)
  const merge = commit.parents.length > 1
  const linesAdded = merge ? 0 : commit.files.reduce((sum, file) => sum + countLines(file.added), 0)
  const linesDeleted = merge ? 0 : commit.files.reduce((sum, file) => sum + file.deletedLines, 0)
  const { provenance, sections } = combine({
    marks: [...marks, ...noted.marks],
    claims: noted.claims,
    files: commit.files,
    linesAdded,
    authorClass: author.identity.class,
    sections: message.sections,
    rulesVersion: book.rulesVersion,
  })
  const change: Change = {
    id: changeId(repo, commit.sha),
    repo: { ...repo },
    sha: commit.sha,
    parents: [...commit.parents],
    ...kindOf(commit, message),
    authoredAtMs: commit.authoredAtMs,
    committedAtMs: commit.committedAtMs,
    tzOffsetMin: commit.tzOffsetMin,
    author: author.identity,
    committer: committer.identity,
    coAuthors: coAuthors.map(({ identity }) => identity),
    subject: message.subject,
    ...(sections ? { sections } : {}),
    files: commit.files.map(fileOf),
    linesAdded,
    linesDeleted,
    provenance,
  }
  return { change, note: noted.outcome }
}

function fileOf(file: FileFacts): Change['files'][number] {
  const { path, oldPath, status, added, deletedLines, binary, generated, functions, tokens } = file
  return {
    path,
    ...(oldPath === undefined ? {} : { oldPath }),
    status,
    added: added.map(([from, to]) => [from, to]),
    deletedLines,
    linesAdded: countLines(added),
    linesDeleted: deletedLines,
    binary,
    generated,
    functions: [...functions],
    ...(tokens === null ? {} : { tokens: [...tokens] }),
  }
}

function claimsOfNote(
  commit: CommitFacts,
  book: RuleBook,
): Marked & { readonly outcome: Described['note'] } {
  const source = commit.note
  if (source === null) return { marks: [], claims: [], outcome: 'none' }
  const read =
    source.form === 'git-ai-note' ? readGitAiNote(source.text) : readAuthorshipBlob(source.text)
  if (!read.ok) return { marks: [], claims: [], outcome: 'refused' }
  const claims = noteClaims({ note: read.note, source }, commit, book.modelAliases)
  return { ...claims, outcome: 'read' }
}

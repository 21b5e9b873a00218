/**
 * One commit's facts -> a `Change` with its provenance. Pure; refusals of notes are answered beside it.
 *
 * A merge keeps its marks and counts no lines. People are shown as the setting `provenance.people` wants them:
 * by name, as a hash that joins what one person did, or not at all; agents and automation always by name.
 */
import type { Change } from '../../contracts/change.ts'
import { withCheckpoints } from './checkpoint-marks.ts'
import { combine } from './combine.ts'
import type { CommitFacts, FileFacts, RepositoryId } from './commit-facts.ts'
import { readCommitMarks } from './commit-marks.ts'
import { type KindFacts, kindOf } from './kind.ts'
import { readMessage } from './message.ts'
import type { PullFacts } from './pull-request.ts'
import { countLines } from './ranges.ts'
import { readRecordMarks } from './record-marks.ts'
import type { RuleBook } from './rule-book.ts'

export interface Described {
  readonly change: Change
  readonly notesRead: number
  readonly notesRefused: number
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
  const { marks: recorded, claims, notesRead, notesRefused } = readRecordMarks(commit, book)
  const merge = commit.parents.length > 1
  const linesAdded = merge ? 0 : commit.files.reduce((sum, file) => sum + countLines(file.added), 0)
  const linesDeleted = merge ? 0 : commit.files.reduce((sum, file) => sum + file.deletedLines, 0)
  const { provenance, sections } = combine({
    marks: [...withCheckpoints(marks, commit, book.modelAliases), ...recorded],
    claims,
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
    ...withPull(kindOf(commit, message), commit.linked?.pull ?? null),
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
  return { change, notesRead, notesRefused }
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

/** What is known of the pull request beside what the subject says. */
function withPull(facts: KindFacts, pull: PullFacts | null): KindFacts {
  if (pull === null || pull.number === 0) return facts
  const { number, headRef, author, mergedAtMs, labels, reviewers, checks } = pull
  return {
    ...facts,
    pr: {
      ...(facts.pr ?? { mergeMethod: 'unknown' }),
      number,
      ...(headRef === null ? {} : { headRef }),
      ...(author === null ? {} : { author }),
      ...(mergedAtMs === null ? {} : { mergedAtMs }),
      labels: [...labels],
      ...(reviewers.length === 0 ? {} : { reviewers: [...reviewers] }),
      ...(checks.length === 0 ? {} : { checks: checks.map((check) => ({ ...check })) }),
    },
  }
}

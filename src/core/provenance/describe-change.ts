/**
 * One commit's facts -> a `Change` with its provenance. Pure; refusals of notes are answered beside it.
 *
 * A merge keeps its marks and counts no lines. People are shown as the setting `provenance.people` wants them:
 * by name, as a hash that joins what one person did, or not at all; agents and automation always by name.
 */
import type { Change } from '../../contracts/change.ts'
import { withCheckpoints } from './checkpoint-marks.ts'
import { combine } from './combine.ts'
import type { CommitFacts, FileFacts, LinkedFacts, RepositoryId } from './commit-facts.ts'
import { readCommitMarks } from './commit-marks.ts'
import { type KindFacts, kindOf } from './kind.ts'
import { readMessage } from './message.ts'
import type { PullFacts } from './pull-request.ts'
import { countLines } from './ranges.ts'
import { readRecordMarks } from './record-marks.ts'
import type { RuleBook } from './rule-book.ts'
import { squashMarks } from './squash-marks.ts'

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
  const own = [...withCheckpoints(marks, commit, book.modelAliases), ...recorded]
  const squashed = squashMarks(commit, own, book)
  const { provenance, sections } = combine({
    marks: [...own, ...squashed.marks],
    claims: [...claims, ...squashed.claims],
    files: commit.files,
    linesAdded,
    authorClass: author.identity.class,
    reviewer: author.account?.role === 'review-suggestion',
    sections: message.sections,
    rulesVersion: book.rulesVersion,
  })
  const change: Change = {
    id: changeId(repo, commit.sha),
    repo: { ...repo },
    sha: commit.sha,
    parents: [...commit.parents],
    ...withRecords(kindOf(commit, message), commit.linked),
    authoredAtMs: commit.authoredAtMs,
    committedAtMs: commit.committedAtMs,
    tzOffsetMin: commit.tzOffsetMin,
    author: author.identity,
    committer: committer.identity,
    coAuthors: coAuthors.map(({ identity }) => identity),
    subject: message.subject,
    ...ownersOf(commit.linked?.owners ?? []),
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

function ownersOf(owners: readonly string[]): Pick<Change, 'owners'> {
  return owners.length === 0 ? {} : { owners: [...owners] }
}

/** What records say of the pull request and of the commits of a squash, beside what the message says. */
function withRecords(facts: KindFacts, linked: LinkedFacts | null): KindFacts {
  const { commits = [], same = false } = linked?.squashed ?? {}
  const squashed = same ? [] : commits.map(({ sha }) => sha)
  const known =
    squashed.length > 0 ? { ...facts, kind: squashKind(facts), squashOf: squashed } : facts
  const pull = linked?.pull ?? null
  return pull === null || pull.number === 0 ? known : { ...known, pr: pullOf(known, pull) }
}

/** A request of one commit or many, merged as one: a plain commit by its message alone. */
function squashKind({ kind }: KindFacts): KindFacts['kind'] {
  return kind === 'commit' ? 'squash' : kind
}

function pullOf(facts: KindFacts, pull: PullFacts): NonNullable<KindFacts['pr']> {
  const { number, headRef, author, mergedAtMs, labels, reviewers, checks } = pull
  return {
    ...(facts.pr ?? { mergeMethod: 'unknown' }),
    number,
    ...(headRef === null ? {} : { headRef }),
    ...(author === null ? {} : { author }),
    ...(mergedAtMs === null ? {} : { mergedAtMs }),
    labels: [...labels],
    ...(reviewers.length === 0 ? {} : { reviewers: [...reviewers] }),
    ...(checks.length === 0 ? {} : { checks: checks.map((check) => ({ ...check })) }),
  }
}

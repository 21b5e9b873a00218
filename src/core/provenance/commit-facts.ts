/**
 * What a repository says about one commit, before anybody reads a meaning into it.
 *
 * Times are integer milliseconds since the epoch; lines are 1-based and inclusive, in the file at the commit.
 * Text is decoded as UTF-8 with replacement. `tokens` is null where words of the added text are not wanted.
 */
import type { Checkpoint } from './entire.ts'
import type { PullFacts } from './pull-request.ts'
import type { LineRange } from './ranges.ts'
import type { LinkedEdit } from './trace-claims.ts'

export interface Person {
  readonly name: string
  readonly email: string
}

export interface FileFacts {
  readonly path: string
  readonly oldPath?: string
  readonly status: 'A' | 'M' | 'D' | 'R' | 'C'
  /** Sorted and disjoint. */
  readonly added: readonly LineRange[]
  readonly deletedLines: number
  readonly binary: boolean
  /** By its path or by a mark in its own text. */
  readonly generated: boolean
  readonly functions: readonly string[]
  readonly tokens: readonly string[] | null
}

/** One note of a commit, as text. `authorship-blob` is the older form of Git AI, one blob per commit. */
export interface NoteFacts {
  readonly ref: string
  readonly blob: string
  readonly form: 'git-ai-note' | 'authorship-blob' | 'agent-trace'
  readonly text: string
}

/** Lines of a squash from `line` on were lines from `lineThen` on of one of its commits. */
export interface SquashedLines {
  readonly sha: string
  readonly path: string
  readonly pathThen: string
  readonly line: number
  readonly lineThen: number
  readonly count: number
}

/** The commits that a squash was made of, newest first. */
export interface SquashedFacts {
  readonly commits: readonly CommitFacts[]
  /** Of those that have notes. */
  readonly lines: readonly SquashedLines[]
  /** It is one commit, and its change is the same. */
  readonly same: boolean
}

/** What other records of the repository, or of its pull requests, say of one commit. */
export interface LinkedFacts {
  readonly edits: readonly LinkedEdit[]
  readonly checkpoints: readonly Checkpoint[]
  readonly pull: PullFacts | null
  readonly squashed: SquashedFacts | null
  /** Who answers for its files, by the repository's own file. */
  readonly owners: readonly string[]
}

export const noRecords: LinkedFacts = {
  edits: [],
  checkpoints: [],
  pull: null,
  squashed: null,
  owners: [],
}

export interface CommitFacts {
  readonly sha: string
  readonly parents: readonly string[]
  readonly author: Person
  readonly committer: Person
  readonly authoredAtMs: number
  readonly committedAtMs: number
  readonly tzOffsetMin: number
  readonly message: string
  /** Empty for a merge. */
  readonly files: readonly FileFacts[]
  readonly notes: readonly NoteFacts[]
  readonly linked: LinkedFacts | null
}

export interface RepositoryId {
  readonly host: string
  readonly owner: string
  readonly name: string
}

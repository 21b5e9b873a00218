/** What a release contains, as a repository tells it: the delta between two revisions with its changes. */
import type { Change, ReleaseDelta } from '../contracts/change.ts'
import type {
  CommitFacts,
  LinkedFacts,
  NoteFacts,
  RepositoryId,
  SquashedFacts,
  SquashedLines,
} from '../core/provenance/commit-facts.ts'
import type { Described } from '../core/provenance/describe-change.ts'

export type {
  CommitFacts,
  Described,
  LinkedFacts,
  NoteFacts,
  RepositoryId,
  SquashedFacts,
  SquashedLines,
}

/** Records of a repository beside its notes, as text. */
export interface RecordTexts {
  readonly traces: readonly { readonly path: string; readonly text: string }[]
  /** By the checkpoint's id: its own metadata and that of its sessions. */
  readonly checkpoints: ReadonlyMap<string, readonly string[]>
  /** The file at the head that says who answers for which path. */
  readonly codeOwners: string | null
  /** By commit: what it was made of, where that is still there. */
  readonly squashes: ReadonlyMap<string, SquashedFacts>
}

/** What makes a meaning out of what the repository holds. */
export interface HistoryReader {
  /** The pull request that a message names, and the commits that it says it was made of, newest first. */
  readonly squashOf: (message: string) => {
    readonly pull: number | null
    readonly listed: readonly string[]
  }
  /** Checkpoints that a message names. */
  readonly checkpointIdsOf: (message: string) => readonly string[]
  /** Which record belongs to which commit; `commits` newest first. */
  readonly link: (
    commits: readonly CommitFacts[],
    records: RecordTexts,
  ) => ReadonlyMap<string, LinkedFacts>
  readonly describe: (commit: CommitFacts, repo: RepositoryId) => Described
}

export interface HistoryRange {
  /**
   * Revisions as a person types them; `from` is not part of the range, `to` is its head. Without `from` it is the whole
   * history of `to`.
   */
  readonly from: string | null
  readonly to: string
  /** Commits of this time and after it alone. */
  readonly sinceMs?: number
}

/** What was met on the way; nothing of it is dropped silently. */
export interface HistoryCounts {
  readonly notesRead: number
  readonly notesRefused: number
  readonly filesBlamed: number
  /** Files of the range for which no lines at the head can be told. */
  readonly filesNotBlamed: number
}

export type HistoryAnswer =
  | {
      readonly outcome: 'read'
      readonly delta: Omit<ReleaseDelta, 'service' | 'environment'>
      /** Oldest first. */
      readonly changes: readonly Change[]
      readonly repository: RepositoryId & { readonly url: string | null }
      readonly counts: HistoryCounts
    }
  | {
      readonly outcome: 'refused'
      readonly reason: 'no-repository' | 'unknown-revision' | 'not-trusted' | 'unreadable'
      readonly detail: string
    }

export interface GitHistory {
  changes(range: HistoryRange): Promise<HistoryAnswer>
}

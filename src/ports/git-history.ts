/** What a release contains, as a repository tells it: the delta between two revisions with its changes. */
import type { Change, ReleaseDelta } from '../contracts/change.ts'

export interface HistoryRange {
  /** Revisions as a person types them; `from` is not part of the range, `to` is its head. */
  readonly from: string
  readonly to: string
}

export type HistoryAnswer =
  | {
      readonly outcome: 'read'
      readonly delta: Omit<ReleaseDelta, 'service' | 'environment'>
      /** Oldest first. */
      readonly changes: readonly Change[]
    }
  | {
      readonly outcome: 'refused'
      readonly reason: 'no-repository' | 'unknown-revision' | 'not-trusted' | 'unreadable'
      readonly detail: string
    }

export interface GitHistory {
  changes(range: HistoryRange): Promise<HistoryAnswer>
}

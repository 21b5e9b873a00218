/**
 * The form of detection rules and known accounts (provenance reference, section 20).
 *
 * Rules are data: what a mark looks like, which tool it speaks of, how much it says. Squash, section and
 * indentation adjustments live in code. Patterns are matched against one line of at most 1,000 characters,
 * case-insensitive, and begin with `^`.
 */
import type { Evidence } from '../../../contracts/change.ts'

export type AccountRole = 'author' | 'co-author' | 'review-suggestion'

export interface Account {
  readonly email?: string
  /** GitHub's numeric id; it stays when an account is renamed. */
  readonly githubId?: number
  /** GitHub's account name, `[bot]` included. */
  readonly slug?: string
  readonly tool: string
  readonly class: 'agent' | 'automation' | 'placeholder'
  readonly role?: AccountRole
  /** An account that is recognised but is evidence for nothing by itself, such as a wrapper's. */
  readonly mute?: boolean
}

export interface Rule {
  readonly id: string
  readonly enabled?: boolean
  readonly target:
    | 'author'
    | 'committer'
    | 'subject'
    | 'message-line'
    | 'trailer-identity'
    | 'pr-author'
    | 'pr-body'
    | 'head-ref'
    | 'label'
  /** Lower case; for `trailer-identity` alone. */
  readonly trailerKeys?: readonly string[]
  readonly match: {
    /** Known accounts of agents, those with role `review-suggestion` apart. */
    readonly accounts?: 'agents' | 'reviewers'
    readonly emails?: readonly string[]
    readonly notEmails?: readonly string[]
    readonly pattern?: string
    /** A trailer's value that names an assistant, in the forms of `assistant.ts`. */
    readonly assistant?: 'known' | 'unknown'
  }
  /** A tool's name, or where it is read from: `by-identity`, `by-value`, `by-group`; `generic` for none. */
  readonly tool: string
  readonly model?: 'display-name' | 'group'
  readonly session?: boolean
  readonly source: Evidence['source']
  readonly role: Evidence['role']
  readonly confidence: number
  /** Commits of these UTC dates, both included, count less. */
  readonly windows?: readonly {
    readonly from: string
    readonly to: string
    readonly confidence: number
    readonly flag: 'fp-window'
  }[]
  readonly note?: string
}

export interface Rules {
  readonly schemaVersion: 1
  readonly rulesVersion: string
  readonly accounts: readonly Account[]
  readonly modelAliases: Readonly<Record<string, string>>
  readonly rules: readonly Rule[]
}

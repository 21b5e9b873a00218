/**
 * A mark: one piece of evidence with what it says beyond itself (which agent, which session, which section), and
 * a claim: lines that a note gives to an AI or to a person. Both are what `combine` makes a `Provenance` of.
 */
import type { Evidence } from '../../contracts/change.ts'
import type { Agent } from './models.ts'
import type { LineRange } from './ranges.ts'

export interface SessionMark {
  readonly id: string
  readonly url?: string
  readonly traceIds: readonly string[]
  readonly humanDirector?: string
}

export interface Mark {
  readonly evidence: Evidence
  /** Where it stands in its source; marks of one rule are told apart and sorted by it. */
  readonly order: number
  /** Null for the mark of a person. */
  readonly agent: Agent | null
  readonly session: SessionMark | null
  readonly section: number | null
  /** Who wrote it, where that is not the tool it speaks of. */
  readonly writer?: string
  /** How many of the added lines it says are an AI's, where it counts them. */
  readonly counted?: number
}

export interface Claim {
  readonly path: string
  readonly ranges: readonly LineRange[]
  readonly by: 'ai' | 'human' | 'mixed'
  readonly mark: Mark
  /** Of two claims of one source for one line the later one wins. */
  readonly order: number
}

export interface Marked {
  readonly marks: readonly Mark[]
  readonly claims: readonly Claim[]
}

export const excerptMax = 256

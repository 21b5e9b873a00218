/**
 * What attribution works on: plain data about hypotheses and evidence, without any word on who or what
 * wrote a change. Provenance cannot enter the causal score because it has no way in.
 *
 * Instants are milliseconds since the epoch, evidence is natural-log. Ids are unique in one input.
 */
import type { Frame } from '../../contracts/service-events.ts'
import type { EvidenceTerm } from '../../contracts/incident.ts'
import type { SignalName } from '../../contracts/signal.ts'

export interface CandidateFile {
  readonly path: string
  readonly oldPath: string | null
  readonly created: boolean
  /** Generated or vendored: no size, no text. */
  readonly generated: boolean
  /** Lines at the release head that the change last touched, 1-based and inclusive; null where unknown. */
  readonly head: readonly (readonly [number, number])[] | null
  readonly functions: readonly string[] | null
  readonly tokens: readonly string[] | null
}

/** One change that may be the cause. A flag or config push is a change of one or no file. */
export interface Candidate {
  readonly id: string
  readonly kind: 'change' | 'release' | 'flag' | 'config'
  readonly title: string
  readonly revision: string | null
  /** Exposure units that it rides in. */
  readonly units: readonly string[]
  /** Added and removed, generated and vendored left out; null where unknown. */
  readonly lines: number | null
  readonly files: readonly CandidateFile[]
  readonly committedAtMs: number | null
}

/** What is switched together: a release of one service, a flag, a config push. */
export interface ExposureUnit {
  readonly id: string
  readonly service: string
  readonly startMs: number
  /** New against old version of the same service, log evidence; null where they never ran side by side. */
  readonly contrast: number | null
  /** Flag or config: contrast by per-request evaluation. */
  readonly flagContrast?: number | null
  /** Effect by exposure share, log evidence (section 7). */
  readonly dose?: number | null
  /** The level after the rollback or flag-off, log evidence (section 7). */
  readonly reversal?: number | null
}

/** A monitored stream, healthy or not. */
export interface AttributionStream {
  readonly id: string
  readonly service: string
  readonly signal: SignalName
  readonly route: string | null
  readonly caller: string | null
  readonly logE: number
  readonly onsetMs: number | null
  /** Files that spans of the route execute, where known. */
  readonly code: readonly string[] | null
}

export interface CallEdge {
  readonly caller: string
  readonly callee: string
}

/** An error kind of the regression. */
export interface ErrorKind {
  readonly fingerprint: string
  readonly service: string
  readonly type: string
  readonly template: string
  /** Newest call first. */
  readonly frames: readonly Frame[]
}

export interface AttributionInput {
  readonly onsetMs: number
  readonly units: readonly ExposureUnit[]
  readonly candidates: readonly Candidate[]
  readonly streams: readonly AttributionStream[]
  readonly edges: readonly CallEdge[]
  readonly kinds: readonly ErrorKind[]
  /** Handlers of the symptomatic routes, for kinds without a production frame. */
  readonly entryFiles: readonly string[]
  /** The old version against its own forecast, where it went on beside the new one. */
  readonly oldShift: { readonly logE: number; readonly onsetMs: number | null } | null
}

export type TermName = EvidenceTerm['term']

export interface Term {
  readonly term: TermName
  /** Log likelihood ratio against "has nothing to do with it". */
  readonly llr: number
  /** One sentence with the numbers. */
  readonly fact: string
}

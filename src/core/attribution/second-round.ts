/**
 * A second cause behind the first (attribution reference, section 10): what the primary one covers poorly
 * must come from somewhere else. Explaining away by noisy-or coverage.
 */
import { coverage, streamLlr } from './topology.ts'
import { naming, topology } from './parameters.ts'

const coveredMin = 0.4
const unexplainedLogE = Math.log(100)

export interface CoveredStream {
  readonly logE: number
  /** Reach of each cause already named. */
  readonly named: readonly number[]
}

/** Strong streams that the named causes cover poorly: without any there is no second round. */
export function isUnexplained({ logE, named }: CoveredStream): boolean {
  return coverage(named) < coveredMin && logE > unexplainedLogE
}

/** Topology of one more cause, given those named: q(S + c) against q(S). `qs`: its reach, stream by stream. */
export function addedTopology(streams: readonly CoveredStream[], qs: readonly number[]): number {
  return streams.reduce((sum, { logE, named }, i) => {
    const before = coverage(named)
    const after = coverage([...named, qs[i] ?? topology.elsewhere])
    return sum + streamLlr(after, logE, before)
  }, 0)
}

/** Stop when the best further cause is below this. */
export const furtherCauseMin = naming.probabilityMin

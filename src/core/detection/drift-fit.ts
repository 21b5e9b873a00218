/**
 * Fits a stream's drift: the (tau, phi) under which its quiet past was most likely (detection reference
 * 4.4, step 3). On 1-minute buckets, one chain a day, by the filter's own predictive likelihood.
 */
import { NullFilter } from './null-filter.ts'
import type { Observation } from './observation.ts'
import type { Mode } from './parameters.ts'
import { stateSpace } from './state-space.ts'

export interface DriftCandidate {
  readonly tau: number
  readonly phiPerMinute: number
}

const grid = (taus: readonly number[], phis: readonly number[]): DriftCandidate[] =>
  taus.flatMap((tau) => phis.map((phiPerMinute) => ({ tau, phiPerMinute })))

export const driftCandidates: Readonly<Record<Mode, readonly DriftCandidate[]>> = {
  split: grid([0.03, 0.06, 0.1, 0.15, 0.2, 0.3], [0.8, 0.9, 0.95, 0.98]),
  forecast: grid([0.05, 0.1, 0.15, 0.2, 0.3, 0.4], [0.9, 0.95, 0.98, 0.99]),
}

export interface QuietPast {
  readonly mode: Mode
  readonly eta: number
  /** One array a day; null where a bucket is missing. */
  readonly days: readonly (readonly (Observation | null)[])[]
  /** 60, or the stream's own step where that is longer. */
  readonly stepSeconds: number
}

export function driftLogLikelihood(past: QuietPast, candidate: DriftCandidate): number {
  const space = stateSpace({
    mode: past.mode,
    nuisance: { eta: past.eta, ...candidate },
    stepSeconds: past.stepSeconds,
  })
  return past.days.reduce((sum, day) => {
    const filter = new NullFilter({ space })
    for (const each of day) {
      if (each) filter.observe(each)
      else filter.skip()
    }
    return sum + filter.logLikelihood
  }, 0)
}

/** The likeliest candidate; ties go to the first. */
export function fitDrift(
  past: QuietPast,
  candidates: readonly DriftCandidate[] = driftCandidates[past.mode],
): DriftCandidate | null {
  let best: DriftCandidate | null = null
  let bestLog = -Infinity
  for (const candidate of candidates) {
    const log = driftLogLikelihood(past, candidate)
    if (log > bestLog) {
      best = candidate
      bestLog = log
    }
  }
  return best
}

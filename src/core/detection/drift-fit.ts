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

interface CandidateGrid {
  readonly taus: readonly number[]
  readonly phis: readonly number[]
}

export const driftCandidates: Readonly<Record<Mode, CandidateGrid>> = {
  split: { taus: [0.03, 0.06, 0.1, 0.15, 0.2, 0.3], phis: [0.8, 0.9, 0.95, 0.98] },
  forecast: { taus: [0.05, 0.1, 0.15, 0.2, 0.3, 0.4], phis: [0.9, 0.95, 0.98, 0.99] },
}

export interface QuietPast {
  readonly mode: Mode
  readonly eta: number
  /** One array a day; null where a bucket is missing. */
  readonly days: readonly (readonly (Observation | null)[])[]
  /** 60, or the stream's own step where that is longer. */
  readonly stepSeconds: number
  /** Most that an observation may tell, in events; no limit by default. */
  readonly informationMax?: number
  readonly incidentRates?: readonly number[]
}

export function driftLogLikelihood(past: QuietPast, candidate: DriftCandidate): number {
  const space = stateSpace({
    mode: past.mode,
    nuisance: { eta: past.eta, ...candidate },
    stepSeconds: past.stepSeconds,
    ...(past.informationMax === undefined ? {} : { informationMax: past.informationMax }),
    ...(past.incidentRates === undefined ? {} : { incidentRates: past.incidentRates }),
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

/**
 * The likeliest candidate, found by climbing from the middle of the grid: about ten of the 24 are worked
 * out. Null for a past that says nothing.
 */
export function fitDrift(past: QuietPast): DriftCandidate | null {
  if (!past.days.some((day) => day.some((each) => each !== null))) return null
  const { taus, phis } = driftCandidates[past.mode]
  const known = new Map<string, number>()
  const logOf = (t: number, p: number): number => {
    const key = `${t} ${p}`
    const found = known.get(key)
    if (found !== undefined) return found
    const inside = t >= 0 && t < taus.length && p >= 0 && p < phis.length
    const log = inside
      ? driftLogLikelihood(past, { tau: taus[t]!, phiPerMinute: phis[p]! })
      : -Infinity
    known.set(key, log)
    return log
  }
  let [t, p] = [2, 2]
  for (;;) {
    const straight = [
      [t - 1, p],
      [t + 1, p],
      [t, p - 1],
      [t, p + 1],
    ] as const
    const slanting = [-1, 1].flatMap((a) => [-1, 1].map((b) => [t + a, p + b] as const))
    const next = climb(straight, t, p, logOf) ?? climb(slanting, t, p, logOf)
    if (next === null) return { tau: taus[t]!, phiPerMinute: phis[p]! }
    ;[t, p] = next
  }
}

/** The best of `steps` if it is better than where one stands. */
function climb(
  steps: readonly (readonly [number, number])[],
  t: number,
  p: number,
  logOf: (t: number, p: number) => number,
): readonly [number, number] | null {
  let best: readonly [number, number] | null = null
  for (const step of steps) {
    if (logOf(...step) > (best === null ? logOf(t, p) : logOf(...best))) best = step
  }
  return best
}

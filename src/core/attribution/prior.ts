/**
 * Prior over the changes: by size alone (attribution reference, section 3). Provenance-blind; a learned
 * coefficient of AI provenance may be passed to compute the report beside it, never the score itself.
 */
import { logSumExp } from '../kernel/math/log-sum-exp.ts'
import { prior } from './parameters.ts'
import type { Candidate } from './types.ts'

export interface CandidatePrior {
  readonly id: string
  readonly logPrior: number
  /** What its size adds against equal shares. */
  readonly sizeLlr: number
}

/** `extra`: log prior odds to add by id, 0 by default. Shares of the candidates sum to 1 - environment - unobserved. */
export function candidatePriors(
  candidates: readonly Candidate[],
  extra: ReadonlyMap<string, number> = new Map(),
): CandidatePrior[] {
  const sizes = candidates.map(({ lines }) => (lines === null ? null : sizeScore(lines)))
  const unknown = unknownScore(candidates, sizes)
  const scores = candidates.map(({ id }, i) => (sizes[i] ?? unknown) + (extra.get(id) ?? 0))
  const total = logSumExp(scores)
  const mass = Math.log(1 - prior.environment - prior.unobserved)
  return candidates.map(({ id }, i) => ({
    id,
    logPrior: mass + scores[i]! - total,
    sizeLlr: scores[i]! - total + Math.log(candidates.length),
  }))
}

function sizeScore(lines: number): number {
  return (prior.sizeWeight * Math.log2(1 + lines)) / 5
}

/** A release whose changes are unknown stands for as much as the releases whose changes are known, on average. */
function unknownScore(candidates: readonly Candidate[], sizes: readonly (number | null)[]): number {
  const units = new Map<string, number[]>()
  candidates.forEach(({ units: [unit = ''] }, i) => {
    const size = sizes[i]
    if (typeof size === 'number') units.set(unit, [...(units.get(unit) ?? []), size])
  })
  if (units.size === 0) return 0
  return logSumExp([...units.values()].map(logSumExp)) - Math.log(units.size)
}

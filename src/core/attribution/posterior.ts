/**
 * Bayes over {changes} + external + unobserved in log odds that add up (attribution reference, formula 5).
 *
 * An unobserved change rides with one of the known units, so it shares the unit's physical evidence: mean
 * over units of exp(topology + contrast + onset). It has no code, text or size.
 */
import { logSumExp } from '../kernel/math/log-sum-exp.ts'
import { clipped, limits, prior } from './parameters.ts'
import type { TermName } from './types.ts'

export interface ScoredTerm {
  readonly term: TermName
  readonly llr: number
}

export interface ScoredHypothesis {
  readonly id: string
  readonly logPrior: number
  readonly terms: readonly ScoredTerm[]
}

export interface Scored {
  readonly candidates: readonly ScoredHypothesis[]
  /** Physical terms of each exposure unit by itself. */
  readonly units: readonly (readonly ScoredTerm[])[]
  readonly environmentLlr: number
}

export interface Posterior {
  readonly candidates: ReadonlyMap<string, number>
  readonly external: number
  readonly unobserved: number
  readonly unobservedLlr: number
}

/** `without`: a term left out of everything, for saying what it alone contributes. */
export function posteriorOf(scored: Scored, without: TermName | null = null): Posterior {
  const sumOf = (terms: readonly ScoredTerm[]) =>
    terms.reduce((sum, { term, llr }) => (term === without ? sum : sum + llr), 0)
  const scores = scored.candidates.map(({ logPrior, terms }) => logPrior + sumOf(terms))
  const unobservedLlr =
    scored.units.length > 0 ? logSumExp(scored.units.map(sumOf)) - Math.log(scored.units.length) : 0
  const external = Math.log(prior.environment) + clipped(scored.environmentLlr, limits.environment)
  const unobserved = Math.log(prior.unobserved) + unobservedLlr
  const total = logSumExp([...scores, external, unobserved])
  return {
    candidates: new Map(scored.candidates.map(({ id }, i) => [id, Math.exp(scores[i]! - total)])),
    external: Math.exp(external - total),
    unobserved: Math.exp(unobserved - total),
    unobservedLlr,
  }
}

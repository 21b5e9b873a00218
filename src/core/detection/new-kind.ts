/**
 * Evidence that an error kind never seen before is the release's doing: negative binomial ratio of x
 * distinct traces in N requests against a Gamma(a, b) rate under the null (detection reference, section 8).
 *
 * Counts are cumulative since the release, which makes the value an e-process. Count traces, not log lines.
 * Test the group of all unseen kinds: to pick one after seeing it would be selection.
 */
import { logSumExp } from '../kernel/math/log-sum-exp.ts'
import { newKind } from './parameters.ts'

export interface KindPrior {
  /** Shape: prior events plus those of this kind seen before the release (0 for a new one). */
  readonly events: number
  /** Rate: prior requests plus the requests of the history. */
  readonly requests: number
}

export function kindPrior(history: {
  readonly events: number
  readonly requests: number
}): KindPrior {
  return {
    events: newKind.events + history.events,
    requests: newKind.requests + history.requests,
  }
}

export interface KindCounts {
  readonly traces: number
  readonly requests: number
}

/** log w_j + log ratio for each theta_j tested: their sum in log space is the evidence. */
export function newKindTerms(
  { traces, requests }: KindCounts,
  prior: KindPrior,
  { thetas, weights }: { thetas: readonly number[]; weights: readonly number[] } = newKind,
): number[] {
  const shape = prior.events + traces
  const usual = Math.log(prior.requests + requests)
  return thetas.map(
    (theta, j) =>
      Math.log(weights[j]!) +
      traces * Math.log(theta) +
      shape * (usual - Math.log(prior.requests + theta * requests)),
  )
}

export function newKindLogE(...args: Parameters<typeof newKindTerms>): number {
  return logSumExp(newKindTerms(...args))
}

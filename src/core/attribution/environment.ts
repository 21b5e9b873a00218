/**
 * Is it the environment: do siblings that no change reaches show the same shift with the same onset
 * (attribution reference, section 2)? Log Bayes factor, clipped to +-6.
 *
 * A shared incident hits four of five siblings, anything else one in a hundred. A sibling service speaks
 * once, with the mean of its streams' e-values; a shift with another onset is no shift. 0 without siblings.
 */
import { logSumExp } from '../kernel/math/log-sum-exp.ts'
import { clipped, limits, sameOnsetMs, sharedIncidentShare } from './parameters.ts'
import { streamLlr } from './topology.ts'
import type { AttributionInput, AttributionStream } from './types.ts'

export interface EnvironmentEvidence {
  readonly llr: number
  readonly siblings: number
  /** Of them, how many show the shift. */
  readonly shifted: number
}

export function environmentEvidence(
  siblings: readonly AttributionStream[],
  { onsetMs, oldShift }: Pick<AttributionInput, 'onsetMs' | 'oldShift'>,
): EnvironmentEvidence {
  const services = new Map<string, number[]>()
  const matched = (logE: number, atMs: number | null) => {
    const same = atMs === null || Math.abs(atMs - onsetMs) <= sameOnsetMs
    return same ? logE : Math.min(logE, 0)
  }
  for (const { service, logE, onsetMs: atMs } of siblings) {
    services.set(service, [...(services.get(service) ?? []), matched(logE, atMs)])
  }
  const evidence = [...services.values()].map((logs) => logSumExp(logs) - Math.log(logs.length))
  if (oldShift) evidence.push(matched(oldShift.logE, oldShift.onsetMs))
  const llr = evidence.reduce((sum, logE) => sum + streamLlr(sharedIncidentShare, logE), 0)
  return {
    llr: clipped(llr, limits.environment),
    siblings: evidence.length,
    shifted: evidence.filter((logE) => logE >= Math.log(10)).length,
  }
}

/**
 * Bayes in log space, for the bucket in which a plain product underflows: all mass sits on states that
 * the bucket excludes by more than e^-575, as after a jump of a stream with millions of events.
 *
 * Slow and exact. Writes the normalised posterior and returns the log of its normaliser.
 */
import { logSumExp } from '../kernel/math/log-sum-exp.ts'

/** Prior mass i meets likelihood i; as many as the shorter of the two has. */
export function reweighInLogSpace(
  prior: Float64Array,
  logLikelihood: Float64Array,
  out: Float64Array,
  base: number,
): number {
  const count = Math.min(prior.length, logLikelihood.length)
  const terms = new Float64Array(count)
  for (let i = 0; i < count; i++) terms[i] = Math.log(prior[i]!) + logLikelihood[i]!
  const total = logSumExp(terms)
  for (let i = 0; i < count; i++) out[base + i] = Math.exp(terms[i]! - total)
  return total
}

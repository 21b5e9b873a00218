/**
 * What a bucket says about its level, for both observation models (detection reference, section 3).
 *
 *   split:     e1 | K ~ Binomial(K, s), logit s = level + o    log-lik = e1 (level + o) - K softplus(level + o)
 *   forecast:  e ~ Poisson(exp(level + o))                     log-lik = e (level + o) - exp(level + o)
 *
 * o is the sum of drift, incident, warm-up and effect, all log rates. Constants are dropped. Exposure is at
 * least 0.5, so that an empty arm has a finite level; a caller who knows that an arm is empty skips it.
 */

export interface Observation {
  readonly level: number
  /** Events of the new version; all events in forecast mode. */
  readonly events: number
  /** Events of both versions; not read in forecast mode. */
  readonly total: number
}

const exposureMin = 0.5

/** Exposure and events of the new version (1) and of the old one (0) in one bucket. */
export interface SplitCounts {
  readonly n1: number
  readonly e1: number
  readonly n0: number
  readonly e0: number
}

export function splitObservation({ n1, e1, n0, e0 }: SplitCounts): Observation {
  const level = Math.log(Math.max(n1, exposureMin) / Math.max(n0, exposureMin))
  return { level, events: e1, total: e1 + e0 }
}

/** `logRate` is the forecast log(events / exposure). */
export interface ForecastCounts {
  readonly n: number
  readonly e: number
  readonly logRate: number
}

export function forecastObservation({ n, e, logRate }: ForecastCounts): Observation {
  return { level: Math.log(Math.max(n, exposureMin)) + logRate, events: e, total: e }
}

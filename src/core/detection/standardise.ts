/**
 * The whole-service stream at the old mix of routes, so that a change of the mix is not an effect
 * (detection reference, section 11): expected events are those at the old per-route rates.
 */
import type { ForecastCounts, SplitCounts } from './observation.ts'

/**
 * A route's old rate, drawn towards the service's by half an event, so that a route without history takes
 * the service's rate instead of none.
 */
export function routeRate(
  { events, requests }: { readonly events: number; readonly requests: number },
  serviceRate: number,
): number {
  return (events + 0.5) / (requests + 0.5 / serviceRate)
}

export interface SplitRoute extends SplitCounts {
  /** Old rate of the route. */
  readonly rate: number
}

/** Split mode: exposure sum n_r p_r / p in both arms. */
export function standardiseSplit(routes: readonly SplitRoute[], serviceRate: number): SplitCounts {
  const sum = { n1: 0, e1: 0, n0: 0, e0: 0 }
  for (const { n1, e1, n0, e0, rate } of routes) {
    sum.n1 += (n1 * rate) / serviceRate
    sum.n0 += (n0 * rate) / serviceRate
    sum.e1 += e1
    sum.e0 += e0
  }
  return sum
}

/** Forecast mode: the log rate of the service is that of its routes, weighted by today's traffic. */
export function standardiseForecast(routes: readonly ForecastCounts[]): ForecastCounts {
  let n = 0
  let e = 0
  let expected = 0
  for (const route of routes) {
    n += route.n
    e += route.e
    expected += route.n * Math.exp(route.logRate)
  }
  return { n, e, logRate: n > 0 && expected > 0 ? Math.log(expected / n) : -Infinity }
}

/** A route with its old rate. */
export interface MixedRoute {
  readonly n: number
  readonly rate: number
}

/**
 * Forecast mode with a season: by how much today's mix of routes alone raises the log rate of the service
 * over what it was at the old mix. To be added to the service's own forecast.
 */
export function mixShift(routes: readonly MixedRoute[], serviceRate: number): number {
  let n = 0
  let expected = 0
  for (const route of routes) {
    n += route.n
    expected += route.n * route.rate
  }
  return n > 0 && expected > 0 ? Math.log(expected / (n * serviceRate)) : 0
}

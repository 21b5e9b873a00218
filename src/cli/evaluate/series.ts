/** The streams of a synthetic release: what each counts in a bucket. */
import { incidentRatesAt, latencyQuantiles, type Mode } from '../../core/detection/parameters.ts'
import { type Counts, callers, perRoute } from './service.ts'

export interface ArmCounts {
  readonly n1: number
  readonly e1: number
  readonly n0: number
  readonly e0: number
}

export type Series = (counts: Counts) => ArmCounts

function column(route: number | null, at: number): Series {
  return ({ one, zero }) => {
    if (route !== null) {
      const row = route * perRoute
      return { n1: one[row]!, e1: one[row + at]!, n0: zero[row]!, e0: zero[row + at]! }
    }
    let [n1, e1, n0, e0] = [0, 0, 0, 0]
    for (let row = 0; row < one.length; row += perRoute) {
      n1 += one[row]!
      e1 += one[row + at]!
      n0 += zero[row]!
      e0 += zero[row + at]!
    }
    return { n1, e1, n0, e0 }
  }
}

/** `route` null: the whole service. */
export const errorsOf = (route: number | null): Series => column(route, 1)
export const slowOf = (route: number | null, q: number): Series => column(route, 2 + q)

/** Errors of both versions together. */
export function everyone(counts: Counts): { n: number; e: number } {
  const { n1, e1, n0, e0 } = column(null, 1)(counts)
  return { n: n1 + n0, e: e1 + e0 }
}

/** The old version's errors before against after, beside the new one. */
export const oldVersion = 'old version'

/** Arrivals are both versions' together; the exposure is the number of 10-s buckets. */
export function arrivals(counts: Counts, buckets: number): { n: number; e: number } {
  const { n1, n0 } = column(null, 1)(counts)
  return { n: buckets, e: n1 + n0 }
}

export const callsOf =
  (caller: number) =>
  ({ attempts, failedCalls }: Counts): { n: number; e: number } => ({
    n: attempts[caller]!,
    e: failedCalls[caller]!,
  })

/** Every stream that is fitted by itself. */
export interface FittedSeries {
  readonly key: string
  readonly mode: Mode
  /** Routes beyond the ten busiest keep two days of minutes only (detection reference, section 23). */
  readonly long: boolean
  readonly of: (counts: Counts, buckets: number) => ArmCounts
  readonly incidentRates?: readonly number[]
  /** The product keeps no past of it: it is judged by the defaults. */
  readonly unfitted?: true
}

const longRoutes = 10

export function fittedSeries(mode: Mode, routes: number): FittedSeries[] {
  const all: FittedSeries[] = []
  const add = (key: string, of: FittedSeries['of'], own: Mode = mode, over = {}) =>
    all.push({ key, mode: own, long: true, of, ...over })
  for (const route of [null, ...Array.from({ length: routes }, (_, r) => r)]) {
    const long = route === null || route < longRoutes
    add(keyOf('errors', route), errorsOf(route), mode, { long })
    for (const [q, quantile] of latencyQuantiles.entries()) {
      const over = { long, incidentRates: incidentRatesAt(quantile) }
      add(keyOf(`latency ${q}`, route), slowOf(route, q), mode, over)
    }
  }
  const alone = ({ n, e }: { n: number; e: number }) => ({ n1: n, e1: e, n0: 0, e0: 0 })
  add('traffic', (counts, buckets) => alone(arrivals(counts, buckets)), 'forecast')
  for (const caller of callers.keys()) {
    const calls = (counts: Counts) => alone(callsOf(caller)(counts))
    add(`calls ${caller}`, calls, 'forecast', { unfitted: true })
  }
  if (mode === 'split') add(oldVersion, (counts) => alone(everyone(counts)), 'forecast')
  return all
}

export function keyOf(what: string, route: number | null): string {
  return route === null ? what : `${what} of ${route}`
}

/** A minute of metrics of one service with a latency histogram: log-normal, of a given median. */
import type { Rollup } from '../../src/contracts/service-events.ts'
import { normalCdf } from '../../src/core/kernel/math/normal.ts'
import { poisson } from './otlp-lines.ts'
import { minuteOfMetrics } from './service-events.ts'

const sigma = 0.5
/** Of the histogram: 9 % steps. */
const scale = 3
const step = Math.LN2 / 2 ** scale

export interface LatencyMinute {
  readonly atMs: number
  readonly version: string
  /** Seconds. */
  readonly median: number
  readonly random: () => number
  readonly requests?: number
  /** Share of the requests that takes ten times as long. */
  readonly slow?: number
  readonly errorRate?: number
  readonly service?: string
  readonly routes?: readonly string[]
  /** Explicit bounds in place of exponential buckets, seconds. */
  readonly bounds?: readonly number[]
}

export function minuteOfLatency(minute: LatencyMinute): Rollup {
  const { atMs, version, random, requests = 3_600, errorRate = 0.005 } = minute
  const { service = 'production/shop/checkout', routes = ['GET /'] } = minute
  return minuteOfMetrics({
    service,
    version,
    startMs: atMs,
    rows: routes.map((route) => {
      const latency = minute.bounds ? explicitOf(minute, requests) : exponentialOf(minute, requests)
      const counted = latency.counts.reduce((sum, each) => sum + each, 0)
      const errors = poisson(random, counted * errorRate)
      return { route, requests: counted, errors, unanswered: 0, latency }
    }),
  })
}

/** A Poisson draw a bucket, of the requests that a log-normal puts there. */
function exponentialOf({ median, random, slow = 0 }: LatencyMinute, requests: number) {
  const middle = Math.log(median)
  const offset = Math.floor((middle - 3.2 * sigma) / step)
  const length = Math.ceil((6.7 * sigma + (slow > 0 ? Math.LN10 : 0)) / step)
  const below = (index: number) => {
    const z = (index * step - middle) / sigma
    return (1 - slow) * normalCdf(z) + (slow > 0 ? slow * normalCdf(z - Math.LN10 / sigma) : 0)
  }
  const counts = Array.from({ length }, (_, at) =>
    poisson(random, requests * (below(offset + at + 1) - below(offset + at))),
  )
  return { scale, offset, counts, zero: 0, sum: 0, min: null, max: null }
}

function explicitOf({ median, random, bounds = [] }: LatencyMinute, requests: number) {
  const below = (bound: number) => normalCdf(Math.log(bound / median) / sigma)
  const counts = [...bounds, Infinity].map((bound, at) => {
    const from = at === 0 ? 0 : below(bounds[at - 1]!)
    return poisson(random, requests * ((bound === Infinity ? 1 : below(bound)) - from))
  })
  return { bounds: [...bounds], counts, sum: 0, min: null, max: null }
}

/**
 * The latency histogram of a metric point in seconds, in the shape that it came in.
 *
 * Explicit bounds are divided by the unit. An exponential histogram is brought to scale 6 or coarser (exactly); in
 * another unit than seconds each bucket then moves to the one that holds its geometric middle: off by at most half a
 * bucket, 0.55 % at scale 6. A histogram without buckets, and a summary, keep count and sum alone.
 */
import type { Latency } from '../../../contracts/latency.ts'
import { downscaled, startScale } from '../../kernel/histogram/exponential.ts'
import { bucketIndex } from '../../kernel/histogram/indexer.ts'
import {
  type Metric,
  type MetricPoint,
  temporalityCumulative,
} from '../../intake/otlp/telemetry.ts'

/** Seconds per unit; UCUM codes and the words that people write. */
const secondsPer: ReadonlyMap<string, number> = new Map([
  ['s', 1],
  ['sec', 1],
  ['second', 1],
  ['seconds', 1],
  ['ms', 1e-3],
  ['millisecond', 1e-3],
  ['milliseconds', 1e-3],
  ['us', 1e-6],
  ['μs', 1e-6],
  ['µs', 1e-6],
  ['microsecond', 1e-6],
  ['microseconds', 1e-6],
  ['ns', 1e-9],
  ['nanosecond', 1e-9],
  ['nanoseconds', 1e-9],
  ['min', 60],
  ['h', 3600],
])

/** Units per second, so that 5 ms becomes exactly 0.005 s. Without a unit the name decides, then the convention. */
export function unitsPerSecond({ unit, name }: Pick<Metric, 'unit' | 'name'>): number {
  const seconds = secondsPer.get(unit.replace(/[{}]/g, '').trim().toLowerCase())
  if (seconds !== undefined) return seconds < 1 ? Math.round(1 / seconds) : 1 / seconds
  if (/(_ms|[._]milliseconds?)([._]|$)/.test(name)) return 1000
  if (/[._]seconds?([._]|$)/.test(name)) return 1
  const inMilliseconds = /^(http|rpc)\.(server|client)\.duration$|span\.?metrics/
  return inMilliseconds.test(name) ? 1000 : 1
}

export function latencyOf(metric: Metric, point: MetricPoint): Latency | null {
  const perSecond = unitsPerSecond(metric)
  const cumulative = metric.temporality === temporalityCumulative || metric.kind === 'summary'
  const tail = {
    sum: (point.sum ?? 0) / perSecond,
    // Of a running total they are since its start and say nothing of a window.
    min: point.min === null || cumulative ? null : point.min / perSecond,
    max: point.max === null || cumulative ? null : point.max / perSecond,
  }
  switch (metric.kind) {
    case 'gauge':
    case 'sum':
      return null
    case 'summary':
      return { bounds: [], counts: [point.count], ...tail }
    case 'histogram': {
      if (point.counts.length === 0) return { bounds: [], counts: [point.count], ...tail }
      return {
        bounds: point.bounds.map((bound) => bound / perSecond),
        counts: [...point.counts],
        ...tail,
      }
    }
    case 'exponential':
      return { ...exponentialOf(point, perSecond), zero: point.zero, ...tail }
  }
}

function exponentialOf(
  point: MetricPoint,
  perSecond: number,
): { scale: number; offset: number; counts: number[] } {
  const steps = Math.max(0, point.scale - startScale)
  const scale = point.scale - steps
  const { offset, counts } = downscaled(point, { steps })
  if (counts.length === 0) return { scale, offset: 0, counts: [] }
  if (perSecond === 1) return { scale, offset, counts }
  return { scale, offset: offset + unitShift(scale, perSecond), counts }
}

/** By how many buckets a change of unit moves every value: the nearest whole number to log_base(1/perSecond). */
function unitShift(scale: number, perSecond: number): number {
  // The middle of the bucket (1, base] in seconds; its index is the shift of bucket 0, hence of all.
  const middle = 2 ** (0.5 * 2 ** -scale)
  return bucketIndex(middle / perSecond, scale)
}

/** Requests of a point: its count, or that of its buckets for a sender that leaves the count out. */
export function requestsOf(metric: Metric, point: MetricPoint): number {
  if (metric.kind === 'sum') return point.value
  if (point.count > 0) return point.count
  return point.counts.reduce((total, count) => total + count, point.zero)
}

/**
 * Differences cumulative series (OTLP data model, *Cumulative*): each point minus the one before it.
 *
 * A point not newer than the last is dropped (`out-of-order`), never a reset. A reset is a later time
 * with a changed start or a smaller count; the new value then counts from zero. A first point counts
 * in full if its series began within two spacings, else it is only the base: starts are per series, so
 * a new attribute set of an old process is no restart (otel-in-the-wild, *Metrics*).
 */
import type { ExplicitLatency, ExponentialLatency, Latency } from '../../contracts/latency.ts'

export interface SeriesPoint {
  readonly startMs: number
  readonly timeMs: number
  readonly count: number
  readonly latency: Latency | null
}

export type Difference =
  | { readonly kind: 'base' }
  | { readonly kind: 'out-of-order' }
  | {
      readonly kind: 'delta'
      readonly count: number
      readonly latency: Latency | null
      readonly spacingMs: number | null
      /** It began anew since the point before. */
      readonly reset: boolean
    }

export function difference(
  before: SeriesPoint | undefined,
  now: SeriesPoint,
  spacingMs: number,
): Difference {
  if (before === undefined) {
    const recent = now.startMs > 0 && now.timeMs - now.startMs <= 2 * spacingMs
    return recent
      ? { kind: 'delta', count: now.count, latency: now.latency, spacingMs: null, reset: false }
      : { kind: 'base' }
  }
  if (now.timeMs <= before.timeMs) return { kind: 'out-of-order' }
  const spacing = now.timeMs - before.timeMs
  const restarted = now.startMs !== before.startMs && now.startMs > 0 && before.startMs > 0
  if (restarted || now.count < before.count) {
    return {
      kind: 'delta',
      count: now.count,
      latency: now.latency,
      spacingMs: spacing,
      reset: true,
    }
  }
  const latency = subtract(now.latency, before.latency)
  const count = now.count - before.count
  return { kind: 'delta', count, latency, spacingMs: spacing, reset: false }
}

function subtract(now: Latency | null, before: Latency | null): Latency | null {
  if (now === null || before === null) return now
  if ('bounds' in now) {
    return 'bounds' in before && sameBounds(now, before) ? subtractExplicit(now, before) : now
  }
  return 'bounds' in before ? now : subtractExponential(now, before)
}

function sameBounds(a: ExplicitLatency, b: ExplicitLatency): boolean {
  return a.bounds.length === b.bounds.length && a.bounds.every((bound, i) => bound === b.bounds[i])
}

function subtractExplicit(now: ExplicitLatency, before: ExplicitLatency): ExplicitLatency {
  const counts = now.counts.map((count, i) => Math.max(0, count - before.counts[i]!))
  return {
    bounds: now.bounds,
    counts,
    sum: Math.max(0, now.sum - before.sum),
    min: null,
    max: null,
  }
}

/** `before` may be finer (scales only fall within one series): it is brought down to the newer scale. */
function subtractExponential(
  now: ExponentialLatency,
  before: ExponentialLatency,
): ExponentialLatency {
  const shift = before.scale - now.scale
  if (shift < 0) return now
  const counts = [...now.counts]
  for (const [i, count] of before.counts.entries()) {
    const at = ((before.offset + i) >> shift) - now.offset
    if (at >= 0 && at < counts.length) counts[at] = Math.max(0, counts[at]! - count)
  }
  return {
    scale: now.scale,
    offset: now.offset,
    counts,
    zero: Math.max(0, now.zero - before.zero),
    sum: Math.max(0, now.sum - before.sum),
    min: null,
    max: null,
  }
}

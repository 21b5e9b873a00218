/**
 * Buckets of a release's series as points of a chart: summed to at least 30 s, aligned to the epoch. What is
 * missing stays a gap, never a zero: a sum needs one bucket that is there. Half-open intervals, milliseconds.
 */
import type { ReleaseDetail, SeriesBucket } from '../../contracts/explanation.ts'
import type { Signal } from '../../contracts/signal.ts'

export interface Point {
  readonly startMs: number
  readonly endMs: number
  readonly new: number | null
  readonly old: number | null
}

export const bucketMsMin = 30_000

/** What is drawn of a bucket: `share` and `each` events per exposure, `p99` seconds, `volume` exposure a minute. */
export type Measure = 'share' | 'each' | 'p99' | 'volume'

export function measureOf({ signal }: Pick<Signal, 'signal'>): Measure | null {
  if (signal === 'errors') return 'share'
  if (signal === 'business') return 'each'
  if (signal === 'latency') return 'p99'
  return signal === 'traffic' ? 'volume' : null
}

/** What a release's detail has of series. */
export type Series = Pick<ReleaseDetail, 'series' | 'counters'>

/** The buckets of a signal's chart; undefined where none are kept. */
export function bucketsOf(
  { series, counters = [] }: Series,
  { signal, scope }: Signal,
): readonly SeriesBucket[] | undefined {
  return signal === 'business'
    ? counters.find(({ metric }) => metric === scope.metric)?.buckets
    : series.find(({ route }) => route === (scope.route ?? ''))?.buckets
}

interface Group {
  startMs: number
  endMs: number
  buckets: SeriesBucket[]
}

export function pointsOf(
  buckets: readonly SeriesBucket[],
  measure: Measure,
  sizeMs = bucketMsMin,
): Point[] {
  return groupsOf(buckets, sizeMs).map(({ startMs, endMs, buckets: parts }) => ({
    startMs,
    endMs,
    new: valueOf(parts, 'new', { measure, spanMs: endMs - startMs }),
    old: valueOf(parts, 'old', { measure, spanMs: endMs - startMs }),
  }))
}

function groupsOf(buckets: readonly SeriesBucket[], sizeMs: number): Group[] {
  const groups = new Map<number, Group>()
  for (const bucket of buckets) {
    const [fromMs, toMs] = [Date.parse(bucket.start), Date.parse(bucket.end)]
    const startMs = Math.floor(fromMs / sizeMs) * sizeMs
    const group = groups.get(startMs) ?? { startMs, endMs: startMs + sizeMs, buckets: [] }
    group.endMs = Math.max(group.endMs, toMs)
    group.buckets.push(bucket)
    groups.set(startMs, group)
  }
  return [...groups.values()].sort((a, b) => a.startMs - b.startMs)
}

function valueOf(
  buckets: readonly SeriesBucket[],
  side: 'new' | 'old',
  { measure, spanMs }: { measure: Measure; spanMs: number },
): number | null {
  if (measure === 'volume') return volumeOf(buckets, side, spanMs)
  const there = buckets.flatMap((bucket) => bucket[side] ?? [])
  if (there.length === 0) return null
  const exposure = there.reduce((sum, each) => sum + each.exposure, 0)
  if (exposure === 0) return null
  if (measure !== 'p99') return there.reduce((sum, each) => sum + each.events, 0) / exposure
  return p99Of(buckets, side)
}

/** Requests a minute of both versions: before the new one came it is the old line, then the new. */
function volumeOf(
  buckets: readonly SeriesBucket[],
  side: 'new' | 'old',
  spanMs: number,
): number | null {
  const both = buckets.flatMap((bucket) => [bucket.new ?? [], bucket.old ?? []].flat())
  const since = buckets.some((bucket) => bucket.new !== null)
  if (both.length === 0 || since !== (side === 'new')) return null
  return (both.reduce((sum, { exposure }) => sum + exposure, 0) * 60_000) / spanMs
}

/** Quantiles do not add: the buckets' p99s, weighted by requests. */
function p99Of(buckets: readonly SeriesBucket[], side: 'new' | 'old'): number | null {
  let [sum, weight] = [0, 0]
  for (const bucket of buckets) {
    const value = bucket.p99?.[side] ?? null
    const requests = bucket[side]?.exposure ?? 0
    if (value === null || requests === 0) continue
    sum += value * requests
    weight += requests
  }
  return weight === 0 ? null : sum / weight
}

/** The 5 % and 95 % points of the old version: its usual range. Null below eight points. */
export function usualRange(points: readonly Point[]): { low: number; high: number } | null {
  const values = points.flatMap(({ old }) => (old === null ? [] : [old])).sort((a, b) => a - b)
  if (values.length < 8) return null
  const at = (share: number) => values[Math.round(share * (values.length - 1))]!
  return { low: at(0.05), high: at(0.95) }
}

/** Whether the last two minutes still lie in the effect interval; null where that cannot be said. */
export function stillWorse(points: readonly Point[], signal: Signal): boolean | null {
  const { effect, baseline } = signal
  const last = points.at(-1)
  if (effect === null || last === undefined || baseline.exposure === 0) return null
  const recent = points.filter(({ endMs }) => endMs > last.endMs - 120_000)
  const values = recent.flatMap((point) => point.new ?? [])
  if (values.length === 0 || signal.signal !== 'errors') return null
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length
  const usual = baseline.events / baseline.exposure
  return mean >= usual * effect.low && mean <= usual * effect.high
}

/** The same, from the series of a release; null where its route has none. */
export function goesOn(detail: Series | undefined, signal: Signal): boolean | null {
  const measure = measureOf(signal)
  const buckets = detail && bucketsOf(detail, signal)
  return measure === null || buckets === undefined
    ? null
    : stillWorse(pointsOf(buckets, measure), signal)
}

/** The points of a signal's small chart from `fromMs` on; none where there is no series. */
export function pointsSince(detail: Series | undefined, signal: Signal, fromMs: number): Point[] {
  const measure = measureOf(signal)
  const buckets = detail && bucketsOf(detail, signal)
  if (measure === null || buckets === undefined) return []
  return pointsOf(buckets, measure).filter(({ startMs }) => startMs >= fromMs)
}

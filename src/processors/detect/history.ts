/** Sums over the closed buckets of a service: what baselines, sources and weights are chosen from. */
import type { BucketCells } from '../../core/rollup/cells.ts'
import type { Bucket, TrackName } from '../../core/rollup/track.ts'
import type { ServiceState } from './service-state.ts'

/** Requests of one version (or of all, null) that ended in [fromMs, toMs), by the source that saw more. */
export function requestsBetween(
  state: ServiceState,
  fromMs: number,
  toMs: number,
  version: string | null,
  knownSeq?: number,
): number {
  const sumOf = (track: TrackName) =>
    requestsIn(bucketsBetween(state, track, fromMs, toMs, knownSeq), version)
  return Math.max(sumOf('spans'), sumOf('metrics'))
}

function requestsIn(buckets: readonly Bucket[], version: string | null): number {
  let sum = 0
  for (const { cells } of buckets) {
    for (const [name, { routes }] of cells) {
      if (version !== null && name !== version) continue
      for (const { requests } of routes.values()) sum += requests
    }
  }
  return sum
}

/** Whether a source has told of requests from `fromMs` on, closed or not. */
export function hasRequestsSince(state: ServiceState, track: TrackName, fromMs: number): boolean {
  const { open, closed } = state.tracks[track]
  const isAsked = (cells: BucketCells) =>
    [...cells.values()].some(({ routes }) =>
      [...routes.values()].some(({ requests }) => requests > 0),
    )
  for (const [startMs, cells] of open) if (startMs >= fromMs && isAsked(cells)) return true
  return closed.slice(-30).some(({ endMs, cells }) => endMs > fromMs && isAsked(cells))
}

/** Requests of one version in a bucket. */
export function requestsOf({ cells }: Bucket, version: string): number {
  let sum = 0
  for (const { requests } of cells.get(version)?.routes.values() ?? []) sum += requests
  return sum
}

/** Closed buckets that lie wholly in [fromMs, toMs), oldest first; of those closed before `knownSeq`. */
export function bucketsBetween(
  state: ServiceState,
  track: TrackName,
  fromMs: number,
  toMs: number,
  knownSeq = Infinity,
): Bucket[] {
  const { closed } = state.tracks[track]
  let to = closed.length
  while (to > 0 && (closed[to - 1]!.endMs > toMs || closed[to - 1]!.seq >= knownSeq)) to--
  let from = to
  while (from > 0 && closed[from - 1]!.startMs >= fromMs) from--
  return closed.slice(from, to)
}

/** Requests (or attempts) by route, most first, then by name. */
export function routeTotals(buckets: readonly Bucket[]): [route: string, requests: number][] {
  const totals = new Map<string, number>()
  for (const { cells } of buckets) {
    for (const { routes } of cells.values()) {
      for (const [route, { requests }] of routes) {
        totals.set(route, (totals.get(route) ?? 0) + requests)
      }
    }
  }
  return [...totals].sort(([a, x], [b, y]) => y - x || (a < b ? -1 : 1))
}

/**
 * The source of a watch, from the hour before it: spans when their request count is within 2 % of the
 * metrics' over the time that both cover; else metrics; else spans (contract section 4). Null while metrics
 * of that hour have come and no bucket of theirs has closed: what they say is not known yet.
 */
export function chooseSource(state: ServiceState, atMs: number): 'spans' | 'metrics' | null {
  const fromMs = atMs - 3_600_000
  const spans = bucketsBetween(state, 'spans', fromMs, atMs)
  const metrics = bucketsBetween(state, 'metrics', fromMs, atMs)
  if (metrics.length === 0 && hasOpen(state, 'metrics', fromMs, atMs)) return null
  const total = (buckets: readonly Bucket[]) =>
    routeTotals(buckets).reduce((sum, [, requests]) => sum + requests, 0)
  const [spanRequests, metricRequests] = [total(spans), total(metrics)]
  if (metricRequests === 0) return 'spans'
  if (spanRequests === 0) return 'metrics'
  const bothFromMs = Math.max(spans[0]!.startMs, metrics[0]!.startMs)
  const bothToMs = Math.min(spans.at(-1)!.endMs, metrics.at(-1)!.endMs)
  const within = (buckets: readonly Bucket[]) =>
    total(buckets.filter((each) => each.startMs >= bothFromMs && each.endMs <= bothToMs))
  const [a, b] = [within(spans), within(metrics)]
  return b > 0 && Math.abs(a - b) <= 0.02 * b ? 'spans' : 'metrics'
}

function hasOpen(state: ServiceState, track: TrackName, fromMs: number, toMs: number): boolean {
  for (const startMs of state.tracks[track].open.keys()) {
    if (startMs >= fromMs && startMs < toMs) return true
  }
  return false
}

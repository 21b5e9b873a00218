/**
 * What a service keeps of closed buckets, for its watches: read in the order in which it was closed, and let go once no
 * watch, sentinel or awaited release needs it. Event time, milliseconds.
 */
import { isAwaited } from '../../core/releases/lifecycle.ts'
import type { WatchFacts } from '../../core/releases/release-state.ts'
import { historyKeptMs } from './begin-watch.ts'
import { type Closed, forgetHistory } from './closing.ts'
import type { Dirty } from './dirty.ts'
import { forgetSeries } from './forget-series.ts'
import { forgetGauges } from './gauge-state.ts'
import type { ServiceState } from './service-state.ts'
import type { DetectSettings } from './settings.ts'

/** Everything of the service that was closed from `fromMs` on. */
export function closedSince(state: ServiceState, fromMs: number): Closed[] {
  const items: Closed[] = []
  for (const track of ['spans', 'metrics', 'calls', 'counts'] as const) {
    for (const bucket of state.tracks[track].closed) {
      if (bucket.startMs >= fromMs) items.push({ kind: 'bucket', track, bucket })
    }
  }
  for (const bucket of state.kindBuckets) {
    if (bucket.startMs >= fromMs) items.push({ kind: 'kinds', bucket })
  }
  for (const bucket of state.gauges.track.closed) {
    if (bucket.endMs > fromMs) items.push({ kind: 'gauges', bucket })
  }
  return items.sort((a, b) => a.bucket.seq - b.bucket.seq)
}

export interface Keeping {
  /** Watches that go on, sentinels aside. */
  readonly watched: readonly WatchFacts[]
  readonly settings: DetectSettings
  readonly nowMs: number
}

/** History is kept for two hours (a day where steps are coarse), and for what is under watch. */
export function forgetUnneeded(
  state: ServiceState,
  { watched, settings, nowMs }: Keeping,
  dirty: Dirty,
): void {
  const keptMs = historyKeptMs(state, settings)
  const all = state.sentinel === null ? watched : [...watched, state.sentinel]
  const needed = all.map(({ startMs, fromMs }) => fromMs ?? startMs - keptMs)
  for (const release of state.releases) {
    if (!isAwaited(release, nowMs)) continue
    needed.push((release.firstWindowMs ?? release.eventMs) - keptMs)
  }
  forgetHistory(state, Math.min(nowMs - keptMs, ...needed), dirty)
  // Gauges go on where requests rest.
  const gaugesMs = state.gauges.track.closedToMs - keptMs
  forgetGauges(state, Math.min(gaugesMs, ...needed), dirty)
  forgetSeries(state, nowMs, dirty)
}

/**
 * All that `detect` keeps about one service, as plain data, and its way into and out of state entries.
 *
 * Entries: `service/<key>` the small facts; `series/<key>/<instance>` the last cumulative points; in the
 * group of a window its open cells; in the group of an hour the closed buckets. Monitors are not kept:
 * they are derived from the closed buckets.
 */
import type { KindFacts, FailureWindow } from '../../core/rollup/failures.ts'
import type { SeriesPoint } from '../../core/rollup/difference.ts'
import { emptyTrack, type TrackName, type TrackState, windowMs } from '../../core/rollup/track.ts'
import { emptyVersions, type VersionsState } from '../../core/releases/versions.ts'
import type { ReleaseState, WatchFacts } from '../../core/releases/release-state.ts'
import { emptyGauges, type GaugeState } from './gauge-state.ts'
import { ownMomentMs } from './own-moment.ts'
import { emptyPast, type PastState } from './past-state.ts'

export interface KindCount {
  readonly fingerprint: string
  readonly version: string
  readonly traces: number
  readonly instances: number
}

/** Error kinds of one closed window, and how to look some of them up. */
export interface KindBucket {
  readonly seq: number
  readonly startMs: number
  readonly endMs: number
  readonly counts: readonly KindCount[]
  readonly exemplars: readonly string[]
}

export interface KnownKind extends KindFacts {
  firstMs: number
  lastMs: number
  traces: number
  exemplars: { traceId: string; atMs: number }[]
}

/** The last point of a cumulative series. `held`: a first point that waits for the spacing to be known. */
export interface HeldPoint extends SeriesPoint {
  readonly held: null | {
    readonly track: TrackName
    readonly route: string
    readonly failed: boolean
    readonly unanswered: boolean
    readonly version: string
  }
}

export interface ServiceState {
  readonly key: string
  /** An hour is folded into the past at a moment of the service's own in the ten minutes after it. */
  readonly foldWaitMs: number
  /** Grows with everything that is closed. */
  seq: number
  tracks: Record<TrackName, TrackState>
  failures: Map<number, FailureWindow>
  kindsClosedToMs: number | null
  kindBuckets: KindBucket[]
  /** By fingerprint; at most `kindsMax`, the least lately seen forgotten first. */
  kinds: Map<string, KnownKind>
  /** By instance, then by series. */
  series: Map<number, Map<string, HeldPoint>>
  /** Held first points whose series has gone on before the spacing was known. */
  pendingHeld: (HeldPoint & { readonly instance: number })[]
  versions: VersionsState
  releases: ReleaseState[]
  gauges: GaugeState
  /** Counts of weeks, with what was learnt from them. */
  past: PastState
  /** Callers with when they were last seen. */
  callers: Map<string, number>
  /** When each edge was last published. */
  edgesSaid: Map<string, number>
  /** The sentinels' present watch; null before there is history. */
  sentinel: WatchFacts | null
  silent: boolean
  /** Instances in each of the buckets that ended in the newest minute: [end, count]. */
  instances: [endMs: number, count: number][]
  /** Tick time at which anything of it last came, to the minute; null where that was not noted. */
  heardTickMs: number | null
  counts: ServiceCounts
}

/** What came and was not, or not by its own name, taken in; `late` and `out-of-order`, else the limit. */
export interface ServiceCounts extends Record<CountedLimit, number> {
  late: number
  outOfOrder: number
}

export const countedLimits = [
  'routes',
  'versions',
  'fingerprints',
  'series',
  'gauges',
  'history',
] as const
export type CountedLimit = (typeof countedLimits)[number]
export type Limit = CountedLimit | 'services'

export function countedSince(
  before: ServiceCounts,
  now: ServiceCounts,
): [what: keyof ServiceCounts, more: number][] {
  const names = Object.keys(now) as (keyof ServiceCounts)[]
  return names.flatMap((name) =>
    now[name] > before[name] ? [[name, now[name] - before[name]]] : [],
  )
}

export function emptyService(key: string): ServiceState {
  return {
    key,
    foldWaitMs: ownMomentMs(key, { spanMs: 10 * 60_000, stepMs: windowMs }),
    seq: 0,
    tracks: {
      spans: emptyTrack('spans'),
      metrics: emptyTrack('metrics'),
      calls: emptyTrack('calls'),
      counts: emptyTrack('counts'),
    },
    failures: new Map(),
    kindsClosedToMs: null,
    kindBuckets: [],
    kinds: new Map(),
    series: new Map(),
    pendingHeld: [],
    versions: emptyVersions(),
    releases: [],
    gauges: emptyGauges(),
    past: emptyPast(),
    callers: new Map(),
    edgesSaid: new Map(),
    sentinel: null,
    silent: false,
    instances: [],
    heardTickMs: null,
    counts: {
      late: 0,
      outOfOrder: 0,
      routes: 0,
      versions: 0,
      fingerprints: 0,
      series: 0,
      gauges: 0,
      history: 0,
    },
  }
}

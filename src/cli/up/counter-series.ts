/**
 * A house's business counters over time, as their chart draws them: counts against what they are counted by, new
 * beside old, or before and after where the counter knows no version. Slots of the coarser of the two sources, aligned
 * to the epoch, half open; a slot in which one of them is missing is a gap.
 */
import type { ReleaseDetail, SeriesBucket } from '../../contracts/explanation.ts'
import { formatInstant } from '../../core/kernel/instant.ts'
import { exposureOf, type MetricRule } from '../../core/rollup/metric-rules.ts'
import type { Bucket, TrackName } from '../../core/rollup/track.ts'
import {
  businessCounters,
  countIn,
  type CounterRule,
  exposureIn,
} from '../../processors/detect/business-counts.ts'

export interface WatchedVersions {
  readonly source: 'spans' | 'metrics'
  readonly newVersion: string | null
  readonly oldVersion: string | null
  readonly startMs: number
}

type TrackBucket = { readonly track: TrackName; readonly bucket: Bucket }

const countersShown = 10

export function counterSeries(
  all: readonly TrackBucket[],
  facts: WatchedVersions,
  rules: readonly MetricRule[],
): NonNullable<ReleaseDetail['counters']> {
  const of = (track: TrackName) =>
    all.flatMap((each) => (each.track === track && !each.bucket.missing ? [each.bucket] : []))
  const tracks = { counts: of('counts'), requests: of(facts.source) }
  return businessCounters(namesIn(tracks.counts), rules)
    .slice(0, countersShown)
    .map((counter) => ({
      metric: counter.metric,
      per: exposureOf(counter.rule),
      buckets: bucketsOf(counter, tracks, facts),
    }))
}

function namesIn(counts: readonly Bucket[]): [string, number][] {
  const totals = new Map<string, number>()
  for (const { cells } of counts) {
    for (const { routes } of cells.values()) {
      for (const [name, { requests }] of routes)
        totals.set(name, (totals.get(name) ?? 0) + requests)
    }
  }
  return [...totals].sort(([a, n], [b, m]) => m - n || (a < b ? -1 : 1))
}

interface Sides {
  old: number | null
  new: number | null
}

interface Slot {
  readonly events: Sides
  readonly exposure: Sides
}

/** Requests are told sooner than counts: before its first count a new version has a gap, unless it never counts. */
function firstCountMs(counts: readonly Bucket[], metric: string, version: string | null): number {
  if (version === null) return 0
  const first = counts.find(({ cells }) => cells.get(version)?.routes.has(metric) === true)
  return first?.startMs ?? 0
}

function bucketsOf(
  counter: CounterRule,
  tracks: { readonly counts: readonly Bucket[]; readonly requests: readonly Bucket[] },
  facts: WatchedVersions,
): SeriesBucket[] {
  const { newVersion, oldVersion, startMs } = facts
  const used = counter.byCounter ? tracks.counts : [...tracks.counts, ...tracks.requests]
  const stepMs = Math.max(0, ...used.map((bucket) => bucket.endMs - bucket.startMs))
  const versioned =
    newVersion !== null &&
    tracks.counts.some(({ cells }) =>
      [newVersion, oldVersion].some(
        (version) => version !== null && cells.get(version)?.routes.has(counter.metric) === true,
      ),
    )
  const slots = new Map<number, Slot>()
  const add = (
    bucket: Bucket,
    of: keyof Slot,
    count: (version: string | null) => number | null,
  ) => {
    const atMs = Math.floor(bucket.startMs / stepMs) * stepMs
    const slot = slots.get(atMs) ?? {
      events: { old: null, new: null },
      exposure: { old: null, new: null },
    }
    slots.set(atMs, slot)
    const after = atMs >= startMs
    const sides = { new: versioned ? newVersion : null, old: versioned ? oldVersion : null }
    for (const side of ['old', 'new'] as const) {
      const here = versioned ? sides[side] !== null : after === (side === 'new')
      const value = here ? count(sides[side]) : null
      if (value !== null) slot[of][side] = (slot[of][side] ?? 0) + value
    }
  }
  for (const bucket of tracks.counts) {
    add(bucket, 'events', (version) =>
      bucket.startMs < firstCountMs(tracks.counts, counter.metric, version)
        ? null
        : countIn(bucket, counter.metric, version),
    )
    add(bucket, 'exposure', (version) => exposureIn(counter, 'counts', bucket, version))
  }
  for (const bucket of tracks.requests)
    add(bucket, 'exposure', (version) => exposureIn(counter, 'requests', bucket, version))
  return [...slots]
    .sort(([a], [b]) => a - b)
    .map(([atMs, { events, exposure }]) => {
      const side = (name: keyof Sides) =>
        events[name] === null || exposure[name] === null
          ? null
          : { events: events[name], exposure: exposure[name] }
      return {
        start: formatInstant(atMs),
        end: formatInstant(atMs + stepMs),
        new: side('new'),
        old: side('old'),
        p99: null,
      }
    })
}

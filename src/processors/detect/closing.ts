/**
 * Closes what the watermark allows: buckets of each source, then error kinds, in a fixed order. What is
 * closed goes into the history with a sequence number, and its open cells are deleted by the same commit.
 */
import { quantileSeconds } from '../../core/kernel/histogram/latency.ts'
import { capRoutes } from '../../core/rollup/cells.ts'
import { countKinds } from '../../core/rollup/failures.ts'
import {
  baseMsOf,
  type Bucket,
  closeNext,
  type ClosingRules,
  forgetClosed,
  instancesOf,
  type TrackName,
  windowMs,
} from '../../core/rollup/track.ts'
import type { GaugeBucket } from '../../core/rollup/gauge-track.ts'
import { observeVersions } from '../../core/releases/versions.ts'
import { coarsenLatency } from '../../core/rollup/coarsen.ts'
import type { DetectSettings } from './settings.ts'
import type { Dirty } from './dirty.ts'
import { historyGroup } from './entries.ts'
import { foldBusiness } from './business-past.ts'
import { closeGauges } from './gauge-state.ts'
import { foldPast, pastTracks, type PastTrack } from './past-state.ts'
import type { KindBucket, KnownKind, ServiceState } from './service-state.ts'

export type Closed =
  | { readonly kind: 'bucket'; readonly track: TrackName; readonly bucket: Bucket }
  | { readonly kind: 'kinds'; readonly bucket: KindBucket }
  | { readonly kind: 'gauges'; readonly bucket: GaugeBucket }

export interface Watermarks {
  readonly ratesMs: number
  readonly kindsMs: number
  /** The input has ended: whatever began before this instant closes. */
  readonly endMs: number | null
}

const trackNames: readonly TrackName[] = ['spans', 'metrics', 'calls', 'counts']
const minuteMs = 60_000
const hourMs = 3_600_000

/** `onClosed` sees each bucket at full resolution, before its histograms are made coarser for the history. */
export function closeDue(
  state: ServiceState,
  { ratesMs, kindsMs, endMs }: Watermarks,
  settings: DetectSettings,
  telemetry: Pick<ClosingRules, 'heard' | 'lost'>,
  dirty: Dirty,
  onClosed: (track: TrackName, bucket: Bucket) => void,
): Closed[] {
  const closed: Closed[] = []
  const rules: ClosingRules = {
    graceMs: settings.graceMs,
    silenceMs: hourMs,
    ...telemetry,
    nextSeq: () => state.seq++,
    endMs,
  }
  for (const track of trackNames) {
    for (;;) {
      const bucket = closeNext(state.tracks[track], ratesMs, rules)
      if (bucket === null) break
      // What had no cells has no entry.
      if (bucket.cells.size > 0) deleteOpen(state, track, bucket, dirty)
      if (hasTooManyRoutes(bucket, settings.routesMax)) {
        const ranking = routeRanking(state, track)
        state.counts.routes += capRoutes(bucket.cells, ranking, settings.routesMax)
      }
      if (track !== 'counts') onClosed(track, bucket)
      coarsen(bucket)
      noteVersions(state, track, bucket)
      noteInstances(state, track, bucket)
      dirty.closed(state, track, bucket.startMs)
      dirty.service(state)
      closed.push({ kind: 'bucket', track, bucket })
    }
  }
  for (const track of pastTracks) foldEnded(state, track, settings, dirty)
  const gauges = closeGauges(state, { ratesMs, endMs }, { graceMs: settings.graceMs, dirty })
  for (const bucket of gauges) closed.push({ kind: 'gauges', bucket })
  closeKinds(
    state,
    endMs === null ? kindsMs - settings.graceMs : Infinity,
    closed,
    dirty,
    settings.kindsMax,
  )
  return closed
}

function foldEnded(
  state: ServiceState,
  track: PastTrack,
  { metrics: rules }: DetectSettings,
  dirty: Dirty,
): void {
  const { closed, closedToMs } = state.tracks[track]
  const { foldWaitMs: waitMs } = state
  dirty.past(state, foldPast(state.past, track, { closed, closedToMs: closedToMs - waitMs }))
  dirty.past(state, foldBusiness(state, track, { rules, waitMs }))
}

function deleteOpen(state: ServiceState, track: TrackName, bucket: Bucket, dirty: Dirty): void {
  for (let at = bucket.startMs; at < bucket.endMs; at += baseMsOf(track))
    dirty.open(state, track, at)
}

function hasTooManyRoutes({ cells }: Bucket, routesMax: number): boolean {
  for (const { routes } of cells.values()) if (routes.size > routesMax) return true
  return false
}

/** Requests by route over the last hour of 10 s buckets. */
function routeRanking(state: ServiceState, track: TrackName): Map<string, number> {
  const ranking = new Map<string, number>()
  for (const { cells } of state.tracks[track].closed.slice(-360)) {
    for (const { routes } of cells.values()) {
      for (const [route, { requests }] of routes) {
        ranking.set(route, (ranking.get(route) ?? 0) + requests)
      }
    }
  }
  return ranking
}

function coarsen(bucket: Bucket): void {
  for (const { routes } of bucket.cells.values()) {
    for (const cell of routes.values()) {
      if (cell.latency === null) continue
      const coarse = coarsenLatency(cell.latency)
      if (coarse === cell.latency) continue
      cell.quantiles = [quantileSeconds(cell.latency, 0.5), quantileSeconds(cell.latency, 0.99)]
      cell.latency = coarse
    }
  }
}

function noteVersions(state: ServiceState, track: TrackName, bucket: Bucket): void {
  if (track === 'calls' || track === 'counts') return
  const counts = [...bucket.cells].map(([version, { routes }]) => {
    let requests = 0
    for (const cell of routes.values()) requests += cell.requests
    return { version, requests }
  })
  const { startMs, endMs } = bucket
  observeVersions(state.versions, { startMs, endMs, source: track }, counts)
}

function noteInstances(state: ServiceState, track: TrackName, bucket: Bucket): void {
  if (track === 'calls' || track === 'counts' || bucket.cells.size === 0) return
  state.instances.push([bucket.endMs, instancesOf(bucket.cells)])
  const newestMs = Math.max(...state.instances.map(([endMs]) => endMs))
  state.instances = state.instances.filter(([endMs]) => endMs > newestMs - minuteMs)
}

/** A window of kinds closes one window late: a failed span may lie in the next one. */
function closeKinds(
  state: ServiceState,
  upToMs: number,
  closed: Closed[],
  dirty: Dirty,
  kindsMax: number,
): void {
  const starts = [...state.failures.keys()].sort((a, b) => a - b)
  for (const startMs of starts) {
    if (startMs + 2 * windowMs > upToMs) break
    if (state.kindsClosedToMs !== null && startMs < state.kindsClosedToMs) continue
    const window = state.failures.get(startMs)!
    const before = state.failures.get(startMs - windowMs)
    const counted = countKinds(window, before, state.failures.get(startMs + windowMs))
    for (const each of counted) noteKind(state, each, startMs, kindsMax)
    const bucket: KindBucket = {
      seq: state.seq++,
      startMs,
      endMs: startMs + windowMs,
      counts: counted.map(({ fingerprint, version, traces, instances }) => ({
        fingerprint,
        version,
        traces,
        instances: instances.length,
      })),
      exemplars: window.failedExemplars,
    }
    state.kindsClosedToMs = startMs + windowMs
    if (bucket.counts.length > 0 || bucket.exemplars.length > 0) {
      state.kindBuckets.push(bucket)
      dirty.kindBucket(state, startMs)
      closed.push({ kind: 'kinds', bucket })
    }
    dirty.service(state)
    forgetFailures(state, startMs - windowMs, dirty)
  }
}

function forgetFailures(state: ServiceState, upToMs: number, dirty: Dirty): void {
  for (const startMs of state.failures.keys()) {
    if (startMs > upToMs) continue
    state.failures.delete(startMs)
    dirty.failures(state, startMs)
  }
}

function noteKind(
  state: ServiceState,
  kind: ReturnType<typeof countKinds>[number],
  startMs: number,
  kindsMax: number,
): void {
  const { version: _, traces, instances: __, exemplars, ...facts } = kind
  const known: KnownKind = state.kinds.get(kind.fingerprint) ?? {
    ...facts,
    firstMs: startMs,
    lastMs: startMs,
    traces: 0,
    exemplars: [],
  }
  known.lastMs = startMs
  known.traces += traces
  for (const traceId of exemplars) {
    if (known.exemplars.length < 5) known.exemplars.push({ traceId, atMs: startMs })
  }
  state.kinds.set(kind.fingerprint, known)
  if (state.kinds.size <= kindsMax) return
  const [oldest] = [...state.kinds].sort(
    ([a, x], [b, y]) => x.lastMs - y.lastMs || (a < b ? -1 : 1),
  )
  state.kinds.delete(oldest![0])
  state.counts.fingerprints++
}

/** Forgets history that no watch needs any more: hours that end before `beforeMs`. */
export function forgetHistory(state: ServiceState, beforeMs: number, dirty: Dirty): void {
  const upToMs = Math.floor(beforeMs / hourMs) * hourMs
  const hours = new Set<number>()
  for (const track of trackNames) {
    for (const { startMs } of state.tracks[track].closed) {
      if (startMs >= upToMs) break
      hours.add(Math.floor(startMs / hourMs) * hourMs)
    }
    forgetClosed(state.tracks[track], upToMs)
  }
  while (state.kindBuckets.length > 0 && state.kindBuckets[0]!.startMs < upToMs) {
    hours.add(Math.floor(state.kindBuckets.shift()!.startMs / hourMs) * hourMs)
  }
  for (const hour of hours) dirty.deleteGroup(historyGroup(state.key, hour))
}

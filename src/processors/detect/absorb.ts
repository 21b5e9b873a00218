/**
 * Takes records of one service into its open cells. Late cells are counted, never silently dropped.
 * Returns nothing: what changed is marked in `dirty`, for the commit.
 */
import type { Latency } from '../../contracts/latency.ts'
import type {
  Calls,
  Failed,
  Kinds,
  Rollup,
  Snapshot,
  SnapshotPoint,
} from '../../contracts/service-events.ts'
import { addRow, versionCells, versionWithin } from '../../core/rollup/cells.ts'
import { difference } from '../../core/rollup/difference.ts'
import {
  addFailed,
  addKinds,
  emptyFailureWindow,
  failureWindowStart,
} from '../../core/rollup/failures.ts'
import { noteHints } from '../../core/releases/versions.ts'
import {
  baseMsOf,
  openCells,
  trackSpacing,
  trackStamps,
  type TrackName,
  type TrackState,
  windowMs,
} from '../../core/rollup/track.ts'
import type { Dirty } from './dirty.ts'
import { totalsMax } from './running-total.ts'
import type { HeldPoint, ServiceState } from './service-state.ts'

const callersMax = 200

interface Counts {
  readonly requests: number
  readonly errors: number
  readonly unanswered: number
  readonly latency: Latency | null
}

/** What is taken in marks what it changed; of a bucket's versions the first `versionsMax` stand alone. */
export interface Absorbing {
  readonly dirty: Dirty
  readonly versionsMax: number
  /** No telemetry of any service came in [fromMs, toMs). */
  readonly isQuiet?: (fromMs: number, toMs: number) => boolean
}

/** Where counts go: which source, when, and under which names. */
interface Place {
  readonly track: TrackName
  readonly atMs: number
  readonly version: string
  readonly route: string
  readonly instances: readonly number[]
}

function add(
  state: ServiceState,
  place: Place,
  counts: Counts,
  { dirty, versionsMax }: Absorbing,
): void {
  const track = state.tracks[place.track]
  // Where the track is open from, its spacing and its late counts are among the service's facts.
  dirty.service(state)
  const bucket = openCells(track, place.atMs)
  if (bucket === null) {
    state.counts.late += counts.requests
    return
  }
  const version = versionWithin(bucket, place.version, versionsMax)
  if (version !== place.version) state.counts.versions++
  const cells = versionCells(bucket, version)
  for (const instance of place.instances) {
    if (cells.instances.size < 4_096) cells.instances.add(instance)
  }
  addRow(cells.routes, place.route, counts)
  const baseMs = baseMsOf(place.track)
  dirty.open(state, place.track, Math.floor(place.atMs / baseMs) * baseMs)
}

export function absorbRollup(state: ServiceState, record: Rollup, into: Absorbing): void {
  const { dirty } = into
  const version = record.version ?? ''
  if (record.hints !== undefined && version !== '') {
    if (noteHints(state.versions, version, record.hints)) dirty.service(state)
  }
  if (record.spacingMs > 0) trackSpacing(state.tracks[record.source], record.spacingMs)
  const { instances, source: track, startMs: atMs } = record
  if (track === 'spans') {
    const startMs = Math.floor(atMs / windowMs) * windowMs
    trackStamps(state.tracks.spans, startMs, into.isQuiet ?? (() => false))
  }
  for (const row of record.rows) {
    add(state, { track, atMs, version, route: row.route, instances }, row, into)
  }
}

export function absorbCalls(state: ServiceState, record: Calls, into: Absorbing): void {
  noteCaller(state, record.caller, record.startMs, into.dirty)
  const { attempts, failed, unanswered } = record
  const counts = { requests: attempts, errors: failed, unanswered, latency: null }
  const place = { track: 'calls', atMs: record.startMs, version: '', instances: [] } as const
  add(state, { ...place, route: record.caller }, counts, into)
}

export function noteCaller(state: ServiceState, caller: string, atMs: number, dirty: Dirty): void {
  if (!state.callers.has(caller) && state.callers.size >= callersMax) return
  state.callers.set(caller, Math.max(state.callers.get(caller) ?? 0, atMs))
  dirty.service(state)
}

export function absorbFailed(state: ServiceState, record: Failed, dirty: Dirty): void {
  const window = failureWindow(state, record.startMs, dirty)
  if (window !== null) addFailed(window, record)
}

export function absorbKinds(state: ServiceState, record: Kinds, dirty: Dirty): void {
  const window = failureWindow(state, record.startMs, dirty)
  if (window !== null) addKinds(window, record)
}

function failureWindow(state: ServiceState, atMs: number, dirty: Dirty) {
  const startMs = failureWindowStart(atMs)
  if (state.kindsClosedToMs !== null && startMs < state.kindsClosedToMs) {
    state.counts.late++
    dirty.service(state)
    return null
  }
  let window = state.failures.get(startMs)
  if (window === undefined) {
    window = emptyFailureWindow()
    state.failures.set(startMs, window)
  }
  dirty.failures(state, startMs)
  return window
}

export function absorbSnapshot(state: ServiceState, record: Snapshot, into: Absorbing): void {
  const { dirty } = into
  const version = record.version ?? ''
  if (record.hints !== undefined && version !== '') {
    if (noteHints(state.versions, version, record.hints)) dirty.service(state)
  }
  let series = state.series.get(record.instance)
  if (series === undefined) {
    series = new Map()
    state.series.set(record.instance, series)
  }
  const caller = record.caller ?? null
  const own = record.counter === true ? 'counts' : 'metrics'
  const trackName = caller === null ? own : 'calls'
  const track = state.tracks[trackName]
  if (caller !== null) noteCaller(state, caller, record.arrivedMs, dirty)
  const stepBefore = track.stepMs
  for (const point of record.points) {
    const route = caller ?? point.route
    absorbPoint(state, { series, track, point, route, version, instance: record.instance }, into)
  }
  if (track.stepMs !== null && (stepBefore === null || state.pendingHeld.length > 0)) {
    releaseHeld(state, trackName, into)
  }
  dirty.series(state, record.instance)
  dirty.service(state)
}

interface PointContext {
  readonly series: Map<string, HeldPoint>
  readonly track: TrackState
  readonly point: SnapshotPoint
  readonly route: string
  readonly version: string
  readonly instance: number
}

function absorbPoint(state: ServiceState, context: PointContext, into: Absorbing): void {
  const { series, track, point, route, version, instance } = context
  const before = series.get(point.series)
  if (before === undefined && series.size >= totalsMax) {
    state.counts.series++
    return
  }
  const { startMs, timeMs, count, latency } = point
  const stepMs = track.stepMs
  const next: HeldPoint = { startMs, timeMs, count, latency, held: null }
  if (before === undefined && stepMs === null) {
    const { failed, unanswered } = point
    series.set(point.series, {
      ...next,
      held: { track: track.name, route, failed, unanswered, version },
    })
    return
  }
  const delta = difference(before, next, stepMs ?? 0)
  if (delta.kind === 'out-of-order') {
    state.counts.outOfOrder++
    return
  }
  // A held base is kept until the spacing is known; only then is it decided whether it counts.
  if (before !== undefined && before.held !== null) state.pendingHeld.push({ ...before, instance })
  series.set(point.series, next)
  if (delta.kind === 'base') return
  if (delta.spacingMs !== null) trackSpacing(track, delta.spacingMs)
  const counts = {
    requests: delta.count,
    errors: point.failed ? delta.count : 0,
    unanswered: point.unanswered ? delta.count : 0,
    latency: delta.latency,
  }
  const place = { track: track.name, atMs: timeMs - 1, version, route, instances: [instance] }
  add(state, place, counts, into)
}

/** The spacing is known at last: first points whose series had just begun count in full. */
function releaseHeld(state: ServiceState, track: TrackName, into: Absorbing): void {
  const { dirty } = into
  const stepMs = state.tracks[track].stepMs!
  const waiting = state.pendingHeld.filter(({ held }) => held?.track === track)
  state.pendingHeld = state.pendingHeld.filter(({ held }) => held?.track !== track)
  for (const [instance, series] of state.series) {
    for (const [id, point] of series) {
      if (point.held?.track !== track) continue
      waiting.push({ ...point, instance })
      series.set(id, { ...point, held: null })
    }
    dirty.series(state, instance)
  }
  for (const { held, instance, ...point } of waiting) {
    if (held === null || difference(undefined, point, stepMs).kind === 'base') continue
    const counts = {
      requests: point.count,
      errors: held.failed ? point.count : 0,
      unanswered: held.unanswered ? point.count : 0,
      latency: point.latency,
    }
    const { route, version } = held
    const place = { track, atMs: point.timeMs - 1, version, route, instances: [instance] }
    add(state, place, counts, into)
  }
  dirty.service(state)
}

/** Time of the earliest first point that waits for its source's spacing; infinite for none. */
export function heldFromMs({ series, tracks }: ServiceState): number {
  let fromMs = Number.POSITIVE_INFINITY
  if (tracks.metrics.stepMs !== null) return fromMs
  for (const points of series.values()) {
    for (const { held, timeMs } of points.values()) {
      if (held?.track === 'metrics') fromMs = Math.min(fromMs, timeMs)
    }
  }
  return fromMs
}

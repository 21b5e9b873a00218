/**
 * The gauges of a service in the state of `detect`: taking in, closing, keeping for two weeks, and the entries.
 *
 * Entries: `gauges/<key>` the series; in the group of a day its hours, in that of an hour its closed minutes; in the
 * group of an open window, beside what else is in it, the cells. What else of a service rests, they may go on.
 */
import type { Gauge } from '../../contracts/service-events.ts'
import {
  addHour,
  dayOf,
  emptyGaugeHistory,
  foldHours,
  forgetDays,
  gaugeHourMs,
  gaugeKeptMs,
  type GaugeHistory,
  hourOf,
} from '../../core/rollup/gauge-history.ts'
import {
  addReading,
  closeNextGauges,
  emptyGaugeTrack,
  type GaugeBucket,
  type GaugeCell,
  gaugeMinuteMs,
  type GaugeSeries,
  type GaugeTrack,
  noteSpacing,
  type OpenGauges,
} from '../../core/rollup/gauge-track.ts'
import { observeVersions } from '../../core/releases/versions.ts'
import type { Dirty } from './dirty.ts'
import { absorbUsed } from './absorb-used.ts'
import { ownRestarts } from '../../core/rollup/restarts.ts'
import { type GaugeRoom, type Point, seriesOf } from './gauge-series.ts'
import { growthOf } from './running-total.ts'
import type { ServiceState } from './service-state.ts'

export interface GaugeState {
  track: GaugeTrack
  history: GaugeHistory
}

export function emptyGauges(): GaugeState {
  return { track: emptyGaugeTrack(), history: emptyGaugeHistory() }
}

const silenceMs = 3_600_000
/** The first point of a running total counts if it began so lately. */
const totalSpacingMs = 60_000

export function absorbGauge(state: ServiceState, record: Gauge, room: GaugeRoom): void {
  const { track } = state.gauges
  const version = record.version ?? ''
  for (const point of record.points) {
    const counted = point.totalSinceMs !== undefined || point.counted === true
    const series = seriesOf(state, point, counted ? 'count' : 'value', room)
    if (series === null) {
      state.counts.gauges++
      continue
    }
    if (point.use !== undefined) {
      series.lastMs = Math.max(series.lastMs, point.timeMs)
      absorbUsed(state, { point, version, instance: record.instance }, room)
      continue
    }
    const value =
      point.totalSinceMs === undefined
        ? point.value
        : increment(state, record.instance, point, room)
    if (value === null) continue
    series.lastMs = Math.max(series.lastMs, point.timeMs)
    const { instance } = record
    const reading = { version, series: point.series, instance, timeMs: point.timeMs, value }
    const startMs = addReading(track, reading)
    if (startMs === null) state.counts.late++
    else room.dirty.openGauges(state, startMs)
  }
  room.dirty.gauges(state)
  room.dirty.service(state)
}

/** What a running total has grown by since its last point; null for what only begins, or comes out of order. */
function increment(
  state: ServiceState,
  instance: number,
  { series: name, totalSinceMs, timeMs, value }: Point,
  { dirty }: GaugeRoom,
): number | null {
  const total = {
    instance,
    id: `gauge ${name}`,
    startMs: totalSinceMs ?? 0,
    timeMs,
    value,
    spacingMs: totalSpacingMs,
  }
  const delta = growthOf(state, total, dirty)?.delta ?? null
  if (delta === null || delta.kind === 'base') return null
  if (delta.spacingMs !== null) noteSpacing(state.gauges.track, delta.spacingMs)
  return delta.count
}

export function closeGauges(
  state: ServiceState,
  { ratesMs, endMs }: { readonly ratesMs: number; readonly endMs: number | null },
  { graceMs, dirty }: { readonly graceMs: number; readonly dirty: Dirty },
): GaugeBucket[] {
  const { track, history } = state.gauges
  const closed: GaugeBucket[] = []
  const rules = { graceMs, silenceMs, nextSeq: () => state.seq++, endMs }
  for (;;) {
    const { openFromMs } = track
    const bucket = closeNextGauges(track, ratesMs, rules)
    if (openFromMs !== track.openFromMs) dirty.service(state)
    if (bucket === null) break
    if (bucket.totals.size > 0) {
      dirty.openGauges(state, bucket.startMs)
      dirty.gauges(state)
    }
    dirty.closedGauges(state, bucket.startMs)
    if (isFedByGauges(state)) noteVersions(state, bucket)
    closed.push(bucket)
  }
  for (const hourMs of foldHours(history, track, track.closedToMs)) dirty.gaugeHour(state, hourMs)
  return closed
}

/** Nothing is known of its requests: its gauges tell its versions, and the time of its watches. */
export function isFedByGauges({ tracks, gauges }: ServiceState): boolean {
  const silent = ({ openFromMs, closed }: ServiceState['tracks']['spans']) =>
    openFromMs === null && closed.length === 0
  return tellsByItself(gauges.track) && silent(tracks.spans) && silent(tracks.metrics)
}

/** CPU time, and what is known from it alone, tells something only of requests. */
function tellsByItself({ series }: GaugeTrack): boolean {
  for (const [name, { use }] of series) if (use !== 'cpu' && name !== ownRestarts) return true
  return false
}

function noteVersions(state: ServiceState, { startMs, endMs, cells }: GaugeBucket): void {
  const counts = [...cells.keys()].map((version) => ({ version, requests: 0 }))
  observeVersions(state.versions, { startMs, endMs, source: 'gauges' }, counts)
}

/** Minutes that no watch needs any more, and days that no release will. */
export function forgetGauges(state: ServiceState, beforeMs: number, dirty: Dirty): void {
  const { track, history } = state.gauges
  const upToMs = Math.floor(beforeMs / gaugeHourMs) * gaugeHourMs
  for (const hourMs of foldHours(history, track, upToMs)) dirty.gaugeHour(state, hourMs)
  let drop = 0
  while (drop < track.closed.length && track.closed[drop]!.endMs <= upToMs) drop++
  const gone = track.closed
    .splice(0, drop)
    .map(({ startMs }) => gaugeMinutesGroup(state.key, startMs))
  for (const group of new Set(gone)) dirty.deleteGroup(group)
  for (const dayMs of forgetDays(history, track.closedToMs - gaugeKeptMs)) {
    dirty.deleteGroup(gaugeDayGroup(state.key, dayMs))
  }
}

// Entries.

export const gaugeDayGroup = (service: string, dayMs: number) => `gauge-days/${service}/${dayMs}`
export const gaugeDayOf = dayOf
export const gaugeMinutesGroup = (service: string, startMs: number) =>
  `gauge-minutes/${service}/${Math.floor(startMs / gaugeHourMs) * gaugeHourMs}`

interface StoredTrack extends Omit<GaugeTrack, 'series' | 'open' | 'closed'> {
  readonly series: readonly (readonly [string, GaugeSeries])[]
  readonly historyToMs: number
}

export function storeGauges({ track, history }: GaugeState): StoredTrack | null {
  if (track.series.size === 0) return null
  const { spacings, openFromMs, closedToMs } = track
  return { spacings, openFromMs, closedToMs, series: [...track.series], historyToMs: history.toMs }
}

export function restoreGauges({ track, history }: GaugeState, stored: StoredTrack): void {
  const { series, historyToMs, ...plain } = stored
  Object.assign(track, plain)
  track.series = new Map(series)
  history.toMs = historyToMs
}

export function storeOpenGauges({ track }: GaugeState, startMs: number) {
  const open = track.open.get(startMs)
  if (open === undefined) return null
  return [...open].map(([version, all]) => [
    version,
    [...all].map(([name, points]) => [name, [...points]]),
  ])
}

export function restoreOpenGauges({ track }: GaugeState, startMs: number, stored: unknown): void {
  const versions = stored as [string, [string, [number, [number, number]][]][]][]
  const open: OpenGauges = new Map(
    versions.map(([version, all]) => [
      version,
      new Map(all.map(([name, points]) => [name, new Map(points)])),
    ]),
  )
  track.open.set(startMs, open)
}

export function storeClosedGauges({ track }: GaugeState, startMs: number) {
  const bucket = track.closed.findLast((each) => each.startMs === startMs)
  if (bucket === undefined) return null
  const cells = [...bucket.cells].map(([version, all]) => [version, [...all]])
  return { seq: bucket.seq, cells, totals: [...bucket.totals] }
}

export function restoreClosedGauges({ track }: GaugeState, startMs: number, stored: unknown): void {
  const { seq, cells, totals } = stored as {
    seq: number
    cells: [string, [string, GaugeCell][]][]
    totals: [string, number][]
  }
  track.closed.push({
    seq,
    startMs,
    endMs: startMs + gaugeMinuteMs,
    cells: new Map(cells.map(([version, all]) => [version, new Map(all)])),
    totals: new Map(totals),
  })
}

type StoredHour = (readonly [name: string, base: number, minutes: string])[]

export function storeGaugeHour({ track, history }: GaugeState, hourMs: number): StoredHour | null {
  const stored = hourOf(history, track, hourMs).map(
    ({ name, base, minutes }) =>
      [name, base, Buffer.from(minutes.buffer).toString('base64')] as const,
  )
  return stored.length === 0 ? null : stored
}

export function restoreGaugeHour(
  { track, history }: GaugeState,
  hourMs: number,
  stored: unknown,
): void {
  const hour = (stored as StoredHour).map(([name, base, text]) => {
    const bytes = Uint8Array.from(Buffer.from(text, 'base64'))
    return { name, base, minutes: new Float32Array(bytes.buffer) }
  })
  addHour(history, track, hourMs, hour)
}

/** Entries come in any order: those of a track in the order of time, its hours once their series are known. */
export function sortGauges({ track }: GaugeState): void {
  track.open = new Map([...track.open].sort(([a], [b]) => a - b))
  track.closed.sort((a, b) => a.startMs - b.startMs)
}

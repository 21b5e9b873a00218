/**
 * The gauges of one service, minute by minute: open cells by version, series and instance, then closed minutes.
 *
 * The value of a minute is the mean of an instance's points, then of the instances (detection reference, section
 * 22); of a count (a sum that only grows) it is what all instances counted. A point belongs to the minute that
 * holds time - 1 ms. Closed values are kept as their distance from the series' first value in 32 bits: exact
 * enough, half as large, and the same wherever they are read from. Milliseconds, half open, aligned to the epoch.
 */
import type { GaugeUse } from '../../contracts/service-events.ts'
import { observeSpacing, stepOf } from './spacing.ts'

export const gaugeMinuteMs = 60_000

export type GaugeKind = 'value' | 'count'

export interface GaugeSeries {
  readonly metric: string
  readonly unit: string
  readonly kind: GaugeKind
  /** Set where it is no value to be judged by itself. */
  readonly use?: GaugeUse
  /** Its first closed value. */
  base: number | null
  lastMs: number
  /** Closed minutes with a value. */
  minutes: number
}

/** Sum and number of the points of an instance in an open minute. */
type Points = Map<number, [sum: number, points: number]>
/** By version, then by series. */
export type OpenGauges = Map<string, Map<string, Points>>

/** Of one version: sum of the instances' values, of their squares, and how many there were. */
export type GaugeCell = readonly [sum: number, squares: number, instances: number]

export interface GaugeBucket {
  readonly seq: number
  readonly startMs: number
  readonly endMs: number
  /** By version, then by series. */
  readonly cells: ReadonlyMap<string, ReadonlyMap<string, GaugeCell>>
  /** Of the whole service, by series: distance from the base. */
  readonly totals: ReadonlyMap<string, number>
}

/** One series in a minute, of one version or (null) of all: sum of the instances' values, and how many there were. */
export function sumIn(
  { cells }: Pick<GaugeBucket, 'cells'>,
  series: string,
  version: string | null,
): { readonly sum: number; readonly count: number } {
  let [sum, count] = [0, 0]
  for (const [name, all] of cells) {
    const cell = version === null || name === version ? all.get(series) : undefined
    sum += cell?.[0] ?? 0
    count += cell?.[2] ?? 0
  }
  return { sum, count }
}

export interface GaugeTrack {
  /** By name: metric and attributes. */
  series: Map<string, GaugeSeries>
  /** Of the counts' points, newest last. */
  spacings: number[]
  openFromMs: number | null
  closedToMs: number
  open: Map<number, OpenGauges>
  closed: GaugeBucket[]
}

export function emptyGaugeTrack(): GaugeTrack {
  return {
    series: new Map(),
    spacings: [],
    openFromMs: null,
    closedToMs: 0,
    open: new Map(),
    closed: [],
  }
}

export interface GaugeReading {
  readonly version: string
  readonly series: string
  readonly instance: number
  readonly timeMs: number
  readonly value: number
}

export const minuteOf = (timeMs: number) => Math.floor((timeMs - 1) / gaugeMinuteMs) * gaugeMinuteMs

/** Start of the minute that it was added to; null where that has closed. */
export function addReading(track: GaugeTrack, reading: GaugeReading): number | null {
  const startMs = minuteOf(reading.timeMs)
  if (startMs < track.closedToMs) return null
  if (track.openFromMs === null || startMs < track.openFromMs) track.openFromMs = startMs
  const open = entry(track.open, startMs, (): OpenGauges => new Map())
  const version = entry(open, reading.version, (): Map<string, Points> => new Map())
  const points = entry(version, reading.series, (): Points => new Map())
  const sum = points.get(reading.instance)
  if (sum !== undefined) {
    sum[0] += reading.value
    sum[1]++
  } else if (points.size < instancesMax) points.set(reading.instance, [reading.value, 1])
  return startMs
}

const instancesMax = 4_096

/** Spacing between the points of a count. */
export function noteSpacing(track: GaugeTrack, spacingMs: number): void {
  observeSpacing(track.spacings, spacingMs)
}

/** Start of the next minute that could close, and the watermark that it needs. */
export function nextGaugeClosing(
  { openFromMs, spacings, series }: GaugeTrack,
  graceMs: number,
): { readonly startMs: number; readonly atMs: number } | null {
  if (openFromMs === null) return null
  // A point of CPU time fills the minutes that it covers, back to the point before.
  const stepMs = countsCpu(series) ? gaugeMinuteMs : (stepOf(spacings) ?? gaugeMinuteMs)
  const spacingMs = Math.min(gaugeMinuteMs, stepMs)
  return { startMs: openFromMs, atMs: openFromMs + gaugeMinuteMs + graceMs + spacingMs }
}

function countsCpu(series: GaugeTrack['series']): boolean {
  for (const { use } of series.values()) if (use === 'cpu') return true
  return false
}

export interface GaugeClosing {
  readonly graceMs: number
  /** Minutes without a point are closed for so long after the last with one. */
  readonly silenceMs: number
  readonly nextSeq: () => number
  /** Set when the input has ended: every minute that begins before it closes now. */
  readonly endMs: number | null
}

/** Closes the next minute if the watermark allows; one without points tells that time has passed. */
export function closeNextGauges(
  track: GaugeTrack,
  watermarkMs: number,
  { graceMs, silenceMs, nextSeq, endMs: lastMs }: GaugeClosing,
): GaugeBucket | null {
  const next = nextGaugeClosing(track, graceMs)
  if (next === null) return null
  if (lastMs === null ? next.atMs > watermarkMs : next.startMs >= lastMs) return null
  const { startMs } = next
  const endMs = startMs + gaugeMinuteMs
  const open = track.open.get(startMs)
  track.open.delete(startMs)
  track.closedToMs = endMs
  const silent = open === undefined && endMs - lastFilledMs(track) > silenceMs
  // A long gap is not closed minute by minute: nothing was due in it.
  if (silent) track.openFromMs = track.open.size === 0 ? null : Math.min(...track.open.keys())
  else track.openFromMs = endMs
  if (silent && track.openFromMs === null) return null
  const bucket = closedBucket(track, open ?? new Map(), { seq: nextSeq(), startMs, endMs })
  track.closed.push(bucket)
  return bucket
}

function lastFilledMs({ closed }: GaugeTrack): number {
  return closed.findLast(({ totals }) => totals.size > 0)?.endMs ?? Number.NEGATIVE_INFINITY
}

function closedBucket(
  track: GaugeTrack,
  open: OpenGauges,
  place: { readonly seq: number; readonly startMs: number; readonly endMs: number },
): GaugeBucket {
  const cells = new Map<string, Map<string, GaugeCell>>()
  for (const [version, all] of open) {
    const cellsOf = new Map<string, GaugeCell>()
    cells.set(version, cellsOf)
    for (const [name, points] of all) {
      const series = track.series.get(name)
      if (series !== undefined) cellsOf.set(name, cellOf(points, series.kind))
    }
  }
  const totals = new Map<string, number>()
  for (const [name, series] of track.series) {
    const all = [...cells.values()].map((of) => of.get(name)).filter((cell) => cell !== undefined)
    const total = minuteValue(all, series.kind)
    if (total === null) continue
    series.base ??= total
    series.minutes++
    totals.set(name, Math.fround(total - series.base))
  }
  return { ...place, cells, totals }
}

function cellOf(points: Points, kind: GaugeKind): GaugeCell {
  let [sum, squares] = [0, 0]
  // In the order of the instances: sums of floating point must not depend on who came first.
  for (const [, [all, count]] of [...points].sort(([a], [b]) => a - b)) {
    const value = kind === 'count' ? all : all / count
    sum += value
    squares += value * value
  }
  return [sum, squares, points.size]
}

/** Of the instances of these cells together; null for none. */
export function minuteValue(cells: readonly GaugeCell[], kind: GaugeKind): number | null {
  let [sum, instances] = [0, 0]
  for (const [each, , count] of cells) {
    sum += each
    instances += count
  }
  if (instances === 0) return null
  return kind === 'count' ? sum : sum / instances
}

/** Value of the whole service in a minute; NaN for none. */
export function totalOf(track: GaugeTrack, { totals }: GaugeBucket, name: string): number {
  const distance = totals.get(name)
  return distance === undefined ? Number.NaN : (track.series.get(name)?.base ?? 0) + distance
}

function entry<K, V>(map: Map<K, V>, key: K, make: () => V): V {
  let value = map.get(key)
  if (value === undefined) map.set(key, (value = make()))
  return value
}

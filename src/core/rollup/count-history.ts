/**
 * What a service counted over the last weeks: requests and failures of the whole of it and of its busiest routes,
 * a minute (or a step, where that is longer) at a time for three days, and in bins of ten minutes for four weeks.
 *
 * Fed once an hour from the closed buckets. -1 where telemetry was missing or incomplete; a route that was not asked for
 * while the service was has zeros. Milliseconds, hours and days aligned to the epoch. Source: detection reference,
 * section 23.
 */
import type { Bucket } from './track.ts'

export const countHourMs = 3_600_000
const dayMs = 24 * countHourMs
const minuteMs = 60_000
export const countBinMs = 10 * minuteMs
/** Hours at full resolution, for the drift, and days of bins, for the season. */
const hoursKeptMs = 3 * dayMs
const daysKeptMs = 28 * dayMs
const routesMax = 10
const completenessMin = 0.9

/** Name of the series of all routes together; no route is called so. */
export const wholeService = ''

/** [requests, failures] of each element, flat; -1 for an element of which nothing is known. */
export type Elements = number[]

export interface CountHour {
  /** Length of an element. */
  readonly stepMs: number
  readonly series: ReadonlyMap<string, Elements>
}

export interface CountHistory {
  /** By start; oldest first. */
  readonly hours: Map<number, CountHour>
  /** By start of the day; elements of ten minutes. */
  readonly days: Map<number, Map<string, Elements>>
  /** End of the newest hour that is in it. */
  toMs: number
}

export function emptyCountHistory(): CountHistory {
  return { hours: new Map(), days: new Map(), toMs: 0 }
}

export interface FoldedHours {
  /** Starts of hours and days that changed, and of those that were forgotten. */
  readonly hours: readonly number[]
  readonly days: readonly number[]
  readonly forgotten: readonly { readonly what: 'hour' | 'day'; readonly startMs: number }[]
}

const nothing: FoldedHours = { hours: [], days: [], forgotten: [] }

/** Takes in the hours that have ended by `closedToMs`, of buckets that are oldest first. */
export function foldCountHours(
  history: CountHistory,
  closed: readonly Bucket[],
  closedToMs: number,
): FoldedHours {
  const upToMs = Math.floor(closedToMs / countHourMs) * countHourMs
  if (upToMs <= history.toMs) return nothing
  const hours = new Map<number, Bucket[]>()
  for (let at = closed.length - 1; at >= 0 && closed[at]!.endMs > history.toMs; at--) {
    const bucket = closed[at]!
    const hourMs = Math.floor(bucket.startMs / countHourMs) * countHourMs
    if (hourMs >= upToMs) continue
    hours.set(hourMs, [bucket, ...(hours.get(hourMs) ?? [])])
  }
  const days = new Set<number>()
  for (const [hourMs, buckets] of [...hours].sort(([a], [b]) => a - b)) {
    const hour = hourOf(hourMs, buckets)
    history.hours.set(hourMs, hour)
    days.add(addBins(history, hourMs, hour))
  }
  history.toMs = upToMs
  return {
    hours: [...hours.keys()].sort((a, b) => a - b),
    days: [...days],
    forgotten: forget(history),
  }
}

function hourOf(hourMs: number, buckets: readonly Bucket[]): CountHour {
  const stepMs = Math.max(minuteMs, ...buckets.map(({ startMs, endMs }) => endMs - startMs))
  const length = Math.max(1, Math.round(countHourMs / stepMs))
  const series = new Map<string, Elements>()
  const known = Array.from({ length }, () => true)
  const heard = Array.from({ length }, () => false)
  for (const bucket of buckets) {
    const at = Math.min(length - 1, Math.floor((bucket.startMs - hourMs) / stepMs))
    if (bucket.missing || bucket.completeness < completenessMin) known[at] = false
    heard[at] = true
    for (const { routes } of bucket.cells.values()) {
      for (const [route, { requests, errors }] of routes) {
        for (const name of [wholeService, route])
          add(series, name, { length, at, requests, errors })
      }
    }
  }
  if (!series.has(wholeService))
    add(series, wholeService, { length, at: 0, requests: 0, errors: 0 })
  for (const elements of series.values()) {
    for (let at = 0; at < length; at++) {
      if (known[at] && heard[at]) continue
      elements[2 * at] = elements[2 * at + 1] = -1
    }
  }
  return { stepMs, series: new Map(busiest(series)) }
}

interface Counted {
  readonly length: number
  readonly at: number
  readonly requests: number
  readonly errors: number
}

function add(
  series: Map<string, Elements>,
  name: string,
  { length, at, requests, errors }: Counted,
): void {
  let elements = series.get(name)
  if (elements === undefined) {
    elements = Array.from({ length: 2 * length }, () => 0)
    series.set(name, elements)
  }
  elements[2 * at]! += requests
  elements[2 * at + 1]! += errors
}

/** The whole service, and the routes with most requests in the hour. */
function busiest(series: ReadonlyMap<string, Elements>): [string, Elements][] {
  const requests = (elements: Elements) =>
    elements.reduce((sum, each, i) => (i % 2 === 0 && each > 0 ? sum + each : sum), 0)
  const routes = [...series].filter(([name]) => name !== wholeService)
  const ranked = routes
    .map((each) => ({ each, total: requests(each[1]) }))
    .sort((a, b) => b.total - a.total || (a.each[0] < b.each[0] ? -1 : 1))
  const whole = series.get(wholeService)
  const first: [string, Elements][] = whole === undefined ? [] : [[wholeService, whole]]
  return [...first, ...ranked.slice(0, routesMax).map(({ each }) => each)]
}

/** Returns the day that the hour belongs to. */
function addBins({ days }: CountHistory, hourMs: number, { stepMs, series }: CountHour): number {
  const day = Math.floor(hourMs / dayMs) * dayMs
  const bins = days.get(day) ?? new Map<string, Elements>()
  days.set(day, bins)
  const perDay = dayMs / countBinMs
  for (const [name, elements] of series) {
    const sums = bins.get(name) ?? Array.from({ length: 2 * perDay }, () => -1)
    bins.set(name, sums)
    for (let at = 0; 2 * at < elements.length; at++) {
      const [requests, errors] = [elements[2 * at]!, elements[2 * at + 1]!]
      if (requests < 0) continue
      const bin = Math.floor((hourMs - day + at * stepMs) / countBinMs)
      sums[2 * bin] = Math.max(0, sums[2 * bin]!) + requests
      sums[2 * bin + 1] = Math.max(0, sums[2 * bin + 1]!) + errors
    }
  }
  return day
}

function forget({ hours, days, toMs }: CountHistory): FoldedHours['forgotten'] {
  const gone: { what: 'hour' | 'day'; startMs: number }[] = []
  for (const startMs of hours.keys()) {
    if (startMs >= toMs - hoursKeptMs) continue
    hours.delete(startMs)
    gone.push({ what: 'hour', startMs })
  }
  for (const startMs of days.keys()) {
    if (startMs >= toMs - daysKeptMs) continue
    days.delete(startMs)
    gone.push({ what: 'day', startMs })
  }
  return gone
}

/** Start of the oldest hour of which anything is kept; null for none. */
export function countsKnownFrom({ hours, days }: CountHistory): number | null {
  const starts = [...hours.keys(), ...days.keys()]
  return starts.length === 0 ? null : Math.min(...starts)
}

export interface SeriesElements {
  readonly stepMs: number
  /** Oldest first, without gaps; the last one ends at the history's end. Null where nothing is known. */
  readonly elements: readonly ({ readonly requests: number; readonly errors: number } | null)[]
}

/** One series at the newest hour's step; hours of another step, or without the series, are unknown. */
export function seriesElements({ hours, toMs }: CountHistory, name: string): SeriesElements | null {
  const starts = [...hours.keys()].sort((a, b) => a - b)
  const newest = starts.length === 0 ? undefined : hours.get(starts.at(-1)!)
  if (newest === undefined) return null
  const { stepMs } = newest
  const length = Math.max(1, Math.round(countHourMs / stepMs))
  const elements: ({ requests: number; errors: number } | null)[] = []
  for (let hourMs = starts[0]!; hourMs < toMs; hourMs += countHourMs) {
    const hour = hours.get(hourMs)
    const own = hour?.stepMs === stepMs ? hour.series.get(name) : undefined
    for (let at = 0; at < length; at++) {
      const requests = own?.[2 * at] ?? -1
      elements.push(requests < 0 ? null : { requests, errors: own![2 * at + 1]! })
    }
  }
  return { stepMs, elements }
}

export interface SeriesBin {
  /** Middle, minutes since the epoch. */
  readonly minute: number
  readonly requests: number
  readonly errors: number
}

/** Bins of ten minutes of one series, oldest first; those of which nothing is known are left out. */
export function seriesBins({ days }: CountHistory, name: string): SeriesBin[] {
  const bins: SeriesBin[] = []
  for (const day of [...days.keys()].sort((a, b) => a - b)) {
    const own = days.get(day)!.get(name)
    if (own === undefined) continue
    for (let bin = 0; 2 * bin < own.length; bin++) {
      const requests = own[2 * bin]!
      if (requests < 0) continue
      const minute = (day + (bin + 0.5) * countBinMs) / minuteMs
      bins.push({ minute, requests, errors: own[2 * bin + 1]! })
    }
  }
  return bins
}

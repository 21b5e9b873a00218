/**
 * What a service counted over the last weeks: requests, failures and slow requests of the whole of it and of its busiest
 * routes, a minute (or a step, where that is longer) at a time for three days, and in bins of ten minutes for four weeks.
 *
 * Fed once an hour from the closed buckets. -1 where telemetry was missing or incomplete; a route that was not asked for
 * while the service was has zeros. Slow is what lies above the thresholds that were in force at the time. Milliseconds,
 * hours and days aligned to the epoch. Source: detection reference, section 23.
 */
import {
  beginLatencyHour,
  emptyLatencyHistory,
  endLatencyHour,
  forgetLatency,
  type LatencyHistory,
} from './latency-history.ts'
import { type PackedCounts, packCounts, unpackCounts } from './packed-counts.ts'
import { latencyTotals, slowCounts } from './slow-counts.ts'
import type { Renewal } from './slow-thresholds.ts'
import { type Bucket, isUsable } from './track.ts'

export const countHourMs = 3_600_000
export const countDayMs = 24 * countHourMs
const minuteMs = 60_000
export const countBinMs = 10 * minuteMs
/** Hours at full resolution, for the drift, and days of bins, for the season. */
const hoursKeptMs = 3 * countDayMs
const daysKeptMs = 28 * countDayMs

/** Name of the series of all routes together; no route is called so. */
export const wholeService = ''

/** Rows of [requests, failures, slow by level], flat: -1 for what nothing is known of. */
export type Elements = PackedCounts

export interface CountHour {
  /** Length of an element. */
  readonly stepMs: number
  /** The whole service, then its routes with most requests first. */
  readonly series: ReadonlyMap<string, Elements>
}

/** Which series are kept: so many with most requests in an hour, and whether all together are one too. */
export interface KeptSeries {
  readonly routes: number
  readonly whole: boolean
}

export interface CountHistory {
  /** By start; oldest first. */
  readonly hours: Map<number, CountHour>
  /** By start of the day; elements of ten minutes. */
  readonly days: Map<number, Map<string, Elements>>
  readonly latency: LatencyHistory
  readonly kept: KeptSeries
  /** End of the newest hour that is in it. */
  toMs: number
}

/** `levels`: quantiles above whose thresholds requests are slow. */
export function emptyCountHistory(
  levels: readonly number[] = [],
  kept: KeptSeries = { routes: 10, whole: true },
): CountHistory {
  return { hours: new Map(), days: new Map(), latency: emptyLatencyHistory(levels), kept, toMs: 0 }
}

/** Length of a row. */
export const widthOf = ({ latency }: Pick<CountHistory, 'latency'>) => 2 + latency.levels.length

export interface FoldedHours {
  /** Starts of hours and days that changed, and of those that were forgotten. */
  readonly hours: readonly number[]
  readonly days: readonly number[]
  readonly forgotten: readonly {
    readonly what: 'hour' | 'day' | 'latency'
    readonly startMs: number
  }[]
  /** Series whose thresholds changed. */
  readonly renewals: readonly Renewal[]
}

const nothing: FoldedHours = { hours: [], days: [], forgotten: [], renewals: [] }

/** Takes in the hours that have ended by `closedToMs`, of buckets that are oldest first. */
export function foldCountHours(
  history: CountHistory,
  closed: readonly Bucket[],
  closedToMs: number,
): FoldedHours {
  const upToMs = Math.floor(closedToMs / countHourMs) * countHourMs
  if (upToMs <= history.toMs) return nothing
  let from = closed.length
  while (from > 0 && closed[from - 1]!.endMs > history.toMs) from--
  const hours = new Map<number, Bucket[]>()
  for (const bucket of closed.slice(from)) {
    const hourMs = Math.floor(bucket.startMs / countHourMs) * countHourMs
    if (hourMs >= upToMs) continue
    const known = hours.get(hourMs)
    if (known === undefined) hours.set(hourMs, [bucket])
    else known.push(bucket)
  }
  const days = new Set<number>()
  const renewals: Renewal[] = []
  for (const [hourMs, buckets] of [...hours].sort(([a], [b]) => a - b)) {
    const hour = hourOf(history, hourMs, buckets, renewals)
    history.hours.set(hourMs, hour)
    days.add(addBins(history, hourMs, hour))
  }
  history.toMs = upToMs
  return {
    hours: [...hours.keys()].sort((a, b) => a - b),
    days: [...days],
    forgotten: forget(history),
    renewals,
  }
}

function hourOf(
  { latency, kept }: Pick<CountHistory, 'latency' | 'kept'>,
  hourMs: number,
  buckets: readonly Bucket[],
  renewals: Renewal[],
): CountHour {
  const stepMs = Math.max(minuteMs, ...buckets.map(({ startMs, endMs }) => endMs - startMs))
  const length = Math.max(1, Math.round(countHourMs / stepMs))
  const placeOf = ({ startMs }: Bucket) =>
    Math.min(length - 1, Math.floor((startMs - hourMs) / stepMs))
  const counts = busiest(countRequests(buckets, length, placeOf), kept)
  const names = new Set(counts.keys())
  const totals =
    latency.levels.length === 0 ? new Map() : latencyTotals(buckets, { names, whole: wholeService })
  renewals.push(...beginLatencyHour(latency, hourMs, totals))
  const { thresholds } = latency
  const asked = { names: new Set(totals.keys()), whole: wholeService, length, placeOf, thresholds }
  const slow = slowCounts(buckets, asked)
  renewals.push(...endLatencyHour(latency, hourMs, totals))
  const known = knownElements(buckets, length, placeOf)
  const series = new Map<string, Elements>()
  for (const [name, own] of counts) {
    const rows = known.flatMap((isKnown, at) => {
      const above = latency.levels.map(
        (_, q) => slow.get(name)?.[at * latency.levels.length + q] ?? -1,
      )
      const row = [own[2 * at]!, own[2 * at + 1]!, ...above]
      return isKnown ? row : row.map(() => -1)
    })
    series.set(name, packCounts(rows))
  }
  return { stepMs, series }
}

function knownElements(
  buckets: readonly Bucket[],
  length: number,
  placeOf: (bucket: Bucket) => number,
): boolean[] {
  const [heard, lacking] = [new Set<number>(), new Set<number>()]
  for (const bucket of buckets) {
    heard.add(placeOf(bucket))
    if (!isUsable(bucket)) lacking.add(placeOf(bucket))
  }
  return Array.from({ length }, (_, at) => heard.has(at) && !lacking.has(at))
}

/** [requests, failures] by element, flat. */
function countRequests(
  buckets: readonly Bucket[],
  length: number,
  placeOf: (bucket: Bucket) => number,
): Map<string, number[]> {
  const zeros = () => Array.from({ length: 2 * length }, () => 0)
  const series = new Map<string, number[]>([[wholeService, zeros()]])
  for (const bucket of buckets) {
    const at = placeOf(bucket)
    for (const { routes } of bucket.cells.values()) {
      for (const [route, { requests, errors }] of routes) {
        const own = series.get(route) ?? zeros()
        series.set(route, own)
        for (const counts of [series.get(wholeService)!, own]) {
          counts[2 * at]! += requests
          counts[2 * at + 1]! += errors
        }
      }
    }
  }
  return series
}

/** The whole service, and the routes with most requests in the hour. */
function busiest(
  series: ReadonlyMap<string, number[]>,
  { routes, whole }: KeptSeries,
): Map<string, number[]> {
  const requests = (counts: number[]) =>
    counts.reduce((sum, each, i) => (i % 2 === 0 ? sum + each : sum), 0)
  const ranked = [...series]
    .filter(([name]) => name !== wholeService)
    .map((each) => ({ each, total: requests(each[1]) }))
    .sort((a, b) => b.total - a.total || (a.each[0] < b.each[0] ? -1 : 1))
  return new Map([
    ...(whole ? [[wholeService, series.get(wholeService)!] as const] : []),
    ...ranked.slice(0, routes).map(({ each }) => each),
  ])
}

/** Bins lie within an hour. Slow requests of a bin are known if those of all its requests are. */
function addBins(history: CountHistory, hourMs: number, { stepMs, series }: CountHour): number {
  const { days } = history
  const width = widthOf(history)
  const day = Math.floor(hourMs / countDayMs) * countDayMs
  const bins = days.get(day) ?? new Map<string, Elements>()
  days.set(day, bins)
  const perDay = countDayMs / countBinMs
  const perHour = countHourMs / countBinMs
  const first = (hourMs - day) / countBinMs
  for (const [name, elements] of series) {
    const known = bins.get(name)
    const sums = known ? unpackCounts(known) : Array.from({ length: width * perDay }, () => -1)
    sums.fill(-1, width * first, width * (first + perHour))
    const unknown = new Set<number>()
    const rows = unpackCounts(elements)
    for (let at = 0; at < rows.length; at += width) {
      if (rows[at]! < 0) continue
      const bin = width * (first + Math.floor(((at / width) * stepMs) / countBinMs))
      for (let column = 0; column < width; column++) {
        const each = rows[at + column]!
        if (each < 0) unknown.add(bin + column)
        sums[bin + column] = Math.max(0, sums[bin + column]!) + each
      }
    }
    for (const place of unknown) sums[place] = -1
    bins.set(name, packCounts(sums))
  }
  return day
}

function forget({ hours, days, latency, toMs }: CountHistory): FoldedHours['forgotten'] {
  const gone: { what: 'hour' | 'day' | 'latency'; startMs: number }[] = []
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
  for (const startMs of forgetLatency(latency, toMs)) gone.push({ what: 'latency', startMs })
  // Routes come and go, and their names are the senders'.
  for (const name of latency.thresholds.keys()) {
    if (![...hours.values()].some(({ series }) => series.has(name))) latency.thresholds.delete(name)
  }
  return gone
}

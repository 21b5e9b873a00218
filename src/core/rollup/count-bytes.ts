/** What a count history takes in memory, series by series, and the way to let one go. */
import type { CountHistory } from './count-history.ts'
import type { PackedLatency } from './latency-history.ts'
import { newestRequests } from './count-series.ts'

/** Of an array besides its bytes: 209 on the heap as measured, and what the allocator adds. */
const arrayBytes = 250
const boundBytes = 8

export function countBytes({ hours, days, latency }: CountHistory): number {
  let sum = 0
  for (const { series } of hours.values()) for (const each of series.values()) sum += bytesOf(each)
  for (const series of days.values()) for (const each of series.values()) sum += bytesOf(each)
  for (const series of latency.hours.values()) {
    for (const each of series.values()) sum += latencyBytes(each)
  }
  return sum
}

const bytesOf = ({ byteLength }: Uint8Array) => byteLength + arrayBytes

function latencyBytes(latency: PackedLatency): number {
  const bounds = 'bounds' in latency ? latency.bounds.length : 0
  return bytesOf(latency.counts) + boundBytes * bounds
}

/** Requests of the newest hour by series; 0 for those that were not in it. */
export function requestsBySeries(history: CountHistory): Map<string, number> {
  const requests = new Map<string, number>()
  for (const { series } of history.hours.values())
    for (const name of series.keys()) requests.set(name, 0)
  for (const series of history.days.values())
    for (const name of series.keys()) requests.set(name, 0)
  for (const [name, sum] of newestRequests(history)) requests.set(name, sum)
  return requests
}

/** Starts of what changed. */
export interface DroppedSeries {
  readonly hour: readonly number[]
  readonly day: readonly number[]
  readonly latency: readonly number[]
}

/** Takes one series out of it; hours and days that have no other are gone. */
export function dropSeries({ hours, days, latency }: CountHistory, name: string): DroppedSeries {
  const dropped = { hour: [] as number[], day: [] as number[], latency: [] as number[] }
  for (const [startMs, hour] of hours) {
    if (!hour.series.has(name)) continue
    dropped.hour.push(startMs)
    const series = without(hour.series, name)
    if (series.size === 0) hours.delete(startMs)
    else hours.set(startMs, { ...hour, series })
  }
  for (const [startMs, series] of days) {
    if (!series.delete(name)) continue
    dropped.day.push(startMs)
    if (series.size === 0) days.delete(startMs)
  }
  for (const [startMs, series] of latency.hours) {
    if (!series.has(name)) continue
    dropped.latency.push(startMs)
    const rest = without(series, name)
    if (rest.size === 0) latency.hours.delete(startMs)
    else latency.hours.set(startMs, rest)
  }
  latency.thresholds.delete(name)
  return dropped
}

function without<T>(series: ReadonlyMap<string, T>, name: string): Map<string, T> {
  const rest = new Map(series)
  rest.delete(name)
  return rest
}

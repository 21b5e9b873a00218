/**
 * Two weeks of a service's gauges, a value a minute: whole hours of closed minutes, folded as they end.
 *
 * Kept by day and series as distances from the series' first value (`gauge-track.ts`) in 32 bits, 6 KB a day;
 * NaN where nothing was heard. Milliseconds, hours and days aligned to the epoch.
 */
import { gaugeMinuteMs, type GaugeTrack, totalOf } from './gauge-track.ts'

export const gaugeHourMs = 3_600_000
export const gaugeDayMs = 24 * gaugeHourMs
const minutesPerDay = gaugeDayMs / gaugeMinuteMs
const minutesPerHour = gaugeHourMs / gaugeMinuteMs
/** What a release needs is still there at the end of its watch. */
export const gaugeKeptMs = 14 * gaugeDayMs + 6 * gaugeHourMs

export interface GaugeHistory {
  /** By start of the day, then by series. */
  days: Map<number, Map<string, Float32Array>>
  /** End of the newest hour that is in it. */
  toMs: number
}

export function emptyGaugeHistory(): GaugeHistory {
  return { days: new Map(), toMs: 0 }
}

/** Takes in the hours that have ended by `nowMs`; returns their starts. */
export function foldHours(history: GaugeHistory, track: GaugeTrack, nowMs: number): number[] {
  const upToMs = Math.floor(nowMs / gaugeHourMs) * gaugeHourMs
  if (upToMs <= history.toMs) return []
  const hours = new Set<number>()
  for (const { startMs, totals } of track.closed) {
    if (startMs < history.toMs || startMs >= upToMs || totals.size === 0) continue
    hours.add(Math.floor(startMs / gaugeHourMs) * gaugeHourMs)
    const dayMs = dayOf(startMs)
    for (const [name, distance] of totals) {
      minutesOf(history, dayMs, name)[(startMs - dayMs) / gaugeMinuteMs] = distance
    }
  }
  history.toMs = upToMs
  return [...hours]
}

export function dayOf(atMs: number): number {
  return Math.floor(atMs / gaugeDayMs) * gaugeDayMs
}

function minutesOf(history: GaugeHistory, dayMs: number, name: string): Float32Array {
  let day = history.days.get(dayMs)
  if (day === undefined) history.days.set(dayMs, (day = new Map()))
  let minutes = day.get(name)
  if (minutes === undefined) {
    minutes = new Float32Array(minutesPerDay).fill(Number.NaN)
    day.set(name, minutes)
  }
  return minutes
}

/** Values of a series in [fromMs, toMs), one a minute; NaN where none is known. */
export function seriesBetween(
  { history, track }: { readonly history: GaugeHistory; readonly track: GaugeTrack },
  name: string,
  fromMs: number,
  toMs: number,
): Float64Array {
  const values = new Float64Array((toMs - fromMs) / gaugeMinuteMs).fill(Number.NaN)
  const base = track.series.get(name)?.base ?? 0
  for (const [dayMs, day] of history.days) {
    const minutes = day.get(name)
    if (minutes === undefined || dayMs >= toMs || dayMs + gaugeDayMs <= fromMs) continue
    const first = Math.max(0, (fromMs - dayMs) / gaugeMinuteMs)
    const last = Math.min(minutesPerDay, (toMs - dayMs) / gaugeMinuteMs)
    const shift = (dayMs - fromMs) / gaugeMinuteMs
    for (let at = first; at < last; at++) values[at + shift] = base + minutes[at]!
  }
  for (const bucket of track.closed) {
    if (bucket.startMs < fromMs || bucket.startMs >= toMs) continue
    values[(bucket.startMs - fromMs) / gaugeMinuteMs] = totalOf(track, bucket, name)
  }
  return values
}

/** Start of the first minute that is known of any series; null for none. */
export function gaugesKnownFrom(history: GaugeHistory, track: GaugeTrack): number | null {
  const [closed] = track.closed
  const [firstDay] = [...history.days.keys()].sort((a, b) => a - b)
  if (firstDay === undefined) return closed?.startMs ?? null
  let first = minutesPerDay
  for (const minutes of history.days.get(firstDay)!.values()) {
    const at = minutes.findIndex((value) => !Number.isNaN(value))
    if (at >= 0) first = Math.min(first, at)
  }
  return firstDay + first * gaugeMinuteMs
}

/** Forgets days that end before `beforeMs`; returns their starts. */
export function forgetDays(history: GaugeHistory, beforeMs: number): number[] {
  const gone = [...history.days.keys()].filter((dayMs) => dayMs + gaugeDayMs <= beforeMs)
  for (const dayMs of gone) history.days.delete(dayMs)
  return gone
}

export function forgetSeriesOf({ days }: GaugeHistory, name: string): void {
  for (const day of days.values()) day.delete(name)
}

/** Of one hour, by series: its first value and the 60 distances from it. */
export type HourOfGauges = readonly {
  readonly name: string
  readonly base: number
  readonly minutes: Float32Array
}[]

export function hourOf(history: GaugeHistory, track: GaugeTrack, hourMs: number): HourOfGauges {
  const dayMs = dayOf(hourMs)
  const from = (hourMs - dayMs) / gaugeMinuteMs
  return [...(history.days.get(dayMs) ?? [])].flatMap(([name, day]) => {
    const base = track.series.get(name)?.base ?? null
    const minutes = day.slice(from, from + minutesPerHour)
    return base === null || minutes.every(Number.isNaN) ? [] : [{ name, base, minutes }]
  })
}

/** What was written of a series that has been dropped meanwhile, or began anew, is left out. */
export function addHour(
  history: GaugeHistory,
  track: GaugeTrack,
  hourMs: number,
  hour: HourOfGauges,
): void {
  const dayMs = dayOf(hourMs)
  for (const { name, base, minutes } of hour) {
    if (track.series.get(name)?.base !== base) continue
    minutesOf(history, dayMs, name).set(minutes, (hourMs - dayMs) / gaugeMinuteMs)
  }
}

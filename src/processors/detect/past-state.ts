/**
 * What a service is judged by beside its last hours: its counts of weeks, fits made from them, and how loud its
 * sentinels were where nothing was released (detection reference, sections 4.5, 10 and 23).
 *
 * Entries: `past/<service>` the fits and placebos; in the group of its past `hour/<start>` and `day/<start>` the
 * counts, by track.
 */
import type { PlaceboSignal } from '../../core/detection/placebo-signals.ts'
import type { StreamFit } from '../../core/detection/fit.ts'
import type { Nuisance } from '../../core/detection/parameters.ts'
import {
  countHourMs,
  type CountHistory,
  type CountHour,
  type Elements,
  emptyCountHistory,
  foldCountHours,
} from '../../core/rollup/count-history.ts'
import type { Bucket } from '../../core/rollup/track.ts'

export const pastTracks = ['spans', 'metrics'] as const
export type PastTrack = (typeof pastTracks)[number]

export type FittedSignal = 'errors' | 'traffic'

export const fitKey = (signal: FittedSignal, track: PastTrack, route: string) =>
  `${signal} ${track} ${route}`

export interface KnownFit {
  readonly fit: StreamFit
  /** End of the history that it was made from. */
  readonly atMs: number
}

/** Greatest log E of each sentinel stream over one watch, uncalibrated. */
export interface Placebo {
  readonly atMs: number
  readonly maxima: Partial<Record<PlaceboSignal, number>>
}

export interface PastState {
  counts: Record<PastTrack, CountHistory>
  /** By signal, track and route. */
  fits: Map<string, KnownFit>
  placebos: Placebo[]
}

const placebosMax = 200
const placebosKeptMs = 28 * 86_400_000

export function emptyPast(): PastState {
  return {
    counts: { spans: emptyCountHistory(), metrics: emptyCountHistory() },
    fits: new Map(),
    placebos: [],
  }
}

export const pastGroup = (service: string) => `past/${service}/counts`

/** What has to be written; keys within the group of the service's past. */
export interface PastChanges {
  readonly puts: readonly { readonly key: string; readonly store: () => unknown }[]
  readonly facts: boolean
}

const unchanged: PastChanges = { puts: [], facts: false }

/** Takes in the hours that have ended. */
export function foldPast(
  past: PastState,
  track: PastTrack,
  { closed, closedToMs }: { readonly closed: readonly Bucket[]; readonly closedToMs: number },
): PastChanges {
  const history = past.counts[track]
  if (closedToMs < history.toMs + countHourMs) return unchanged
  const before = history.toMs
  const { hours, days, forgotten } = foldCountHours(history, closed, closedToMs)
  const hourKey = (startMs: number) => `hour/${track}/${startMs}`
  const dayKey = (startMs: number) => `day/${track}/${startMs}`
  return {
    facts: history.toMs !== before,
    puts: [
      ...hours.map((startMs) => ({
        key: hourKey(startMs),
        store: () => storeHour(history, startMs),
      })),
      ...days.map((startMs) => ({ key: dayKey(startMs), store: () => storeDay(history, startMs) })),
      ...forgotten.map(({ what, startMs }) => ({
        key: what === 'hour' ? hourKey(startMs) : dayKey(startMs),
        store: () => null,
      })),
    ],
  }
}

/** Null where it has been forgotten meanwhile. */
function storeHour({ hours }: CountHistory, startMs: number): unknown {
  const hour = hours.get(startMs)
  return hour === undefined ? null : { stepMs: hour.stepMs, series: [...hour.series] }
}

function storeDay({ days }: CountHistory, startMs: number): unknown {
  const day = days.get(startMs)
  return day === undefined ? null : [...day]
}

export function notePlacebo(past: PastState, placebo: Placebo): void {
  past.placebos = [...past.placebos, placebo]
    .filter(({ atMs }) => atMs > placebo.atMs - placebosKeptMs)
    .slice(-placebosMax)
}

/** Maxima of one signal. */
export function maximaOf(past: PastState, signal: PlaceboSignal): number[] {
  return past.placebos.flatMap(({ maxima }) => maxima[signal] ?? [])
}

/** Of the fits on a long history of one signal. */
export function ownNuisances(past: PastState, signal: FittedSignal): Nuisance[] {
  return [...past.fits]
    .filter(([key, { fit }]) => fit.from === 'own' && key.startsWith(`${signal} `))
    .map(([, { fit }]) => fit.nuisance)
}

export function storePast({ counts, fits, placebos }: PastState): unknown {
  return {
    to: pastTracks.map((track) => counts[track].toMs),
    fits: [...fits],
    placebos: placebos.map(({ atMs, maxima }) => [atMs, maxima]),
  }
}

export function restorePast(past: PastState, stored: unknown): void {
  const { to, fits, placebos } = stored as {
    to: number[]
    fits: [string, KnownFit][]
    placebos: [number, Placebo['maxima']][]
  }
  pastTracks.forEach((track, at) => {
    past.counts[track].toMs = to[at] ?? 0
  })
  past.fits = new Map(fits)
  past.placebos = placebos.map(([atMs, maxima]) => ({ atMs, maxima }))
}

export function restoreCounts(past: PastState, key: string, value: unknown): void {
  const [what, track, start] = key.split('/')
  const { hours, days } = past.counts[track as PastTrack]
  if (what === 'hour') {
    const { stepMs, series } = value as { stepMs: number; series: [string, Elements][] }
    hours.set(Number(start), { stepMs, series: new Map(series) } satisfies CountHour)
  } else days.set(Number(start), new Map(value as [string, Elements][]))
}

/** Entries come in any order. */
export function sortPast({ counts }: PastState): void {
  for (const track of pastTracks) {
    const { hours, days } = counts[track]
    for (const map of [hours, days] as Map<number, unknown>[]) {
      const sorted = [...map].sort(([a], [b]) => a - b)
      map.clear()
      for (const [startMs, value] of sorted) map.set(startMs, value)
    }
  }
}

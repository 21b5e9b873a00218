/**
 * What a service is judged by beside its last hours: its counts of weeks, fits made from them, and how loud its
 * sentinels were where nothing was released (detection reference, sections 4.5, 10 and 23).
 *
 * Entries: `past/<service>` the fits, placebos and thresholds; in the group of its past, by track, `hour/<start>` and
 * `day/<start>` the counts and `latency/<start>` the histograms. Business counters have tracks of their own: exposure and
 * events by counter, the exposure as either source tells it.
 */
import type { PlaceboSignal } from '../../core/detection/placebo-signals.ts'
import type { StreamFit } from '../../core/detection/fit.ts'
import { latencyQuantiles, type Nuisance } from '../../core/detection/parameters.ts'
import { dropSeries } from '../../core/rollup/count-bytes.ts'
import {
  countHourMs,
  type CountHistory,
  type CountHour,
  type Elements,
  emptyCountHistory,
  foldCountHours,
} from '../../core/rollup/count-history.ts'
import type { PackedLatency } from '../../core/rollup/latency-history.ts'
import type { Renewal, SlowThresholds } from '../../core/rollup/slow-thresholds.ts'
import type { Bucket } from '../../core/rollup/track.ts'
import { type FittedSignal, fittedSignals, latencySignals } from './fitted-signal.ts'

export const pastTracks = ['spans', 'metrics'] as const
export type PastTrack = (typeof pastTracks)[number]
/** New ones come last: what is stored goes by the place. */
export const pastHistories = [...pastTracks, 'business-spans', 'business-metrics'] as const
export type PastHistory = (typeof pastHistories)[number]

/** Business counters that are judged, and kept, at most. */
export const countersMax = 20

/** What a signal is fitted on. */
export const historyOf = (signal: FittedSignal, track: PastTrack): PastHistory =>
  signal === 'business' ? `business-${track}` : track

export const fitKey = (signal: FittedSignal, track: PastHistory, route: string) =>
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
  counts: Record<PastHistory, CountHistory>
  /** By signal, track and route (or counter). */
  fits: Map<string, KnownFit>
  placebos: Placebo[]
}

const placebosMax = 200
const placebosKeptMs = 28 * 86_400_000

const emptyBusiness = () => emptyCountHistory([], { routes: countersMax, whole: false })

export function emptyPast(): PastState {
  return {
    counts: {
      spans: emptyCountHistory(latencyQuantiles),
      metrics: emptyCountHistory(latencyQuantiles),
      'business-spans': emptyBusiness(),
      'business-metrics': emptyBusiness(),
    },
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

export const unchanged: PastChanges = { puts: [], facts: false }

/** Takes in the hours that have ended. */
export function foldPast(
  past: PastState,
  name: PastHistory,
  { closed, closedToMs }: { readonly closed: readonly Bucket[]; readonly closedToMs: number },
): PastChanges {
  const history = past.counts[name]
  if (closedToMs < history.toMs + countHourMs) return unchanged
  const before = history.toMs
  const { hours, days, forgotten, renewals } = foldCountHours(history, closed, closedToMs)
  for (const renewal of renewals) moveFits(past, name, renewal)
  const put = putsOf(history, name)
  return {
    facts: history.toMs !== before,
    puts: [
      ...hours.map(put('hour')),
      ...days.map(put('day')),
      ...(history.latency.levels.length === 0 ? [] : hours.map(put('latency'))),
      ...forgotten.map(({ what, startMs }) => put(what)(startMs)),
    ],
  }
}

const putsOf =
  (history: CountHistory, track: PastHistory) =>
  (what: 'hour' | 'day' | 'latency') =>
  (startMs: number) => ({
    key: `${what}/${track}/${startMs}`,
    store: () => stores[what](history, startMs),
  })

/** Lets go of one series, with what was fitted on it. */
export function dropPast(past: PastState, of: PastHistory, name: string): PastChanges {
  const history = past.counts[of]
  const { hour, day, latency } = dropSeries(history, name)
  for (const track of pastTracks) {
    for (const signal of fittedSignals) {
      if (historyOf(signal, track) === of) past.fits.delete(fitKey(signal, track, name))
    }
  }
  const put = putsOf(history, of)
  const puts = [...hour.map(put('hour')), ...day.map(put('day')), ...latency.map(put('latency'))]
  return { facts: true, puts }
}

/** A fit goes on at the new threshold, with the season's constant moved; of a history that ended the unrest remains. */
function moveFits({ fits }: PastState, track: PastHistory, { name, shifts }: Renewal): void {
  for (const [level, signal] of latencySignals.entries()) {
    const key = fitKey(signal, track, name)
    const known = fits.get(key)
    if (known === undefined) continue
    const { fit } = known
    const next = shifts === null ? { ...fit, season: null } : moved(fit, shifts[level]!)
    fits.set(key, { ...known, fit: next })
  }
}

function moved(fit: StreamFit, shift: number): StreamFit {
  if (fit.season === null || shift === 0) return fit
  const [constant = 0, ...waves] = fit.season.coefficients
  return { ...fit, season: { ...fit.season, coefficients: [constant + shift, ...waves] } }
}

/** Null where it has been forgotten meanwhile. */
const stores = {
  hour: ({ hours }: CountHistory, startMs: number): unknown => {
    const hour = hours.get(startMs)
    return hour === undefined ? null : { stepMs: hour.stepMs, series: storeSeries(hour.series) }
  },
  day: ({ days }: CountHistory, startMs: number): unknown => {
    const day = days.get(startMs)
    return day === undefined ? null : storeSeries(day)
  },
  latency: ({ latency }: CountHistory, startMs: number): unknown => {
    const hour = latency.hours.get(startMs)
    if (hour === undefined) return null
    return [...hour].map(([name, each]) => [name, { ...each, counts: toText(each.counts) }])
  },
}

const toText = (bytes: Uint8Array) => Buffer.from(bytes).toString('base64')
const fromText = (text: string) => new Uint8Array(Buffer.from(text, 'base64'))

function storeSeries(series: ReadonlyMap<string, Elements>): [string, string][] {
  return [...series].map(([name, elements]) => [name, toText(elements)])
}

function restoreSeries(stored: readonly [string, string][]): Map<string, Elements> {
  return new Map(stored.map(([name, each]) => [name, fromText(each)]))
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
    to: pastHistories.map((track) => counts[track].toMs),
    thresholds: pastTracks.map((track) => [...counts[track].latency.thresholds]),
    fits: [...fits],
    placebos: placebos.map(({ atMs, maxima }) => [atMs, maxima]),
  }
}

export function restorePast(past: PastState, stored: unknown): void {
  const { to, fits, placebos, thresholds } = stored as {
    to: number[]
    thresholds: [string, SlowThresholds][][]
    fits: [string, KnownFit][]
    placebos: [number, Placebo['maxima']][]
  }
  pastHistories.forEach((track, at) => {
    past.counts[track].toMs = to[at] ?? 0
    for (const [name, each] of thresholds[at] ?? []) {
      past.counts[track].latency.thresholds.set(name, each)
    }
  })
  past.fits = new Map(fits)
  past.placebos = placebos.map(([atMs, maxima]) => ({ atMs, maxima }))
}

export function restoreCounts(past: PastState, key: string, value: unknown): void {
  const [what, track, start] = key.split('/')
  const { hours, days, latency } = past.counts[track as PastHistory]
  if (what === 'hour') {
    const { stepMs, series } = value as { stepMs: number; series: [string, string][] }
    hours.set(Number(start), { stepMs, series: restoreSeries(series) } satisfies CountHour)
  } else if (what === 'latency') {
    const stored = value as [string, Omit<PackedLatency, 'counts'> & { counts: string }][]
    const packed = stored.map(([name, each]): [string, PackedLatency] => [
      name,
      { ...each, counts: fromText(each.counts) } as PackedLatency,
    ])
    latency.hours.set(Number(start), new Map(packed))
  } else days.set(Number(start), restoreSeries(value as [string, string][]))
}

/** Entries come in any order. */
export function sortPast({ counts }: PastState): void {
  for (const { hours, days, latency } of Object.values(counts)) {
    for (const map of [hours, days, latency.hours] as Map<number, unknown>[]) {
      const sorted = [...map].sort(([a], [b]) => a - b)
      map.clear()
      for (const [startMs, value] of sorted) map.set(startMs, value)
    }
  }
}

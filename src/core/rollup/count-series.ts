/**
 * One series of a count history, read for its fits: its elements of three days, and its bins of four weeks.
 *
 * Slow requests are told as if all had been counted at the newest threshold: where it was renewed the exposure of what
 * lies before is less or more by what the share moved (`slow-thresholds`).
 */
import { type CountHistory, countBinMs, countHourMs, widthOf } from './count-history.ts'
import { unpackCounts } from './packed-counts.ts'
import { movedSince } from './slow-thresholds.ts'

const minuteMs = 60_000

/** Start of the oldest hour of which anything is kept; null for none. */
export function countsKnownFrom({ hours, days }: CountHistory): number | null {
  const starts = [...hours.keys(), ...days.keys()]
  return starts.length === 0 ? null : Math.min(...starts)
}

/** Requests of the newest hour, by series. */
export function newestRequests(history: CountHistory): [name: string, requests: number][] {
  const width = widthOf(history)
  const newest = history.hours.get(history.toMs - countHourMs)
  return [...(newest?.series ?? [])].map(([name, elements]) => {
    const rows = unpackCounts(elements)
    let sum = 0
    for (let at = 0; at < rows.length; at += width) sum += Math.max(0, rows[at]!)
    return [name, sum]
  })
}

/** What is counted: failures, or requests slower than the threshold of a level. */
export type Counted = 'errors' | { readonly level: number }

export interface SeriesCounts {
  readonly requests: number
  readonly events: number
}

export interface SeriesElements {
  readonly stepMs: number
  /** Oldest first, without gaps; the last one ends at the history's end. Null where nothing is known. */
  readonly elements: readonly (SeriesCounts | null)[]
}

/** One series at the newest hour's step; hours of another step, or without the series, are unknown. */
export function seriesElements(
  history: CountHistory,
  name: string,
  counted: Counted = 'errors',
): SeriesElements | null {
  const { hours, toMs } = history
  const starts = [...hours.keys()].sort((a, b) => a - b)
  const newest = starts.length === 0 ? undefined : hours.get(starts.at(-1)!)
  if (newest === undefined) return null
  const { stepMs } = newest
  const width = widthOf(history)
  const length = Math.max(1, Math.round(countHourMs / stepMs))
  const elements: (SeriesCounts | null)[] = []
  for (let hourMs = starts[0]!; hourMs < toMs; hourMs += countHourMs) {
    const hour = hours.get(hourMs)
    const own = hour?.stepMs === stepMs ? hour.series.get(name) : undefined
    const rows = own === undefined ? [] : unpackCounts(own)
    const read = reader(history, name, counted, hourMs)
    for (let at = 0; at < length; at++) elements.push(read(rows, at * width))
  }
  return { stepMs, elements }
}

export interface SeriesBin extends SeriesCounts {
  /** Middle, minutes since the epoch. */
  readonly minute: number
}

/** Bins of ten minutes of one series, oldest first; those of which nothing is known are left out. */
export function seriesBins(
  history: CountHistory,
  name: string,
  counted: Counted = 'errors',
): SeriesBin[] {
  const { days } = history
  const width = widthOf(history)
  const bins: SeriesBin[] = []
  for (const day of [...days.keys()].sort((a, b) => a - b)) {
    const own = days.get(day)!.get(name)
    if (own === undefined) continue
    const rows = unpackCounts(own)
    for (let bin = 0; width * bin < rows.length; bin++) {
      const atMs = day + bin * countBinMs
      const found = reader(history, name, counted, atMs)(rows, width * bin)
      if (found !== null) bins.push({ minute: (atMs + countBinMs / 2) / minuteMs, ...found })
    }
  }
  return bins
}

/** Of rows that were counted at `atMs`. */
function reader({ latency }: CountHistory, name: string, counted: Counted, atMs: number) {
  const known = latency.thresholds.get(name)
  const moved =
    counted === 'errors' ? 0 : known === undefined ? null : movedSince(known, counted.level, atMs)
  const column = counted === 'errors' ? 1 : 2 + counted.level
  const factor = moved === null ? 0 : Math.exp(-moved)
  return (rows: readonly number[], from: number): SeriesCounts | null => {
    const [requests, events] = [rows[from] ?? -1, rows[from + column] ?? -1]
    if (moved === null || requests < 0 || events < 0) return null
    return { requests: requests * factor, events }
  }
}

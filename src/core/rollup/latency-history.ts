/**
 * Latency of a service by the hour for a day, of the whole of it and of its busiest routes, and the thresholds that
 * were chosen from it. Hours aligned to the epoch, milliseconds; latencies in seconds.
 */
import type { Latency } from '../../contracts/latency.ts'
import { type PackedCounts, packCounts, unpackCounts } from './packed-counts.ts'
import {
  chooseThresholds,
  isCountable,
  isDue,
  type Renewal,
  type SlowThresholds,
} from './slow-thresholds.ts'

const hourMs = 3_600_000
const keptMs = 24 * hourMs

export type PackedLatency = { readonly counts: PackedCounts } & (
  | { readonly scale: number; readonly offset: number; readonly zero: number }
  | { readonly bounds: readonly number[] }
)

export interface LatencyHistory {
  /** Quantiles whose thresholds are chosen. */
  readonly levels: readonly number[]
  /** By start, then by series; oldest first. */
  readonly hours: Map<number, ReadonlyMap<string, PackedLatency>>
  /** In force, by series. */
  readonly thresholds: Map<string, SlowThresholds>
}

export function emptyLatencyHistory(levels: readonly number[]): LatencyHistory {
  return { levels, hours: new Map(), thresholds: new Map() }
}

/** Before an hour is counted: thresholds for what has none, and for what cannot be counted at its own. */
export function beginLatencyHour(
  history: LatencyHistory,
  startMs: number,
  totals: ReadonlyMap<string, Latency>,
): Renewal[] {
  const renewals = renewDue(history, startMs)
  for (const [name, total] of totals) {
    const known = history.thresholds.get(name)
    if (known !== undefined && isCountable(known, total)) continue
    renew(
      history,
      name,
      { atMs: startMs, hours: [total, ...hoursOf(history, name, startMs)] },
      renewals,
    )
  }
  return renewals
}

/** Takes in an hour that has been counted. */
export function endLatencyHour(
  history: LatencyHistory,
  startMs: number,
  totals: ReadonlyMap<string, Latency>,
): Renewal[] {
  if (totals.size > 0) {
    history.hours.set(startMs, new Map([...totals].map(([name, total]) => [name, packed(total)])))
  }
  return renewDue(history, startMs + hourMs)
}

function renewDue(history: LatencyHistory, atMs: number): Renewal[] {
  const renewals: Renewal[] = []
  for (const [name, known] of history.thresholds) {
    const hoursKnown = namesOf(history, atMs).filter((names) => names.has(name)).length
    if (hoursKnown === 0 || !isDue(known, atMs, hoursKnown)) continue
    renew(history, name, { atMs, hours: hoursOf(history, name, atMs) }, renewals)
  }
  return renewals
}

function renew(
  { levels, thresholds }: LatencyHistory,
  name: string,
  choice: { readonly atMs: number; readonly hours: readonly Latency[] },
  renewals: Renewal[],
): void {
  const known = thresholds.get(name)
  const chosen = chooseThresholds(known, { levels, ...choice })
  if (chosen === null) return
  thresholds.set(name, chosen.thresholds)
  if (known !== undefined) renewals.push({ name, shifts: chosen.shifts })
}

/** The day before `atMs`, newest first. */
function namesOf({ hours }: LatencyHistory, atMs: number): ReadonlyMap<string, PackedLatency>[] {
  return [...hours]
    .filter(([startMs]) => startMs >= atMs - keptMs && startMs < atMs)
    .map(([, names]) => names)
    .reverse()
}

function hoursOf(history: LatencyHistory, name: string, atMs: number): Latency[] {
  return namesOf(history, atMs).flatMap((names) => {
    const found = names.get(name)
    return found === undefined ? [] : [unpacked(found)]
  })
}

/** Returns the starts of what is gone. */
export function forgetLatency(history: LatencyHistory, toMs: number): number[] {
  const gone = [...history.hours.keys()].filter((startMs) => startMs < toMs - keptMs)
  for (const startMs of gone) history.hours.delete(startMs)
  return gone
}

function packed(latency: Latency): PackedLatency {
  const counts = packCounts(latency.counts)
  if ('bounds' in latency) return { bounds: latency.bounds, counts }
  const { scale, offset, zero } = latency
  return { scale, offset, zero, counts }
}

function unpacked(latency: PackedLatency): Latency {
  const rest = { counts: unpackCounts(latency.counts), sum: 0, min: null, max: null }
  if ('bounds' in latency) return { bounds: [...latency.bounds], ...rest }
  const { scale, offset, zero } = latency
  return { scale, offset, zero, ...rest }
}

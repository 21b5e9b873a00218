/**
 * From which latency on a request of a series counts as slow, and how that moved.
 *
 * Chosen from the hours of the last day, and anew once a day of event time: what is counted above them is a history at
 * one threshold. Where a renewal moves a threshold, the share of slow requests moves by what the same hours show at the
 * old one and the new; a history is read as if all of it had been counted at the newest (exposure * exp(-move)). A
 * series that is younger than half a day chooses anew whenever it knows twice as much. Source: detection reference,
 * section 23.
 */
import type { Latency } from '../../contracts/latency.ts'
import { sameBounds } from '../kernel/histogram/explicit.ts'
import { LatencySum } from '../kernel/histogram/latency-sum.ts'
import { countAbove, freezeThreshold, type SlowThreshold } from '../kernel/histogram/threshold.ts'

const dayMs = 86_400_000
const youngHours = 12
/** As long as bins are kept. */
const movesKeptMs = 28 * dayMs

export interface SlowThresholds {
  /** One a level. */
  readonly values: readonly SlowThreshold[]
  readonly sinceMs: number
  /** Hours of latency that they were chosen from. */
  readonly basisHours: number
  /** What was counted before is not of this history. */
  readonly fromMs: number
  /** By how much the log share of slow requests moved, one a level; oldest first. */
  readonly moves: readonly (readonly [atMs: number, shifts: readonly number[]])[]
}

/** `shifts` null: the history begins anew. */
export interface Renewal {
  readonly name: string
  readonly shifts: readonly number[] | null
}

export interface Choice {
  readonly levels: readonly number[]
  readonly atMs: number
  /** The newest hour first. */
  readonly hours: readonly Latency[]
}

export function isDue({ sinceMs, basisHours }: SlowThresholds, atMs: number, hoursKnown: number) {
  if (Math.floor(atMs / dayMs) > Math.floor(sinceMs / dayMs)) return true
  return basisHours < youngHours && hoursKnown >= 2 * basisHours
}

export function isCountable({ values }: Pick<SlowThresholds, 'values'>, latency: Latency): boolean {
  return values.every((each) => countAbove(latency, each) !== null)
}

/** Null where the hours say nothing. */
export function chooseThresholds(
  before: SlowThresholds | undefined,
  { levels, atMs, hours }: Choice,
): { readonly thresholds: SlowThresholds; readonly shifts: readonly number[] | null } | null {
  const alike = hours.filter((each) => isAlike(each, hours[0]!))
  const sum = new LatencySum()
  for (const each of alike) sum.add(each)
  const total = sum.dominant()
  if (total === null) return null
  const values: SlowThreshold[] = []
  for (const level of levels) {
    const value = freezeThreshold(total, level)
    if (value === null) return null
    values.push(value)
  }
  const common = { values, sinceMs: atMs, basisHours: alike.length }
  const shifts = before === undefined ? null : shiftsBetween(before.values, values, hours)
  if (before === undefined || shifts === null) {
    return { thresholds: { ...common, fromMs: atMs, moves: [] }, shifts: null }
  }
  const kept = before.moves.filter(([movedMs]) => movedMs > atMs - movesKeptMs)
  const moves = shifts.every((each) => each === 0) ? kept : [...kept, [atMs, shifts] as const]
  return { thresholds: { ...common, fromMs: before.fromMs, moves }, shifts }
}

/** Log of the new share over the old; null where no hour tells both. */
function shiftsBetween(
  old: readonly SlowThreshold[],
  now: readonly SlowThreshold[],
  hours: readonly Latency[],
): number[] | null {
  const shifts: number[] = []
  for (const [q, value] of now.entries()) {
    let [told, before, after] = [false, 0, 0]
    for (const each of hours) {
      const [a, b] = [countAbove(each, old[q]!), countAbove(each, value)]
      if (a === null || b === null) continue
      told = true
      before += a
      after += b
    }
    if (!told) return null
    shifts.push(Math.log((after + 0.5) / (before + 0.5)))
  }
  return shifts
}

function isAlike(a: Latency, b: Latency): boolean {
  if ('bounds' in a) return 'bounds' in b && sameBounds(a.bounds, b.bounds)
  return !('bounds' in b)
}

/** What has to be added to a log share that was counted at `atMs`; null where that is not of this history. */
export function movedSince(
  { fromMs, moves }: Pick<SlowThresholds, 'fromMs' | 'moves'>,
  level: number,
  atMs: number,
): number | null {
  if (atMs < fromMs) return null
  let shift = 0
  for (const [movedMs, shifts] of moves) if (movedMs > atMs) shift += shifts[level]!
  return shift
}

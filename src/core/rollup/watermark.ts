/**
 * The time of `detect`: how far every unit of ingest has come, as their ticks say.
 *
 * The watermark is the least over all units. A unit missing from all ticks for `absentAfterMs` of tick
 * time is left out and counted; one whose process ended in order is left out at once. A unit of the roster
 * that no tick has named yet is waited for like any other: on a cold start the empty partitions speak
 * first, and the full ones must not be late for it. Tick time is how far the greatest time of the roster's
 * units (without a roster, of all) has moved, at most `tickStepMaxMs` a tick: after all of ingest was down
 * it jumps, and while a group shares out its partitions only doors speak; nobody was absent meanwhile.
 * The watermark never goes back. Error kinds wait for the units of the logs too, but at most
 * `kindsWaitMs` longer than the rates. Milliseconds since the epoch.
 */
import type { Tick } from '../../contracts/service-events.ts'

/** How long a unit may be silent before the rest goes on without it. */
export const absentAfterMs = 60_000
/** Ticks come once a second; a longer step is a gap in which no unit could have ticked. */
export const tickStepMaxMs = 2_000
/** Logs may lag behind spans by a batch interval and a Collector; longer they are not waited for. */
export const kindsWaitMs = 60_000

/** Time of a unit that is expected and has not spoken. */
const unheardMs = -1

export interface WatermarkState {
  /** Per unit: its time, and the tick time at which it was last named. */
  units: Record<string, { timeMs: number; namedMs: number }>
  /** Tick time, from any origin. */
  tickMs: number
  /** The greatest time of a unit that counts for tick time. */
  greatestMs: number
  ratesMs: number
  kindsMs: number
  /** Units left out since the beginning. */
  absent: number
  /** Units of the roster that are left out now: they are waited for again once they have spoken. */
  leftOut: string[]
}

export function emptyWatermark(): WatermarkState {
  return { units: {}, tickMs: 0, greatestMs: -1, ratesMs: -1, kindsMs: -1, absent: 0, leftOut: [] }
}

/** Applies one tick in place; returns true when a watermark moved. */
export function applyTick(
  state: WatermarkState,
  { units, left = [], roster = {} }: Pick<Tick, 'units' | 'left' | 'roster'>,
): boolean {
  const expected = rosterUnits(roster)
  advanceTickTime(state, units, expected)
  for (const unit of expected) {
    if (state.leftOut.includes(unit)) continue
    state.units[unit] ??= { timeMs: unheardMs, namedMs: state.tickMs }
  }
  for (const [unit, timeMs] of Object.entries(units)) {
    const known = state.units[unit]
    const greatest = Math.max(known?.timeMs ?? unheardMs, timeMs)
    state.units[unit] = { timeMs: greatest, namedMs: state.tickMs }
  }
  if (state.leftOut.length > 0) {
    state.leftOut = state.leftOut.filter((unit) => units[unit] === undefined)
  }
  for (const unit of left) delete state.units[unit]
  leaveAbsentOut(state, expected)
  return moveWatermarks(state)
}

function advanceTickTime(
  state: WatermarkState,
  units: Readonly<Record<string, number>>,
  expected: readonly string[],
): void {
  const spoken = expected.length === 0 ? Object.values(units) : expected.map((unit) => units[unit])
  const greatestMs = Math.max(state.greatestMs, ...spoken.map((timeMs) => timeMs ?? -1))
  const first = state.greatestMs < 0
  state.tickMs += first ? 0 : Math.min(tickStepMaxMs, greatestMs - state.greatestMs)
  state.greatestMs = greatestMs
}

function rosterUnits(roster: Readonly<Record<string, number>>): string[] {
  return Object.entries(roster).flatMap(([prefix, count]) =>
    Array.from({ length: count }, (_, partition) => `${prefix}/${partition}`),
  )
}

function leaveAbsentOut(state: WatermarkState, expected: readonly string[]): void {
  for (const [unit, { namedMs }] of Object.entries(state.units)) {
    if (state.tickMs - namedMs <= absentAfterMs) continue
    delete state.units[unit]
    if (expected.includes(unit)) state.leftOut.push(unit)
    state.absent++
  }
}

function moveWatermarks(state: WatermarkState): boolean {
  const times = Object.entries(state.units)
  if (times.length === 0) return false
  const all = Math.min(...times.map(([, { timeMs }]) => timeMs))
  const rates = Math.min(
    ...times.filter(([unit]) => !isLogUnit(unit)).map(([, { timeMs }]) => timeMs),
  )
  const ratesMs = Math.max(state.ratesMs, Number.isFinite(rates) ? rates : all)
  const kindsMs = Math.max(state.kindsMs, all, ratesMs - kindsWaitMs)
  const moved = ratesMs > state.ratesMs || kindsMs > state.kindsMs
  state.ratesMs = ratesMs
  state.kindsMs = Math.min(kindsMs, ratesMs)
  return moved
}

function isLogUnit(unit: string): boolean {
  return /\/otlp_logs\//.test(unit)
}

/**
 * The time of `detect`: how far every unit of ingest has come, as their ticks say.
 *
 * The watermark is the least over all units. A unit missing from all ticks for `absentAfterMs` of tick
 * time is left out and counted. It never goes back. Error kinds wait for the units of the logs too,
 * but at most `kindsWaitMs` longer than the rates. Milliseconds since the epoch.
 */

/** How long a unit may be silent before the rest goes on without it. */
export const absentAfterMs = 60_000
/** Logs may lag behind spans by a batch interval and a Collector; longer they are not waited for. */
export const kindsWaitMs = 60_000

export interface WatermarkState {
  /** Per unit: its time, and the tick time at which it was last named. */
  units: Record<string, { timeMs: number; namedMs: number }>
  tickMs: number
  ratesMs: number
  kindsMs: number
  /** Units left out since the beginning. */
  absent: number
}

export function emptyWatermark(): WatermarkState {
  return { units: {}, tickMs: -1, ratesMs: -1, kindsMs: -1, absent: 0 }
}

/** Applies one tick in place; returns true when a watermark moved. */
export function applyTick(state: WatermarkState, units: Readonly<Record<string, number>>): boolean {
  for (const [unit, timeMs] of Object.entries(units)) {
    const known = state.units[unit]
    state.tickMs = Math.max(state.tickMs, timeMs)
    state.units[unit] = { timeMs: Math.max(known?.timeMs ?? -1, timeMs), namedMs: state.tickMs }
  }
  for (const [unit, { namedMs }] of Object.entries(state.units)) {
    if (state.tickMs - namedMs <= absentAfterMs) continue
    delete state.units[unit]
    state.absent++
  }
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

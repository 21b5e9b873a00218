/**
 * Takes CPU time in: what each running total has grown by, over the minutes that it grew in.
 *
 * Points come when it suits their process; requests count in whole minutes. So an increment is spread over the minutes
 * that it covers, in proportion. The first point of a total is only its base, and so is the first behind a restart: a
 * process that starts works for itself, not for requests.
 */
import type { Gauge } from '../../contracts/service-events.ts'
import { addReading, gaugeMinuteMs, minuteOf } from '../../core/rollup/gauge-track.ts'
import type { Dirty } from './dirty.ts'
import { growthOf } from './running-total.ts'
import type { ServiceState } from './service-state.ts'

/** What grew for longer grew nobody knows when. */
const coversMaxMs = 10 * gaugeMinuteMs

export interface CpuReading {
  readonly point: Gauge['points'][number]
  readonly version: string
  readonly instance: number
}

export function absorbCpu(state: ServiceState, reading: CpuReading, dirty: Dirty): void {
  const { point, version, instance } = reading
  const grown =
    point.part === undefined
      ? { seconds: point.value, fromMs: point.fromMs ?? point.timeMs }
      : growth(state, reading, point.part, dirty)
  if (grown === null) return
  const { seconds, fromMs } = grown
  const { timeMs, series } = point
  const coversMs = timeMs - fromMs
  if (!(coversMs > 0) || coversMs > coversMaxMs) return
  let taken = false
  for (let startMs = minuteOf(fromMs + 1); startMs < timeMs; startMs += gaugeMinuteMs) {
    const endMs = Math.min(timeMs, startMs + gaugeMinuteMs)
    const value = (seconds * (endMs - Math.max(fromMs, startMs))) / coversMs
    const { track } = state.gauges
    const openMs = addReading(track, { version, series, instance, timeMs: endMs, value })
    if (openMs === null) continue
    taken = true
    dirty.openGauges(state, openMs)
  }
  if (!taken) state.counts.late++
}

/** Null for what only begins: a process that starts works for itself, not for requests. */
function growth(
  state: ServiceState,
  { point, instance }: CpuReading,
  part: string,
  dirty: Dirty,
): { readonly seconds: number; readonly fromMs: number } | null {
  const { timeMs, value, totalSinceMs: startMs = 0 } = point
  const total = { instance, id: `cpu ${part}`, startMs, timeMs, value, spacingMs: 0 }
  const grown = growthOf(state, total, dirty)
  if (grown?.before === undefined || grown.delta.kind === 'base' || grown.delta.reset) return null
  return { seconds: grown.delta.count, fromMs: grown.before.timeMs }
}

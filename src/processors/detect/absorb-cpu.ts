/**
 * Takes CPU time in: what each running total has grown by, over the minutes that it grew in.
 *
 * Points come when it suits their process; requests count in whole minutes. So an increment is spread over the minutes
 * that it covers, in proportion. The first point of a total is only its base, and so is the first behind a restart: a
 * process that starts works for itself, not for requests.
 */
import type { Gauge } from '../../contracts/service-events.ts'
import { difference } from '../../core/rollup/difference.ts'
import { addReading, gaugeMinuteMs, minuteOf } from '../../core/rollup/gauge-track.ts'
import type { Dirty } from './dirty.ts'
import type { HeldPoint, ServiceState } from './service-state.ts'

const totalsMax = 2_000
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

function growth(
  state: ServiceState,
  { point, instance }: CpuReading,
  part: string,
  dirty: Dirty,
): { readonly seconds: number; readonly fromMs: number } | null {
  const points = state.series.get(instance) ?? new Map<string, HeldPoint>()
  state.series.set(instance, points)
  const id = `cpu ${part}`
  const before = points.get(id)
  if (before === undefined && points.size >= totalsMax) {
    state.counts.series++
    return null
  }
  const { timeMs, value, totalSinceMs = 0 } = point
  const now = { startMs: totalSinceMs, timeMs, count: value, latency: null, held: null }
  const delta = difference(before, now, 0)
  if (delta.kind === 'out-of-order') {
    state.counts.outOfOrder++
    return null
  }
  points.set(id, now)
  dirty.series(state, instance)
  const began = before === undefined || delta.kind === 'base' || isReset(before, now)
  return began ? null : { seconds: delta.count, fromMs: before.timeMs }
}

function isReset(before: HeldPoint, now: HeldPoint): boolean {
  return now.count < before.count || (now.startMs !== before.startMs && now.startMs > 0)
}

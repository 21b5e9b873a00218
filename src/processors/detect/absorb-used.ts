/** Takes in what is no value to be judged by itself: CPU time, and how often something was started again. */
import { ownRestarts } from '../../core/rollup/restarts.ts'
import { absorbCpu, type CpuReading } from './absorb-cpu.ts'
import { absorbRestarts, absorbStart } from './absorb-restarts.ts'
import { type GaugeRoom, type Point, seriesOf } from './gauge-series.ts'
import type { ServiceState } from './service-state.ts'

export function absorbUsed(state: ServiceState, reading: CpuReading, room: GaugeRoom): void {
  const { point, version, instance } = reading
  const { timeMs, totalSinceMs = 0, place = instance } = point
  if (point.use === 'restarts') {
    absorbRestarts(state, { point, version, instance: place }, room.dirty)
    return
  }
  absorbCpu(state, reading, room.dirty)
  // A running total that began later is a process that was started again.
  if (totalSinceMs === 0) return
  const started: Point = {
    metric: ownRestarts,
    series: ownRestarts,
    unit: '{restart}',
    timeMs,
    value: totalSinceMs,
    totalSinceMs: 0,
    use: 'restarts',
  }
  const series = seriesOf(state, started, 'count', room)
  if (series === null) return
  series.lastMs = Math.max(series.lastMs, timeMs)
  absorbStart(state, { point: started, version, instance: place }, room.dirty)
}

/**
 * Forgets cumulative series that have ended: instances come and go, and each left its last points behind.
 *
 * A series that speaks again later begins anew: it counts if it has just started, else it is only the base
 * of what follows (contract section 7). Looked at once per `everyMs` of closed time. Milliseconds.
 */
import type { Dirty } from './dirty.ts'
import type { ServiceState } from './service-state.ts'

/** Twelve points of the slowest spacing. */
export const seriesKeptMs = 3_600_000
const everyMs = 600_000

export function forgetSeries(state: ServiceState, nowMs: number, dirty: Dirty): void {
  if (nowMs % everyMs !== 0) return
  for (const [instance, series] of state.series) {
    let gone = 0
    for (const [id, { timeMs }] of series) {
      if (timeMs > nowMs - seriesKeptMs) continue
      series.delete(id)
      gone++
    }
    if (gone === 0) continue
    if (series.size === 0) state.series.delete(instance)
    dirty.series(state, instance)
  }
}

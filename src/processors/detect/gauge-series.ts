/** Which gauges of a service are kept: as many as there is room for, the one heard of least lately for a new one. */
import type { Gauge } from '../../contracts/service-events.ts'
import { forgetSeriesOf } from '../../core/rollup/gauge-history.ts'
import type { GaugeSeries } from '../../core/rollup/gauge-track.ts'
import type { Dirty } from './dirty.ts'
import type { ServiceState } from './service-state.ts'

export type Point = Gauge['points'][number]

/** A series unheard for so long may give its place to a new one. */
const restedMs = 3_600_000

export interface GaugeRoom {
  readonly dirty: Dirty
  /** Of one service. */
  readonly gaugesMax: number
  /** Whether the unit has room for one more. */
  readonly hasRoom: () => boolean
}

/** Null where there is no room for one more. */
export function seriesOf(
  state: ServiceState,
  { series: name, metric, unit, timeMs, use }: Point,
  kind: GaugeSeries['kind'],
  room: GaugeRoom,
): GaugeSeries | null {
  const { series } = state.gauges.track
  const known = series.get(name)
  if (known !== undefined) return known
  if (series.size >= room.gaugesMax && !dropRested(state, timeMs)) return null
  if (!room.hasRoom()) return null
  const facts = { metric, unit, kind, base: null, lastMs: timeMs, minutes: 0 }
  const made: GaugeSeries = use === undefined ? facts : { ...facts, use }
  series.set(name, made)
  return made
}

/** The one heard of least lately, of equals least often, if it rests. It is counted. */
function dropRested(state: ServiceState, nowMs: number): boolean {
  const { track, history } = state.gauges
  const [oldest] = [...track.series].sort(
    ([a, x], [b, y]) => x.lastMs - y.lastMs || x.minutes - y.minutes || (a < b ? -1 : 1),
  )
  if (oldest === undefined || oldest[1].lastMs > nowMs - restedMs) return false
  track.series.delete(oldest[0])
  forgetSeriesOf(history, oldest[0])
  state.counts.gauges++
  return true
}

/**
 * Takes restarts in. A restart counts if the same container (of one version) had restarted within the hour before it.
 *
 * So what happens once to each instance counts nothing: the deployment itself, a rolling restart, a node that is
 * drained, a single crash; nor do new instances. What crashes again and again counts from the second time on. Points
 * that count nothing are taken in too: they tell how many instances there were.
 */
import type { Gauge } from '../../contracts/service-events.ts'
import { addReading } from '../../core/rollup/gauge-track.ts'
import type { Dirty } from './dirty.ts'
import { heldTotal } from './running-total.ts'
import type { ServiceState } from './service-state.ts'

const againWithinMs = 3_600_000
/** A container, its runtime and its series begin one after the other: within so long it is one start. */
const sameStartMs = 60_000

export interface RestartReading {
  readonly point: Pick<Gauge['points'][number], 'series' | 'timeMs' | 'value'>
  readonly version: string
  /** Of the place where it runs. */
  readonly instance: number
}

/** `value`: how often the container was started again so far. */
export function absorbRestarts(state: ServiceState, reading: RestartReading, dirty: Dirty): void {
  const { value } = reading.point
  // What has fallen was cleared away by the cluster; nothing was started.
  note(state, reading, dirty, (before) => ({ restarts: Math.max(0, value - before), now: value }))
}

/** `value`: when the process began. */
export function absorbStart(state: ServiceState, reading: RestartReading, dirty: Dirty): void {
  const { value } = reading.point
  note(state, reading, dirty, (before) =>
    value > before + sameStartMs ? { restarts: 1, now: value } : { restarts: 0, now: before },
  )
}

function note(
  state: ServiceState,
  { point, version, instance }: RestartReading,
  dirty: Dirty,
  since: (before: number) => { readonly restarts: number; readonly now: number },
): void {
  const { series, timeMs, value } = point
  const held = heldTotal(state, { instance, id: `restarts ${series} ${version}` }, dirty)
  if (held === null) return
  const { before } = held
  if (before !== undefined && timeMs <= before.timeMs) return
  const { restarts, now } = before === undefined ? { restarts: 0, now: value } : since(before.count)
  const lastMs = before?.startMs ?? 0
  const again = lastMs > 0 && timeMs - lastMs <= againWithinMs
  const counted = restarts === 0 ? 0 : restarts - (again ? 0 : 1)
  held.hold({
    // When it was last started again; 0 for never.
    startMs: restarts > 0 ? timeMs : lastMs,
    timeMs,
    count: now,
    latency: null,
    held: null,
  })
  const openMs = addReading(state.gauges.track, {
    version,
    series,
    instance,
    timeMs,
    value: counted,
  })
  if (openMs === null) state.counts.late++
  else dirty.openGauges(state, openMs)
}

/** Takes a service out of the state: every entry of it is deleted by the same commit. */
import type { Dirty } from './dirty.ts'
import { historyGroup } from './entries.ts'
import { emptyGauges, gaugeDayGroup, gaugeMinutesGroup } from './gauge-state.ts'
import { sentinelWatch } from './judging-entry.ts'
import { emptyPast, pastGroup } from './past-state.ts'
import type { ServiceState } from './service-state.ts'

/** Empties `state` and marks what it had: an entry whose piece of the state is gone is deleted. */
export function eraseService(state: ServiceState, dirty: Dirty): void {
  const groups = new Set<string>()
  for (const track of Object.values(state.tracks)) {
    for (const { startMs } of track.closed) groups.add(historyGroup(state.key, startMs))
    for (const startMs of track.open.keys()) dirty.open(state, track.name, startMs)
    track.open.clear()
    track.closed = []
  }
  for (const { startMs } of state.kindBuckets) groups.add(historyGroup(state.key, startMs))
  state.kindBuckets = []
  const { track, history } = state.gauges
  for (const { startMs } of track.closed) groups.add(gaugeMinutesGroup(state.key, startMs))
  for (const startMs of track.open.keys()) dirty.openGauges(state, startMs)
  for (const dayMs of history.days.keys()) groups.add(gaugeDayGroup(state.key, dayMs))
  state.gauges = emptyGauges()
  dirty.gauges(state)
  groups.add(pastGroup(state.key))
  dirty.noPast(state.key)
  state.past = emptyPast()
  for (const startMs of state.failures.keys()) dirty.failures(state, startMs)
  state.failures.clear()
  for (const instance of state.series.keys()) dirty.series(state, instance)
  state.series.clear()
  for (const { finding } of state.releases) {
    dirty.release(state, finding.id)
    dirty.judging(state, finding.id)
  }
  state.releases = []
  dirty.judging(state, sentinelWatch)
  state.sentinel = null
  for (const group of groups) dirty.deleteGroup(group)
  dirty.noService(state.key)
}

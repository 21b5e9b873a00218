/** When what is open of a service closes. Milliseconds of event time, or of the watermark. */
import {
  type GaugeTrack,
  nextGaugeClosing,
  type OpenGauges,
} from '../../core/rollup/gauge-track.ts'
import { baseMsOf, nextClosing } from '../../core/rollup/track.ts'
import { heldFromMs } from './absorb.ts'
import { isFedByGauges } from './gauge-state.ts'
import type { ServiceState } from './service-state.ts'

const minuteMs = 60_000

/** The watermark at which the next bucket closes; infinite for none. */
export function dueMs({ tracks, gauges }: ServiceState, graceMs: number): number {
  let due = nextGaugeClosing(gauges.track, graceMs)?.atMs ?? Number.POSITIVE_INFINITY
  for (const track of Object.values(tracks)) {
    due = Math.min(due, nextClosing(track, graceMs)?.atMs ?? due)
  }
  return due
}

/** The earliest end of a bucket of which something is still to be said; infinite for none. */
export function settledMs(state: ServiceState, graceMs: number): number {
  let settled = heldFromMs(state)
  for (const track of [state.tracks.spans, state.tracks.metrics]) {
    const next = nextClosing(track, graceMs)
    if (next !== null) settled = Math.min(settled, next.startMs + next.stepMs)
  }
  if (!isFedByGauges(state)) return settled
  const minute = nextGaugeClosing(state.gauges.track, graceMs)
  return minute === null ? settled : Math.min(settled, minute.startMs + minuteMs)
}

function hasOwnValues({ series }: GaugeTrack, versions: OpenGauges): boolean {
  for (const all of versions.values()) {
    for (const name of all.keys()) if (series.get(name)?.use === undefined) return true
  }
  return false
}

/** End of the newest cells that are still open; 0 for none. */
export function openToMs({ tracks, gauges }: ServiceState): number {
  const ends = Object.values(tracks).flatMap((track) =>
    [...track.open.keys()].map((startMs) => startMs + baseMsOf(track.name)),
  )
  // What is judged by requests ends with them: nothing else waits for its minute.
  const minutes = [...gauges.track.open]
    .filter(([, versions]) => hasOwnValues(gauges.track, versions))
    .map(([startMs]) => startMs + minuteMs)
  return Math.max(0, ...ends, ...minutes)
}

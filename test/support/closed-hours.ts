/** Hours of metrics of one service with latency, closed and taken into its past. */
import { foldPast } from '../../src/processors/detect/past-state.ts'
import type { ServiceState } from '../../src/processors/detect/service-state.ts'
import { minuteOfLatency } from './latency-minutes.ts'

const hourMs = 3_600_000
const minuteMs = 60_000
export const startMs = Date.parse('2026-06-01T00:00:00Z')

export interface ClosedHour {
  readonly hour: number
  readonly random: () => number
  readonly requests?: number
  readonly routes?: readonly string[]
}

/** Closes an hour, as slow as the hour is late. */
export function closeHour(state: ServiceState, { hour, ...minute }: ClosedHour): void {
  const track = state.tracks.metrics
  for (let at = 0; at < 60; at++) {
    const atMs = startMs + hour * hourMs + at * minuteMs
    const told = minuteOfLatency({ ...minute, atMs, version: '1', median: 0.05 * 1.02 ** hour })
    const routes = new Map(told.rows.map((row) => [row.route, row]))
    const cells = new Map([['1', { instances: new Set([1]), routes }]])
    const rest = { seq: state.seq++, completeness: 1, missing: false, cells }
    track.closed.push({ ...rest, startMs: atMs, endMs: atMs + minuteMs })
    track.closedToMs = atMs + minuteMs
  }
  foldPast(state.past, 'metrics', track)
}

/** Which latency a watch calls slow: that of its day. */
import { expect, it } from 'vitest'
import { foldPast } from '../../../src/processors/detect/past-state.ts'
import { Fleet } from '../../../src/processors/detect/fleet.ts'
import { freezeJudging } from '../../../src/processors/detect/judging.ts'
import { emptyService, type ServiceState } from '../../../src/processors/detect/service-state.ts'
import { minuteOfLatency } from '../../support/latency-minutes.ts'
import { seededRandom } from '../../support/random.ts'

const hourMs = 3_600_000
const minuteMs = 60_000
const startMs = Date.parse('2026-06-01T00:00:00Z')

/** Closes an hour of metrics, as slow as the hour is late. */
function close(state: ServiceState, hour: number, random: () => number, bounds?: number[]): void {
  const track = state.tracks.metrics
  for (let at = 0; at < 60; at++) {
    const atMs = startMs + hour * hourMs + at * minuteMs
    const median = 0.05 * 1.02 ** hour
    const told = minuteOfLatency({ atMs, version: '1', median, random, ...(bounds && { bounds }) })
    const routes = new Map(told.rows.map((row) => [row.route, row]))
    const cells = new Map([['1', { instances: new Set([1]), routes }]])
    const rest = { seq: state.seq++, completeness: 1, missing: false, cells }
    track.closed.push({ ...rest, startMs: atMs, endMs: atMs + minuteMs })
    track.closedToMs = atMs + minuteMs
  }
  foldPast(state.past, 'metrics', track)
}

const thresholdsOf = (state: ServiceState) => {
  const fleet = new Fleet()
  const asked = { source: 'metrics' as const, stepMs: minuteMs, routes: ['GET /'], fleet }
  return new Map(freezeJudging(state, asked).thresholds)
}

it('is the same for all watches of one day of a service that is known (seed 2)', () => {
  const random = seededRandom(2)
  const state = emptyService('production/shop/checkout')
  for (let hour = 0; hour < 24; hour++) close(state, hour, random)
  const first = thresholdsOf(state)
  expect([...first.keys()]).toEqual(['', 'GET /'])
  for (let hour = 24; hour < 47; hour++) close(state, hour, random)
  expect(thresholdsOf(state)).toEqual(first)
  close(state, 47, random)
  expect(thresholdsOf(state).get('')![0]!.value).toBeGreaterThan(first.get('')![0]!.value)
})

it('is what the watch itself finds, while little is known or the histograms have changed (seed 3)', () => {
  const random = seededRandom(3)
  const state = emptyService('production/shop/checkout')
  for (let hour = 0; hour < 5; hour++) close(state, hour, random)
  expect(thresholdsOf(state).size).toBe(0)
  for (let hour = 5; hour < 30; hour++) close(state, hour, random)
  expect(thresholdsOf(state).size).toBe(2)
  const { cells } = state.tracks.metrics.closed.at(-1)!
  for (const { routes } of cells.values()) {
    for (const cell of routes.values()) {
      cell.latency = { bounds: [0.1], counts: [5, 1], sum: 0, min: null, max: null }
    }
  }
  expect(thresholdsOf(state).size).toBe(0)
})

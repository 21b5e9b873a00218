/** Which latency a watch calls slow: that of its day. */
import { expect, it } from 'vitest'
import { Fleet } from '../../../src/processors/detect/fleet.ts'
import { freezeJudging } from '../../../src/processors/detect/judging.ts'
import { emptyService, type ServiceState } from '../../../src/processors/detect/service-state.ts'
import { closeHour } from '../../support/closed-hours.ts'
import { seededRandom } from '../../support/random.ts'

const thresholdsOf = (state: ServiceState) => {
  const fleet = new Fleet()
  const asked = { source: 'metrics' as const, routes: ['GET /'], fleet }
  return new Map(freezeJudging(state, asked).thresholds)
}

it('is the same for all watches of one day of a service that is known (seed 2)', () => {
  const random = seededRandom(2)
  const state = emptyService('production/shop/checkout')
  for (let hour = 0; hour < 24; hour++) closeHour(state, { hour: hour, random })
  const first = thresholdsOf(state)
  expect([...first.keys()]).toEqual(['', 'GET /'])
  for (let hour = 24; hour < 47; hour++) closeHour(state, { hour: hour, random })
  expect(thresholdsOf(state)).toEqual(first)
  closeHour(state, { hour: 47, random })
  expect(thresholdsOf(state).get('')![0]!.value).toBeGreaterThan(first.get('')![0]!.value)
})

it('is what the watch itself finds, while little is known or the histograms have changed (seed 3)', () => {
  const random = seededRandom(3)
  const state = emptyService('production/shop/checkout')
  for (let hour = 0; hour < 5; hour++) closeHour(state, { hour: hour, random })
  expect(thresholdsOf(state).size).toBe(0)
  for (let hour = 5; hour < 30; hour++) closeHour(state, { hour: hour, random })
  expect(thresholdsOf(state).size).toBe(2)
  const { cells } = state.tracks.metrics.closed.at(-1)!
  for (const { routes } of cells.values()) {
    for (const cell of routes.values()) {
      cell.latency = { bounds: [0.1], counts: [5, 1], sum: 0, min: null, max: null }
    }
  }
  expect(thresholdsOf(state).size).toBe(0)
})

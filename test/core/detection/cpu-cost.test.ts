/** What a request costs in CPU, told apart from what an idle instance takes. */
import { describe, expect, it } from 'vitest'
import { costCell, costOf, cpuCost, type CpuMinute } from '../../../src/core/detection/cpu-cost.ts'
import { betweenInstances } from '../../../src/core/detection/gauge-split.ts'
import { normals } from '../../support/gauge-lines.ts'

const idle = 5
const each = 0.01

/** Two instances, so many requests in all. */
const minute = (requests: number, { instances = 2, noise = 0 } = {}): CpuMinute => ({
  seconds: (idle * instances + each * requests) * (1 + noise),
  requests,
  instances,
})

function day(seed: number, swing: number): CpuMinute[] {
  const normal = normals(seed)
  return Array.from({ length: 600 }, (_, t) =>
    minute(2_000 * (1 + swing * Math.sin(t / 100)), { noise: 0.02 * normal() }),
  )
}

describe('the idle part', () => {
  it.each([1, 2, 3, 4, 5])('is found where traffic varies (seed %i)', (seed) => {
    const { idleSeconds } = cpuCost(day(seed, 0.6))!

    expect(idleSeconds).toBeGreaterThan(0.8 * idle)
    expect(idleSeconds).toBeLessThan(1.2 * idle)
  })

  it('is not guessed where traffic hardly varies: then only such traffic is judged (seed 1)', () => {
    const cost = cpuCost(day(1, 0.05))!

    expect(cost.idleSeconds).toBe(0)
    expect(costOf(minute(2_000), cost)).toBeCloseTo(minute(2_000).seconds / 2_000, 10)
    expect(costOf(minute(1_000), cost)).toBeNull()
    expect(costOf(minute(4_000), cost)).toBeNull()
  })

  it('does not depend on how many minutes nothing is known of', () => {
    const known = day(2, 0.6)
    expect(cpuCost(known.flatMap((one) => [null, one, null]))).toEqual(cpuCost(known))
  })
})

describe('the cost of a request', () => {
  const cost = { idleSeconds: idle, from: 100, to: 2_000 }

  it.each([1_000, 2_000, 4_000])('is the same at %i requests a minute', (requests) => {
    expect(costOf(minute(requests), cost)).toBeCloseTo(each, 10)
  })

  it('is the same with twice the instances', () => {
    expect(costOf(minute(3_000, { instances: 4 }), cost)).toBeCloseTo(each, 10)
  })

  it.each([
    { why: 'fewer than one request a second', one: { seconds: 9, requests: 59, instances: 1 } },
    { why: 'more idle time than work', one: minute(800) },
    { why: 'traffic that history does not know', one: minute(5_000) },
    { why: 'no instance', one: { seconds: 0, requests: 500, instances: 0 } },
    { why: 'no CPU', one: { seconds: 0, requests: 500, instances: 1 } },
  ])('is not told of a minute with $why', ({ one }) => {
    expect(costOf(one, cost)).toBeNull()
  })

  it('is not told by a history of less than an hour', () => {
    expect(cpuCost(day(1, 0.6).slice(0, 59))).toBeNull()
  })
})

describe('the cell of a version', () => {
  it('has the mean cost of its requests, and how far instances with an equal share lie apart', () => {
    const used = [15, 18, 21]
    const sum = used.reduce((total, one) => total + one, 0)
    const squares = used.reduce((total, one) => total + one * one, 0)
    const cost = { idleSeconds: idle, from: 0, to: 1e6 }
    const cell = costCell([sum, squares, 3], 3_000, cost)

    const costs = used.map((one) => (one - idle) / 1_000)
    expect(cell[0] / cell[2]).toBeCloseTo((sum - 3 * idle) / 3_000, 12)
    expect(cell[1]).toBeCloseTo(
      costs.reduce((total, one) => total + one * one, 0),
      12,
    )
    expect(betweenInstances([cell], 0)).toBeCloseTo(0.003, 10)
  })
})

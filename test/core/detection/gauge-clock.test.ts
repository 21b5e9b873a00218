/** What is no health of a service: how old its process is. */
import { describe, expect, it } from 'vitest'
import { isClock } from '../../../src/core/detection/gauge-clock.ts'
import { gaugeValues } from '../../support/gauge-lines.ts'
import { seededRandom } from '../../support/random.ts'

describe('a clock', () => {
  const uptime = (seed: number, { jitterS = 0, restartEvery = Infinity } = {}) => {
    const random = seededRandom(seed)
    return Float64Array.from({ length: 500 }, (_, i) => {
      return (i % restartEvery) * 60 + jitterS * (random() - 0.5)
    })
  }

  it.each([1, 2, 3])('grows by the same in each step (seed %i)', (seed) => {
    expect(isClock(uptime(seed))).toBe(true)
    expect(isClock(uptime(seed, { jitterS: 2 }))).toBe(true)
    expect(isClock(uptime(seed, { restartEvery: 45 }))).toBe(true)
  })

  it('is told over gaps', () => {
    expect(isClock(uptime(1).map((value, i) => (i % 7 === 0 ? Number.NaN : value)))).toBe(true)
  })

  it.each([1, 2, 3])('is no constant, no count, no leak and no noise (seed %i)', (seed) => {
    const noise = Float64Array.from(gaugeValues({ seed, minutes: 500 }))
    let sum = 0
    const random = seededRandom(seed)

    expect(isClock(new Float64Array(500).fill(7))).toBe(false)
    expect(isClock(noise)).toBe(false)
    expect(isClock(noise.map((value, i) => value + 0.5 * i))).toBe(false)
    expect(isClock(noise.map(() => (sum += Math.floor(10 * random()))))).toBe(false)
    expect(isClock(noise.map((_, i) => -60 * i))).toBe(false)
  })

  it('is not known from a few values', () => {
    expect(isClock(uptime(1).subarray(0, 8))).toBe(false)
  })
})

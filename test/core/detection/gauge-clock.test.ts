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
    expect(isClock(uptime(seed), 1)).toBe(true)
    expect(isClock(uptime(seed, { jitterS: 2 }), 1)).toBe(true)
    expect(isClock(uptime(seed, { restartEvery: 45 }), 1)).toBe(true)
  })

  it.each([
    ['nanoseconds', 1e9],
    ['milliseconds', 1e3],
    ['seconds', 1],
    ['hours', 1 / 3_600],
    ['days', 1 / 86_400],
  ])('tells %s', (_, unit) => {
    const values = uptime(1).map((seconds) => seconds * unit)
    const everyFive = values.filter((__, i) => i % 5 === 0)

    expect(isClock(values, 1)).toBe(true)
    expect(isClock(everyFive, 5)).toBe(true)
  })

  it('is told over gaps', () => {
    const gaps = uptime(1).map((value, i) => (i % 7 === 0 ? Number.NaN : value))

    expect(isClock(gaps, 1)).toBe(true)
  })

  it.each([1, 2, 3])('is no constant, no count, no leak and no noise (seed %i)', (seed) => {
    const noise = Float64Array.from(gaugeValues({ seed, minutes: 500 }))
    const random = seededRandom(seed)
    let sum = 0

    expect(isClock(new Float64Array(500).fill(7), 1)).toBe(false)
    expect(isClock(noise, 1)).toBe(false)
    for (const leak of [
      noise.map((value, i) => value + 0.5 * i),
      noise.map((_, i) => 250 * i),
      noise.map((_, i) => -60 * i),
      noise.map(() => (sum += Math.floor(10 * random()))),
    ]) {
      expect(isClock(leak, 1)).toBe(false)
    }
  })

  it('is not known from a few values', () => {
    expect(isClock(uptime(1).subarray(0, 8), 1)).toBe(false)
  })
})

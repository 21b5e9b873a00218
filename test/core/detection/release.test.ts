import { describe, expect, it } from 'vitest'
import { type WeighedStream, releaseWeights } from '../../../src/core/detection/release-weights.ts'
import {
  routeRate,
  standardiseForecast,
  standardiseSplit,
} from '../../../src/core/detection/standardise.ts'
import { effectOf, probabilityOfEffect } from '../../../src/core/detection/effect.ts'
import { falling, rising } from '../../../src/core/detection/parameters.ts'
import { countAbove, freezeThreshold } from '../../../src/core/kernel/histogram/threshold.ts'

describe('releaseWeights', () => {
  const whole = (group: WeighedStream['group']): WeighedStream => ({
    group,
    member: '',
    traffic: 1,
  })
  const route = (member: string, traffic: number): WeighedStream => ({
    group: 'route',
    member,
    traffic,
  })

  it('gives routes their part by traffic, and the streams of a route equal parts', () => {
    const weights = releaseWeights([
      whole('errors'),
      whole('latency'),
      whole('traffic'),
      { group: 'availability', member: 'front', traffic: 300 },
      { group: 'availability', member: 'app', traffic: 100 },
      whole('new-error'),
      route('GET /a', 300),
      route('GET /a', 300),
      route('GET /b', 100),
    ])
    const want = [0.4, 0.2, 0.1, 0.075, 0.025, 0.05, 0.05625, 0.05625, 0.0375]
    weights.forEach((weight, i) => expect(weight).toBeCloseTo(want[i]!, 12))
  })

  it('shares the weight of what is absent in proportion, and always sums to 1', () => {
    const weights = releaseWeights([whole('errors'), whole('traffic')])
    expect(weights[0]).toBeCloseTo(0.4 / 0.5, 12)
    expect(weights[0]! + weights[1]!).toBeCloseTo(1, 12)
    expect(releaseWeights([])).toEqual([])
    expect(releaseWeights([route('a', 0), route('b', 0)])).toEqual([0.5, 0.5])
  })
})

describe('standardise', () => {
  const rate = { 'GET /cheap': 0.001, 'GET /dear': 0.05 }

  it('sees no effect in a change of the mix alone', () => {
    const routes = [
      { n1: 100, e1: 0.1, n0: 900, e0: 0.9, rate: rate['GET /cheap'] },
      { n1: 900, e1: 45, n0: 100, e0: 5, rate: rate['GET /dear'] },
    ]
    const { n1, e1, n0, e0 } = standardiseSplit(routes, 0.01)
    expect(e1 / n1).toBeCloseTo(e0 / n0, 12)
  })

  it('expects in forecast mode what the routes expect', () => {
    const { n, e, logRate } = standardiseForecast([
      { n: 900, e: 2, logRate: Math.log(rate['GET /cheap']) },
      { n: 100, e: 4, logRate: Math.log(rate['GET /dear']) },
    ])
    expect({ n, e }).toEqual({ n: 1000, e: 6 })
    expect(n * Math.exp(logRate)).toBeCloseTo(900 * 0.001 + 100 * 0.05, 12)
  })

  it("takes the service's rate for a route without history", () => {
    expect(routeRate({ events: 0, requests: 0 }, 0.02)).toBeCloseTo(0.02, 12)
    expect(routeRate({ events: 500, requests: 10_000 }, 0.02)).toBeCloseTo(0.05, 3)
  })
})

describe('effect', () => {
  it('reads the interval where the cumulative share of the affected mass is reached', () => {
    const shares = [0.5, 0, 0.02, 0.2, 0.2, 0.07, 0.01]
    expect(effectOf(shares, rising)).toMatchObject({ low: 2, high: 5 })
    expect(probabilityOfEffect(shares, rising, 0.2)).toBeCloseTo(0.5, 12)
  })

  it('turns round for what is bad when it falls', () => {
    const shares = [0, 0.01, 0.03, 0.92, 0.03, 0.01]
    expect(effectOf(shares, falling)).toMatchObject({ low: 0.2, high: 0.2 })
    expect(probabilityOfEffect(shares, falling, 0.2)).toBeCloseTo(1, 12)
  })
})

describe('freezeThreshold', () => {
  const explicit = { bounds: [0.1, 0.5, 1], counts: [50, 40, 5, 5] }

  it.each([
    { level: 0.5, value: 0.1, above: 50, why: 'reached exactly at a bound' },
    { level: 0.9, value: 0.5, above: 10, why: 'reached exactly at the next' },
    { level: 0.99, value: 1, above: 5, why: 'the largest finite bound, if it lies above' },
  ])('takes bound $value for the $level quantile: $why', ({ level, value, above }) => {
    const threshold = freezeThreshold(explicit, level)!
    expect(threshold).toMatchObject({ kind: 'explicit', value })
    expect(countAbove(explicit, threshold)).toBe(above)
  })

  it('answers null for an empty histogram, and for one too coarse to count', () => {
    expect(freezeThreshold({ bounds: [1], counts: [0, 0] }, 0.5)).toBeNull()
    const fine = freezeThreshold({ scale: 5, offset: 0, counts: [1, 1] }, 0.5)!
    expect(countAbove({ scale: 2, offset: 0, counts: [1] }, fine)).toBeNull()
    expect(countAbove(explicit, fine)).toBeNull()
  })

  it('counts the same above after the histogram has been made coarser', () => {
    const counts = Array.from({ length: 64 }, (_, i) => (i * 7) % 5)
    const threshold = freezeThreshold({ scale: 5, offset: 0, counts }, 0.9)!
    const coarse = Array.from({ length: 16 }, (_, i) =>
      counts.slice(i * 4, i * 4 + 4).reduce((sum, count) => sum + count, 0),
    )
    expect(countAbove({ scale: 3, offset: 0, counts: coarse }, threshold)).toBe(
      countAbove({ scale: 5, offset: 0, counts }, threshold),
    )
  })
})

import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { ExplicitLatency } from '../../../../src/contracts/latency.ts'
import { addExplicit } from '../../../../src/core/kernel/histogram/explicit.ts'
import { ExponentialHistogram } from '../../../../src/core/kernel/histogram/exponential.ts'
import {
  addLatency,
  boundaryAtOrAbove,
  countAbove,
  latencyCount,
  quantileSeconds,
  toExplicit,
} from '../../../../src/core/kernel/histogram/latency.ts'

const explicit = (bounds: number[], counts: number[], rest = {}): ExplicitLatency => ({
  bounds,
  counts,
  sum: 1,
  min: null,
  max: null,
  ...rest,
})
const exponential = (values: readonly number[]) => {
  const histogram = new ExponentialHistogram()
  for (const value of values) histogram.record(value)
  return histogram.toLatency()
}
const values = fc.array(fc.double({ min: 1e-4, max: 50, noNaN: true }), {
  minLength: 1,
  maxLength: 80,
})

describe('quantileSeconds', () => {
  it('lies above the true quantile by at most one bucket (seed 31)', () => {
    fc.assert(
      fc.property(values, fc.constantFrom(0, 0.5, 0.9, 0.99, 1), (sample, q) => {
        const sorted = [...sample].sort((a, b) => a - b)
        const exact = sorted[Math.max(0, Math.ceil(q * sorted.length) - 1)]!
        const latency = exponential(sample)
        const base = 2 ** (2 ** -latency.scale)
        const found = quantileSeconds(latency, q)!
        expect(found).toBeGreaterThanOrEqual(exact)
        expect(found).toBeLessThanOrEqual(exact * base * (1 + 1e-12))
      }),
      { seed: 31 },
    )
  })

  it.each([
    { counts: [1, 2, 1], max: null, q: 0.5, seconds: 0.5, why: 'the upper bound of the bucket' },
    { counts: [1, 2, 1], max: 0.4, q: 0.5, seconds: 0.4, why: 'no value lies above the greatest' },
    {
      counts: [0, 0, 3],
      max: 7,
      q: 0.5,
      seconds: 7,
      why: 'above all bounds the greatest is known',
    },
    {
      counts: [0, 0, 3],
      max: null,
      q: 0.5,
      seconds: 0.5,
      why: 'above all bounds the last is all there is',
    },
    { counts: [0, 0, 0], max: null, q: 0.5, seconds: null, why: 'there is no value' },
  ])('is $seconds for q $q of $counts, greatest $max: $why', ({ counts, max, q, seconds }) => {
    expect(quantileSeconds(explicit([0.25, 0.5], counts, { max }), q)).toBe(seconds)
  })

  it('is 0 while the rank lies in the zero bucket', () => {
    expect(quantileSeconds(exponential([0, 0, 1]), 0.5)).toBe(0)
  })
})

describe('countAbove', () => {
  it('is exact at a boundary of the histogram (seed 32)', () => {
    fc.assert(
      fc.property(values, fc.double({ min: 1e-3, max: 40, noNaN: true }), (sample, near) => {
        const latency = exponential(sample)
        const threshold = boundaryAtOrAbove(latency, near)!
        expect(threshold).toBeGreaterThanOrEqual(near)
        expect(countAbove(latency, threshold)).toBe(
          sample.filter((each) => each > threshold).length,
        )
      }),
      { seed: 32 },
    )
  })

  it.each([
    { threshold: 0.25, above: 3, why: 'bounds are upper-inclusive' },
    { threshold: 0.5, above: 1, why: 'only what lies above all bounds' },
  ])('is $above above $threshold of explicit buckets: $why', ({ threshold, above }) => {
    expect(countAbove(explicit([0.25, 0.5], [4, 2, 1]), threshold)).toBe(above)
  })

  it('leaves out zeros alone at a threshold of 0', () => {
    expect(countAbove(exponential([0, 0, 0.1]), 0)).toBe(1)
  })
})

describe('adding latencies', () => {
  it('adds explicit ones of equal bounds bucket by bucket', () => {
    const a = explicit([1, 2], [1, 2, 3], { sum: 4, min: 0.5, max: 3 })
    expect(addExplicit(a, a)).toEqual(explicit([1, 2], [2, 4, 6], { sum: 8, min: 0.5, max: 3 }))
  })

  it('brings changed bounds to those that both have, exact below each', () => {
    const before = explicit([1, 2, 5], [1, 2, 3, 4])
    const after = explicit([1, 3, 5], [10, 20, 30, 40])
    const sum = addLatency(before, after)!
    expect(sum).toMatchObject({ bounds: [1, 5], counts: [11, 55, 44] })
    expect(countAbove(sum, 5)).toBe(countAbove(before, 5) + countAbove(after, 5))
  })

  it('keeps every value when the shapes differ (seed 33)', () => {
    fc.assert(
      fc.property(values, (sample) => {
        const a = exponential(sample)
        const b = explicit([0.01, 0.1, 1], [1, 2, 3, 4])
        expect(latencyCount(addLatency(a, b)!)).toBe(sample.length + 10)
        expect(latencyCount(addLatency(b, a)!)).toBe(sample.length + 10)
      }),
      { seed: 33 },
    )
  })

  it('puts an exponential bucket where its upper end lies', () => {
    expect(toExplicit(exponential([0, 0.5, 1, 1.5]), [0.5, 1]).counts).toEqual([2, 1, 1])
  })

  it.each([[null], [explicit([1], [1, 1])]])('gives back the other one for none: %o', (latency) => {
    expect(addLatency(latency, null)).toBe(latency)
    expect(addLatency(null, latency)).toBe(latency)
  })
})

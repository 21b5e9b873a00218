import { describe, expect, it } from 'vitest'
import { weightedLeastSquares } from '../../../../src/core/kernel/math/least-squares.ts'
import { logSumExp, logWeightedSum } from '../../../../src/core/kernel/math/log-sum-exp.ts'
import { normalCdf, normalQuantile } from '../../../../src/core/kernel/math/normal.ts'
import {
  median,
  medianAbsoluteDeviation,
  quantile,
} from '../../../../src/core/kernel/math/order-statistics.ts'

describe('logSumExp', () => {
  it.each([
    { terms: [0, 0], sum: Math.LN2, why: '1 + 1' },
    { terms: [1000, 1000], sum: 1000 + Math.LN2, why: 'e^1000 is no double' },
    { terms: [-1000, -1001], sum: -1000 + Math.log1p(Math.exp(-1)), why: 'nor is e^-1000' },
    { terms: [-Infinity, 3], sum: 3, why: 'nothing adds nothing' },
    { terms: [-Infinity, -Infinity], sum: -Infinity, why: 'not NaN' },
    { terms: [], sum: -Infinity, why: 'an empty sum is 0' },
  ])('of $terms is $sum: $why', ({ terms, sum }) => {
    expect(logSumExp(terms)).toBeCloseTo(sum, 12)
  })

  it('leaves a term of weight 0 out, even an infinite one', () => {
    expect(logWeightedSum([Infinity, 2], [0, 1])).toBeCloseTo(2, 12)
  })
})

describe('normal distribution', () => {
  it.each([
    { p: 0.5, z: 0 },
    { p: 0.8, z: 0.8416212335729143 },
    { p: 0.95, z: 1.6448536269514722 },
    { p: 0.975, z: 1.959963984540054 },
    { p: 1e-10, z: -6.361340902404056 },
  ])('has the quantile $z at $p', ({ p, z }) => {
    expect(normalQuantile(p)).toBeCloseTo(z, 12)
  })

  it.each([-8, -3.2, -3, -1, 0, 0.5, 2.999, 3.001, 5])('inverts its own function at %d', (z) => {
    // From 1 - p little is left of z beyond 5 or so.
    expect(normalQuantile(normalCdf(z))).toBeCloseTo(z, z > 4 ? 8 : 11)
  })

  it('has no quantile outside of (0, 1) but the ends', () => {
    expect(normalQuantile(0)).toBe(-Infinity)
    expect(normalQuantile(1)).toBe(Infinity)
    expect(normalQuantile(1.1)).toBeNaN()
    expect(normalQuantile(Number.NaN)).toBeNaN()
  })
})

describe('order statistics', () => {
  it('interpolate between the sorted values', () => {
    expect(quantile([4, 1, 3, 2], 0.5)).toBe(2.5)
    expect(quantile([4, 1, 3, 2], 0.9)).toBeCloseTo(3.7, 12)
    expect(median([7])).toBe(7)
    expect(median([])).toBeNaN()
    expect(medianAbsoluteDeviation([1, 2, 3, 4, 100])).toBe(1)
  })
})

describe('weightedLeastSquares', () => {
  it('gives back the line that the values lie on, whatever the weights', () => {
    const x = [0, 1, 2, 5, 9]
    const found = weightedLeastSquares({
      rows: x.map((each) => [1, each]),
      values: x.map((each) => 3 - 2 * each),
      weights: [1, 5, 0.1, 2, 3],
    })!
    expect(found[0]).toBeCloseTo(3, 10)
    expect(found[1]).toBeCloseTo(-2, 10)
  })

  it('ignores an observation of weight 0', () => {
    const fit = (value: number) =>
      weightedLeastSquares({
        rows: [
          [1, 0],
          [1, 1],
          [1, 2],
        ],
        values: [0, 1, value],
        weights: [1, 1, 0],
      })
    expect(fit(1e6)).toEqual(fit(0))
  })

  it('answers null when a column says nothing of its own', () => {
    const rows = [
      [1, 2],
      [2, 4],
      [3, 6],
    ]
    expect(weightedLeastSquares({ rows, values: [1, 2, 3], weights: [1, 1, 1] })).toBeNull()
  })
})

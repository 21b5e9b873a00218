import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  bucketIndex,
  bucketLower,
  bucketUpper,
  indexerOf,
} from '../../../../src/core/kernel/histogram/indexer.ts'
import { vectors } from '../../../support/vectors.ts'

interface IndexVectors {
  readonly cases: readonly { readonly value: number; readonly index: Record<string, number> }[]
}

describe('the bucket of a value', () => {
  const cases = vectors<IndexVectors>('detection', 'exp_histogram_index').cases.flatMap(
    ({ value, index }) =>
      Object.entries(index).map(([scale, expected]) => ({ value, scale: Number(scale), expected })),
  )

  it.each(cases)('is $expected for $value at scale $scale', ({ value, scale, expected }) => {
    expect(bucketIndex(value, scale)).toBe(expected)
    expect(indexerOf(scale)(value)).toBe(expected)
  })

  it('holds its upper end and not its lower one, at scales 0 to 8 (seed 11)', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 0, max: 8 }),
        fc.integer({ min: -9000, max: 9000 }),
        (scale, index) => {
          const upper = bucketUpper(index, scale)
          fc.pre(upper > 0 && Number.isFinite(upper))
          expect(bucketIndex(upper, scale)).toBe(index)
          const lower = bucketLower(index, scale)
          if (lower > 0) expect(bucketIndex(lower, scale)).toBe(index - 1)
        },
      ),
      { seed: 11 },
    )
  })

  it.each([
    {
      value: Number.MIN_VALUE,
      index: -1074 * 64 - 1,
      why: 'the least subnormal is a power of two',
    },
    { value: Number.MAX_VALUE, index: 1024 * 64 - 1, why: 'the greatest double is below 2^1024' },
    { value: 2 ** -1022, index: -1022 * 64 - 1, why: 'the least normal double' },
  ])('is $index for $value at scale 6: $why', ({ value, index }) => {
    expect(bucketIndex(value, 6)).toBe(index)
  })

  it('at a coarser scale is the index shifted (seed 12)', () => {
    fc.assert(
      fc.property(
        fc.double({ min: 1e-9, max: 1e9, noNaN: true }),
        fc.integer({ min: -4, max: 7 }),
        (value, scale) => {
          fc.pre(value > 0)
          expect(bucketIndex(value, scale)).toBe(bucketIndex(value, scale + 1) >> 1)
        },
      ),
      { seed: 12 },
    )
  })
})

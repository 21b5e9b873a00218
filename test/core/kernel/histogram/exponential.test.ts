import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { ExponentialLatency } from '../../../../src/contracts/latency.ts'
import {
  downscaled,
  ExponentialHistogram,
  histogramOf,
  spanMax,
} from '../../../../src/core/kernel/histogram/exponential.ts'
import { vectors } from '../../../support/vectors.ts'

interface Buckets {
  readonly scale: number
  readonly offset: number
  readonly counts: number[]
}

interface MergeVectors {
  readonly input: { readonly a: Buckets; readonly b: Buckets }
  readonly expected: {
    readonly merged: Buckets
    readonly merged_downscaled: Buckets
    readonly negative_offset: { readonly input: Buckets; readonly downscaled: Buckets }
  }
}

const latency = (buckets: Buckets): ExponentialLatency => ({
  ...buckets,
  zero: 0,
  sum: 0,
  min: null,
  max: null,
})
const recorded = (values: readonly number[]) => {
  const histogram = new ExponentialHistogram()
  for (const value of values) histogram.record(value)
  return histogram
}
const seconds = fc.oneof(
  fc.constant(0),
  fc.double({ min: 1e-6, max: 100, noNaN: true }),
  fc.double({ min: 1e-12, max: 1e12, noNaN: true }),
)

describe('ExponentialHistogram', () => {
  const { input, expected } = vectors<MergeVectors>('detection', 'exp_histogram_merge')

  it('merges two scales into the coarser one, as the reference does', () => {
    const merged = ExponentialHistogram.from(latency(input.a)).add(latency(input.b)).toLatency()
    expect(merged).toMatchObject(expected.merged)
    expect(downscaled(merged, { steps: 1 })).toEqual({
      offset: expected.merged_downscaled.offset,
      counts: expected.merged_downscaled.counts,
    })
  })

  it('downscales negative offsets by flooring, as the reference does', () => {
    const { input: before, downscaled: after } = expected.negative_offset
    expect(downscaled(before, { steps: 1 })).toEqual({ offset: after.offset, counts: after.counts })
  })

  it('keeps count, sum, least and greatest of what was recorded', () => {
    expect(recorded([0, 0.25, 0.5, 0.5]).toLatency()).toEqual({
      scale: 6,
      offset: -129,
      counts: [1, ...Array.from({ length: 63 }, () => 0), 2],
      zero: 1,
      sum: 1.25,
      min: 0,
      max: 0.5,
    })
  })

  it('has nothing to say when empty', () => {
    expect(new ExponentialHistogram().toLatency()).toEqual({
      scale: 6,
      offset: 0,
      counts: [],
      zero: 0,
      sum: 0,
      min: null,
      max: null,
    })
  })

  it('never spans more buckets than its bound, and loses no value (seed 21)', () => {
    fc.assert(
      fc.property(fc.array(seconds, { maxLength: 60 }), (values) => {
        const histogram = recorded(values)
        expect(histogram.toLatency().counts.length).toBeLessThanOrEqual(spanMax)
        expect(histogram.count).toBe(values.length)
      }),
      { seed: 21 },
    )
  })

  it('gives the same buckets merged as recorded in one, whatever the order (seed 22)', () => {
    const buckets = (histogram: ExponentialHistogram) => {
      const { scale, offset, counts, zero, min, max } = histogram.toLatency()
      return { scale, offset, counts, zero, min, max }
    }
    fc.assert(
      fc.property(
        fc.array(seconds, { maxLength: 30 }),
        fc.array(seconds, { maxLength: 30 }),
        (a, b) => {
          const whole = buckets(recorded([...a, ...b]))
          const one = buckets(recorded(a).add(recorded(b).toLatency()))
          const other = buckets(recorded(b).add(recorded(a).toLatency()))
          expect(one).toEqual(whole)
          expect(other).toEqual(whole)
        },
      ),
      { seed: 22 },
    )
  })

  it('is the histogram of one value many times', () => {
    const histogram = recorded([0.3, 0.3, 0.3])
    expect(histogramOf(0.3, 3)).toEqual({ ...histogram.toLatency(), sum: 0.3 * 3 })
  })
})

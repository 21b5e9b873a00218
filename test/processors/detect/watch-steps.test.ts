/** Steps of one length from buckets of any: nothing is lost, and the rate stays. */
import { describe, expect, it } from 'vitest'
import { type Arms, emptyArms } from '../../../src/processors/detect/arms.ts'
import { WatchSteps } from '../../../src/processors/detect/watch-steps.ts'

const rate = 12

function armsOf(requests: number): Arms {
  const arms = emptyArms()
  arms.total.one.n = requests
  arms.total.one.slow[3] = requests / 4
  arms.everyone.n = requests
  return arms
}

/** Requests of each step, null where it is missing; buckets of these lengths in seconds, `missing` those without. */
function steps(stepS: number, lengths: readonly number[], missing: readonly number[] = []) {
  const watch = new WatchSteps(stepS * 1000)
  let atS = 0
  return lengths.flatMap((lengthS, i) => {
    const bucket = { startMs: atS * 1000, endMs: (atS + lengthS) * 1000 }
    atS += lengthS
    const seen = missing.includes(i) ? 'missing' : { arms: armsOf(rate * lengthS) }
    return watch.of(bucket, seen).map((step) => (step === 'missing' ? null : step.arms.total.one))
  })
}

const repeated = (length: number, times: number) => Array.from({ length: times }, () => length)

describe('the steps of a watch', () => {
  it.each([
    { stepS: 60, lengths: repeated(15, 8) },
    { stepS: 15, lengths: repeated(60, 2) },
    { stepS: 15, lengths: repeated(10, 12) },
    { stepS: 10, lengths: repeated(15, 8) },
    { stepS: 60, lengths: [60, 15, 15, 60, 15, 15, 60] },
    { stepS: 60, lengths: repeated(60, 3) },
  ])('of $stepS s have the rate of buckets of $lengths s, all the time', ({ stepS, lengths }) => {
    const told = steps(stepS, lengths)
    const seconds = lengths.reduce((sum, each) => sum + each, 0)
    expect(told).toHaveLength(Math.floor(seconds / stepS))
    for (const step of told) {
      expect(step!.n).toBeCloseTo(rate * stepS, 9)
      expect(step!.slow[3]).toBeCloseTo((rate * stepS) / 4, 9)
    }
  })

  it('are missing where a part of them is', () => {
    expect(steps(60, repeated(15, 8), [5]).map((step) => step?.n ?? null)).toEqual([720, null])
    expect(steps(15, [60, 60], [0]).filter((step) => step === null)).toHaveLength(4)
  })
})

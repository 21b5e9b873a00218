import { expect, it } from 'vitest'
import { hodgesLehmann, isHigher, rivalAlarms } from '../../../src/cli/evaluate/rivals.ts'
import { type Counts, perRoute } from '../../../src/cli/evaluate/service.ts'
import { expectClose, vectors } from '../../support/vectors.ts'

it('rank_rule_baseline: rank, lower limit and shift', () => {
  const { input, expected } = vectors<{
    input: { conf: number; tolerance: number; x: number[]; y: number[] }
    expected: { k: number; ci_low: number; hl: number; high: boolean }
  }>('detection', 'rank_rule_baseline')
  const { k, low, shift } = hodgesLehmann(input.x, input.y, input.conf)

  expect(k).toBe(expected.k)
  expectClose(low!, expected.ci_low)
  expectClose(shift, expected.hl)
  expect(isHigher({ now: input.x, other: input.y }, input.tolerance, input.conf)).toBe(
    expected.high,
  )
})

const bucket = (e1: number, e0: number): Counts => {
  const row = (e: number) => Float64Array.from({ length: perRoute }, (_, i) => [1000, e][i] ?? 10)
  return {
    one: row(e1),
    zero: row(e0),
    failedCalls: new Float64Array(2),
    attempts: new Float64Array(2),
    newKinds: { one: 0, zero: 0 },
  }
}
const hour = (e1: (k: number) => number) =>
  Array.from({ length: 360 }, (_, k) => bucket(e1(k), 5 + (k % 3)))

it('a release like the old version leaves the judge and the thresholds quiet', () => {
  const alarms = rivalAlarms(
    'split',
    [],
    hour((k) => 5 + ((k + 1) % 3)),
  )

  expect(alarms).toMatchObject({ kayenta: null, 'kayenta-once': null, 'fixed-threshold': null })
})

it('fourfold errors are seen by all: the judge from minute 10, the thresholds at the fifth bad minute', () => {
  const alarms = rivalAlarms(
    'split',
    [],
    hour(() => 20),
  )

  expect(alarms).toEqual({
    kayenta: 10,
    'kayenta-once': 60,
    'fixed-threshold': 5,
    'five-percent': 30,
  })
})

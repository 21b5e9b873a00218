/** Two versions side by side, each of some instances that differ by themselves. */
import { describe, expect, it } from 'vitest'
import { GaugeMonitor } from '../../../src/core/detection/gauge-monitor.ts'
import {
  betweenInstances,
  type InstancesCell,
  splitFitOf,
  splitKappa,
} from '../../../src/core/detection/gauge-split.ts'
import { normals } from '../../support/gauge-lines.ts'

const startMs = Date.parse('2026-11-20T10:00:00Z')
const minuteMs = 60_000
const watchMinutes = 60

interface World {
  readonly old: number
  readonly fresh: number
  /** Share of the variance between instances that stays for good. */
  readonly staying: number
  /** Of the new version, in deviations between instances. */
  readonly shift?: number
}

/** Log evidence after an hour beside each other, greatest. */
function greatestLogE(seed: number, { old, fresh, staying, shift = 0 }: World): number {
  const draw = normals(seed)
  const offsets = Array.from({ length: old + fresh }, () => Math.sqrt(staying) * draw())
  const minute = (from: number, to: number, moved: number): InstancesCell => {
    let [sum, squares] = [0, 0]
    for (let i = from; i < to; i++) {
      const value = 100 + moved + offsets[i]! + Math.sqrt(1 - staying) * draw()
      sum += value
      squares += value * value
    }
    return [sum, squares, to - from]
  }
  const history = Array.from({ length: 120 }, () => minute(0, old, 0))
  const spread = betweenInstances(history, 1)
  const monitor = new GaugeMonitor({
    scope: { route: null, fingerprint: null, metric: 'queue', caller: null },
    unit: '1',
    mode: 'split',
    direction: 'both',
    startMs,
    stepMs: minuteMs,
    fit: splitFitOf(history),
    kappa: splitKappa,
    before: [],
    onsetsMinutes: [0],
    baseline: { mean: 100, values: 120 },
  })
  const scale = spread * Math.sqrt(1 / fresh + 1 / old)
  let greatest = -Infinity
  for (let k = 0; k < watchMinutes; k++) {
    const [one] = minute(old, old + fresh, shift)
    const [zero] = minute(0, old, 0)
    const [value, usual] = [one / fresh, zero / old]
    monitor.push({ value, usual, scale, z: Math.max(-40, Math.min(40, (value - usual) / scale)) })
    greatest = Math.max(greatest, monitor.logE)
  }
  return greatest
}

const seeds = Array.from({ length: 400 }, (_, i) => i + 1)
const shareAbove = (world: World, logE: number) =>
  seeds.filter((seed) => greatestLogE(seed, world) >= logE).length / seeds.length

/** What a gauge must reach that stands alone, and one of five. */
const [alone, ofFive] = [Math.log(20), Math.log(100)]

describe('instances of two versions that do not differ (seeds 1 to 400)', () => {
  it.each([
    { old: 4, fresh: 1, staying: 1 },
    { old: 4, fresh: 1, staying: 0.5 },
    { old: 4, fresh: 1, staying: 0 },
    { old: 8, fresh: 2, staying: 0.8 },
    { old: 30, fresh: 10, staying: 0.8 },
  ])('seldom look as if: $old and $fresh, $staying of the variance for good', (world) => {
    expect(shareAbove(world, ofFive)).toBeLessThanOrEqual(0.0075)
  })
})

describe('a shift of the new version (seeds 1 to 400)', () => {
  it.each([
    { old: 30, fresh: 10, staying: 0.8, shift: 2.5 },
    { old: 12, fresh: 12, staying: 0.8, shift: 3 },
    { old: 8, fresh: 2, staying: 0.5, shift: 4 },
  ])(
    'of $shift deviations between instances is found: $old and $fresh, $staying for good',
    (world) => {
      expect(shareAbove(world, alone)).toBeGreaterThanOrEqual(0.95)
    },
  )
})

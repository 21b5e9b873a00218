/** What is told of a gauge's size: what was measured, whichever way is bad. */
import { describe, expect, it } from 'vitest'
import {
  gaugeBaseline,
  standardisedAt,
  usualAt,
} from '../../../src/core/detection/gauge-baseline.ts'
import type { GaugeDirection } from '../../../src/core/detection/gauge-filter.ts'
import { GaugeMonitor } from '../../../src/core/detection/gauge-monitor.ts'
import { gaugeValues } from '../../support/gauge-lines.ts'

const day = 1_440
const minuteMs = 60_000

function told(values: readonly number[], direction: GaugeDirection, steps = 60) {
  const history = Float64Array.from(values.slice(0, day))
  const baseline = gaugeBaseline({ values: history, stepMinutes: 1, direction, watchMinutes: 60 })!
  const monitor = new GaugeMonitor({
    scope: { route: null, fingerprint: null, metric: 'm', caller: null },
    unit: '1',
    mode: 'forecast',
    direction,
    startMs: day * minuteMs,
    stepMs: minuteMs,
    ...baseline,
    baseline,
  })
  values.slice(day, day + steps).forEach((value, step) => {
    const z = standardisedAt(baseline, value, step)!
    monitor.push({ value, usual: usualAt(baseline, step), scale: baseline.scale, z })
  })
  const { gauge, logE } = monitor.evidence({ weight: 1 })
  return { ...gauge!, logE }
}

const jumped = (seed: number, by: number, toMinute = Infinity) =>
  gaugeValues({ seed, minutes: day + 60, jump: { atMinute: day, by, toMinute } })

describe('a gauge that moves by 20', () => {
  it.each([
    { by: 20, direction: 'down' as const, loud: false },
    { by: 20, direction: 'up' as const, loud: true },
    { by: -20, direction: 'up' as const, loud: false },
    { by: -20, direction: 'both' as const, loud: true },
  ])('is told to have moved by $by where $direction is bad (seeds 1 to 5)', (each) => {
    for (const seed of [1, 2, 3, 4, 5]) {
      const { shift, low, high, logE } = told(jumped(seed, each.by), each.direction)

      expect(logE >= Math.log(20)).toBe(each.loud)
      expect(Math.abs(shift - each.by), `seed ${seed}: ${shift}`).toBeLessThan(4)
      expect(low).toBeLessThan(shift)
      expect(high).toBeGreaterThan(shift)
    }
  })

  it('and comes back is told as it was while it was away (seed 1)', () => {
    const { shift } = told(jumped(1, 20, day + 25), 'both', 50)
    expect(Math.abs(shift - 20)).toBeLessThan(4)
  })
})

it('a gauge that stays is told to be where it is, within what it wanders (seeds 1 to 40)', () => {
  const within = Array.from({ length: 40 }, (_, i) => {
    const { low, high } = told(jumped(i + 1, 0), 'up')
    return low <= 0 && 0 <= high
  })
  expect(within.filter(Boolean).length).toBeGreaterThanOrEqual(32)
})

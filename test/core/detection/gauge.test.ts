import { describe, expect, it } from 'vitest'
import {
  type GaugeBaseline,
  gaugeBaseline,
  standardisedAt,
} from '../../../src/core/detection/gauge-baseline.ts'
import { gaugeDirection } from '../../../src/core/detection/gauge-direction.ts'
import { type GaugeDirection, GaugeFilter } from '../../../src/core/detection/gauge-filter.ts'
import { gaugeSeason } from '../../../src/core/detection/gauge-season.ts'
import { betweenInstances } from '../../../src/core/detection/gauge-split.ts'
import { gaugeValues, type GaugeShape, normals } from '../../support/gauge-lines.ts'

const day = 1_440
const alarm = Math.log(20)

/** Calibrated log E after each minute of the hour behind the history. */
function watched(values: readonly number[], direction: GaugeDirection = 'both'): number[] {
  const history = Float64Array.from(values.slice(0, -60))
  const baseline = gaugeBaseline({ values: history, stepMinutes: 1, direction, watchMinutes: 60 })!
  const { fit, before, kappa } = baseline
  const filter = new GaugeFilter({ fit, direction, before, logRatioMax: 3 })
  return values.slice(-60).map((value, step) => {
    filter.push(Number.isNaN(value) ? null : standardisedAt(baseline, value, step))
    return filter.logE / kappa
  })
}

const shape = (seed: number, more: Partial<GaugeShape> = {}) =>
  gaugeValues({ seed, minutes: 3 * day + 60, season: 6, ...more })
const jump = (by: number) => ({ jump: { atMinute: 3 * day, by } })

describe('the evidence of a gauge', () => {
  it('does not depend on its unit, nor on where its zero is (seed 1)', () => {
    const values = shape(1, jump(9))
    const other = watched(values.map((value) => 3 * value - 1_000))

    watched(values).forEach((logE, t) => expect(other[t]).toBeCloseTo(logE, 5))
  })

  it('of a fall is that of the rise turned round (seed 2)', () => {
    const values = shape(2, jump(9))
    const down = watched(
      values.map((value) => -value),
      'down',
    )

    watched(values, 'up').forEach((logE, t) => expect(down[t]).toBeCloseTo(logE, 9))
  })

  it('of the good direction stays silent (seed 3)', () => {
    expect(Math.max(...watched(shape(3, jump(20)), 'down'))).toBeLessThan(0.1)
    expect(Math.max(...watched(shape(3, jump(20)), 'up'))).toBeGreaterThan(alarm)
  })

  it('of minutes that are missing is that of the minute before them (seed 4)', () => {
    const values = shape(4)
    const holes = values.map((value, t) => (t >= values.length - 30 ? Number.NaN : value))
    const logEs = watched(holes)

    expect(new Set(logEs.slice(30)).size).toBe(1)
  })

  it('of one wild minute is no alarm, of ten it is (seed 5)', () => {
    const with10 = (minutes: number) =>
      shape(5).map((value, t) => (t >= 3 * day + 5 && t < 3 * day + 5 + minutes ? 1e6 : value))

    expect(Math.max(...watched(with10(1)))).toBeLessThan(alarm)
    expect(Math.max(...watched(with10(10)))).toBeGreaterThan(alarm)
  })

  it('alarms in at most 3 of 200 harmless hours and finds 195 of 200 jumps (seeds 1 to 200)', () => {
    const seeds = Array.from({ length: 200 }, (_, i) => i + 1)
    const alarms = (more: Partial<GaugeShape>) =>
      seeds.filter((seed) => {
        const season = seed % 2 === 0 ? 8 : 0
        return Math.max(...watched(shape(seed, { season, ...more }))) >= alarm
      }).length

    expect(alarms({})).toBeLessThanOrEqual(3)
    expect(alarms(jump(12))).toBeGreaterThanOrEqual(195)
  }, 120_000)
})

describe('the season of a gauge', () => {
  it('is found where a day repeats, and the last day is measured by the others (seed 6)', () => {
    const values = Float64Array.from(shape(6, { season: 10, drift: 0.5 }))
    const { profile, rest } = gaugeSeason(values, 1)!

    expect(profile).toHaveLength(day)
    const spread = (all: Float64Array) =>
      Math.sqrt(all.reduce((sum, x) => sum + x * x, 0) / all.length)
    expect(spread(rest.subarray(-day))).toBeLessThan(4)
  })

  it.each([
    { what: 'nothing repeats', values: shape(7, { season: 0 }) },
    { what: 'there is but a day of it', values: shape(8).slice(0, day + 700) },
  ])('is left out where $what', ({ values }) => {
    expect(gaugeSeason(Float64Array.from(values), 1)).toBeNull()
  })
})

describe('a baseline', () => {
  const of = (values: number[]): GaugeBaseline | null =>
    gaugeBaseline({
      values: Float64Array.from(values),
      stepMinutes: 1,
      direction: 'both',
      watchMinutes: 60,
    })

  it('wants ten values', () => {
    const normal = normals(1)
    const values = Array.from({ length: 10 }, normal)
    expect(of(values.slice(1))).toBeNull()
    expect(of(values)).not.toBeNull()
  })

  it('of a constant takes any change for a large one, within what the filter knows', () => {
    const baseline = of(Array.from({ length: 500 }, () => 7))!
    expect(standardisedAt(baseline, 7, 0)).toBe(0)
    expect(standardisedAt(baseline, 7.001, 0)).toBe(8)
  })

  it('of a gauge that is mostly zero measures by the mean deviation', () => {
    const baseline = of(Array.from({ length: 1_000 }, (_, t) => (t % 10 === 0 ? 5 : 0)))!
    expect(baseline.centre).toBe(0)
    expect(baseline.scale).toBeGreaterThan(0.5)
  })

  it('believes a restless gauge less than the cold start does', () => {
    const normal = normals(2)
    // Level shifts every two hours: its quiet hours are alarms.
    const values = Array.from(
      { length: 3 * day },
      (_, t) => 20 * (Math.floor(t / 120) % 2) + normal(),
    )
    const quiet = Array.from({ length: 3 * day }, normal)
    expect(of(values)!.kappa).toBeGreaterThan(2 * of(quiet)!.kappa)
  })
})

it.each([
  ['http.server.duration', 'up'],
  ['db_latency_ms', 'up'],
  ['errors_total', 'up'],
  ['system.cpu.utilization', 'up'],
  ['orders.queue.lag', 'up'],
  ['availability', 'down'],
  ['success_ratio', 'down'],
  ['metric_17', 'both'],
  ['mirror.position', 'both'],
])('the name %s says that %s is bad', (metric, direction) => {
  expect(gaugeDirection(metric)).toBe(direction)
})

it('instances of a version lie as far apart as they do, in the median minute', () => {
  const cell = (values: number[]) =>
    [
      values.reduce((sum, x) => sum + x, 0),
      values.reduce((sum, x) => sum + x * x, 0),
      values.length,
    ] as const
  expect(betweenInstances([cell([1, 3]), cell([1, 3]), cell([0, 100])], 0.1)).toBeCloseTo(
    Math.SQRT2,
  )
  expect(betweenInstances([cell([5])], 2), 'one instance: by its own unrest').toBe(2)
  expect(betweenInstances([cell([5, 5])], 2), 'never closer than a quarter of it').toBe(0.5)
})

/** A gauge that grows for good is measured from its line; all else as if there were no lines. */
import { describe, expect, it } from 'vitest'
import {
  type GaugeBaseline,
  gaugeBaseline,
  standardisedAt,
} from '../../../src/core/detection/gauge-baseline.ts'
import { GaugeFilter } from '../../../src/core/detection/gauge-filter.ts'
import { gaugeTrend } from '../../../src/core/detection/gauge-trend.ts'
import { gaugeValues, type GaugeShape, normals } from '../../support/gauge-lines.ts'
import { seededRandom } from '../../support/random.ts'

const day = 1_440
const released = 3 * day
const minutes = released + 60
const alarm = Math.log(20)

const gauge = (seed: number, more: Partial<GaugeShape> = {}) =>
  gaugeValues({ seed, minutes, ...more })
const growing = (values: readonly number[], perMinute: number) =>
  values.map((value, t) => value + perMinute * t)
const stepped = (values: readonly number[], by: number) =>
  values.map((value, t) => (t < released ? value : value + by))

function disk(seed: number): number[] {
  const normal = normals(seed)
  return Array.from({ length: minutes }, (_, t) => 1e11 + 2e7 * t + 5e6 * normal())
}

/** Each minute some more, by day more than by night if `swing` is not 0. */
function rows(seed: number, swing = 0): number[] {
  const random = seededRandom(seed)
  let count = 1e6
  return Array.from({ length: minutes }, (_, t) => {
    const busy = 1 + swing * Math.sin((2 * Math.PI * (t + 97 * seed)) / day)
    return (count += Math.floor(20 * busy * random()))
  })
}

function baselineOf(values: readonly number[], days = 3): GaugeBaseline {
  const history = Float64Array.from(values.slice(released - days * day, released))
  return gaugeBaseline({ values: history, stepMinutes: 1, direction: 'both', watchMinutes: 60 })!
}

function isAlarm(values: readonly number[], days = 3): boolean {
  const baseline = baselineOf(values, days)
  const { fit, before, kappa } = baseline
  const filter = new GaugeFilter({ fit, direction: 'both', before, logRatioMax: 3 })
  return values.slice(released).some((value, step) => {
    filter.push(standardisedAt(baseline, value, step))
    return filter.logE / kappa >= alarm
  })
}

const seeds = Array.from({ length: 20 }, (_, i) => i + 1)
const alarmsOf = (of: (seed: number) => readonly number[], days = 3) =>
  seeds.filter((seed) => isAlarm(of(seed), days)).length

interface Shape {
  readonly what: string
  readonly of: (seed: number) => readonly number[]
  readonly step: number
  readonly most?: number
}

/** Four deviations of what is left without the line. */
const shapes: readonly Shape[] = [
  { what: 'a slow leak', of: (seed: number) => growing(gauge(seed), 0.05), step: 10 },
  {
    what: 'a leak of a quiet gauge',
    of: (seed: number) => growing(gauge(seed, { noise: 0.2, drift: 0.1 }), 0.005),
    step: 0.9,
  },
  { what: 'a disk that fills', of: disk, step: 2e7 },
  { what: 'rows of a table', of: (seed: number) => rows(seed), step: 1_000 },
  // Three days of a random walk tell its day but roughly.
  { what: 'rows that come by day', of: (seed: number) => rows(seed, 0.7), step: 3_000, most: 2 },
  {
    what: 'a day with growth',
    of: (seed: number) => growing(gauge(seed, { season: 8 }), 10 / day),
    step: 12,
  },
]

describe.each(shapes)('$what (seeds 1 to 20)', ({ of, step, most = 0 }) => {
  it(`that goes on is an alarm of at most ${most}`, () => {
    expect(alarmsOf(of)).toBeLessThanOrEqual(most)
  })

  it('with a step on top is one', () => {
    expect(alarmsOf((seed) => stepped(of(seed), step))).toBeGreaterThanOrEqual(19)
  })
})

it('a disk known for a day fills without an alarm too (seeds 1 to 20)', () => {
  expect(alarmsOf(disk, 1)).toBe(0)
})

it('a leak that begins with the release is an alarm (seeds 1 to 20)', () => {
  const leaking = (seed: number) =>
    gauge(seed).map((value, t) => value + 0.3 * Math.max(0, t - released))
  expect(alarmsOf(leaking)).toBe(20)
})

it('a disk that fills three times as fast from the release on is an alarm (seeds 1 to 20)', () => {
  const faster = (seed: number) =>
    disk(seed).map((value, t) => value + 4e7 * Math.max(0, t - released))
  expect(alarmsOf(faster)).toBe(20)
})

describe('no line is taken off', () => {
  it.each([
    { what: 'a level', of: (seed: number) => gauge(seed) },
    { what: 'a season', of: (seed: number) => gauge(seed, { season: 8 }) },
    { what: 'a slow drift', of: (seed: number) => gauge(seed, { phi: 0.997, drift: 4 }) },
    {
      what: 'a level that another took the place of, a day ago',
      of: (seed: number) =>
        gauge(seed).map((value, t) => (t < released - day ? value : value + 12)),
    },
    {
      what: 'a level that another took the place of, half a day ago',
      of: (seed: number) =>
        gauge(seed).map((value, t) => (t < released - day / 2 ? value : value + 12)),
    },
    {
      what: 'what grows for a day and begins anew',
      of: (seed: number) => gauge(seed).map((value, t) => value + 0.05 * (t % day)),
    },
  ])('$what (seeds 1 to 20)', ({ of }) => {
    for (const seed of seeds) {
      expect(gaugeTrend(Float64Array.from(of(seed).slice(0, released)), 1), `seed ${seed}`).toBe(0)
    }
  })

  it('of a few hours', () => {
    const values = growing(gauge(1, { noise: 0.1, drift: 0 }), 1)
    expect(gaugeTrend(Float64Array.from(values.slice(0, 450)), 1)).toBe(0)
  })
})

it('the line is that of the gauge, whatever its unit and step (seed 1)', () => {
  const values = Float64Array.from(growing(gauge(1), 0.05).slice(0, released))
  const slow = values.filter((_, t) => t % 5 === 0)

  expect(gaugeTrend(values, 1)).toBeCloseTo(0.05, 2)
  expect(gaugeTrend(slow, 5)).toBeCloseTo(0.25, 1)
  expect(
    gaugeTrend(
      values.map((value) => 1_000 * value),
      1,
    ),
  ).toBeCloseTo(50, -1)
})

/** A gauge's shift that had begun before the release is not the release's, whatever else it may still do. */
import { expect, it } from 'vitest'
import {
  gaugeBaseline,
  standardisedAt,
  usualAt,
} from '../../../src/core/detection/gauge-baseline.ts'
import { GaugeMonitor } from '../../../src/core/detection/gauge-monitor.ts'
import { gaugeValues, type GaugeShape } from '../../support/gauge-lines.ts'

const releasedMinute = 1_440
const minuteMs = 60_000
const alarm = Math.log(20)

/** Whether the hour behind the release is an alarm, and whether one for which the release has to answer. */
function watched(values: readonly number[]): { readonly loud: boolean; readonly blamed: boolean } {
  const history = Float64Array.from(values.slice(0, releasedMinute))
  const baseline = gaugeBaseline({
    values: history,
    stepMinutes: 1,
    direction: 'both',
    watchMinutes: 60,
  })!
  const monitor = new GaugeMonitor({
    scope: { route: null, fingerprint: null, metric: 'm', caller: null },
    unit: '1',
    mode: 'forecast',
    direction: 'both',
    startMs: releasedMinute * minuteMs,
    stepMs: minuteMs,
    ...baseline,
    baseline,
  })
  let [loud, blamed] = [false, false]
  values.slice(releasedMinute, releasedMinute + 60).forEach((value, step) => {
    const z = standardisedAt(baseline, value, step)!
    monitor.push({ value, usual: usualAt(baseline, step), scale: baseline.scale, z })
    if (monitor.logE < alarm) return
    loud = true
    blamed ||= monitor.evidence({ weight: 1 }).beganBefore !== true
  })
  return { loud, blamed }
}

/** What is added to the gauge from so many minutes after the release on. */
type Course = readonly (readonly [fromMinute: number, by: number])[]

function valuesOf(seed: number, course: Course, more: Partial<GaugeShape> = {}): number[] {
  return gaugeValues({ seed, minutes: releasedMinute + 60, ...more }).map((value, minute) => {
    const part = course.findLast(([from]) => minute >= releasedMinute + from)
    return value + (part?.[1] ?? 0)
  })
}

const seeds = Array.from({ length: 20 }, (_, i) => i + 1)
const blamedOf = (course: Course) =>
  seeds.filter((seed) => watched(valuesOf(seed, course)).blamed).length

it.each<{ course: Course; what: string }>([
  { course: [[0, 12]], what: 'a jump at the release' },
  { course: [[-1, 12]], what: 'a jump in the minute before it: it is told no sooner' },
  { course: [[20, 12]], what: 'a jump twenty minutes after it' },
  {
    course: [
      [-20, 8],
      [0, 20],
    ],
    what: 'a jump on top of one that had begun',
  },
])('the release answers for $what (seeds 1 to 20): $course', ({ course }) => {
  expect(blamedOf(course)).toBe(20)
})

it.each<{ course: Course; what: string }>([
  { course: [[-5, 12]], what: 'a jump five minutes before it' },
  { course: [[-10, 12]], what: 'a jump ten minutes before it' },
  {
    course: [
      [-40, 12],
      [-5, 0],
    ],
    what: 'the end of what had passed before it',
  },
])('the release does not answer for $what (seeds 1 to 20): $course', ({ course }) => {
  expect(blamedOf(course)).toBe(0)
})

/**
 * What of a gauge grows for good: a disk that fills, rows of a table, a slow leak. The usual value of such a gauge is
 * that of its line, not of its last day; the line is taken off before season, scale, fit and placebos, and goes on
 * behind the release [choice]. None is taken where nothing plainly grows: then all is as if this were not here.
 *
 * With three days each minute grows from day to day, so that no season looks like it: by alike much twice, and by much
 * more than the growths of single minutes differ. With less the last day alone: a line through its hourly medians (Sen
 * 1968), of which both halves are alike, and that takes most of its spread away.
 *
 * Values are on a grid of equal steps that ends at the release; NaN where nothing is known.
 */
import { median, medianAbsoluteDeviation } from '../kernel/math/order-statistics.ts'
import { known } from './gauge-season.ts'

const dayMinutes = 1_440
const hourMinutes = 60
/** Fewer hours are no day. */
const hoursMin = 8
/** Of a day so much must be known. */
const knownMin = 0.5
/** From day to day, in robust deviations of single minutes. */
const growthMin = 2
/** Two growths are one where neither is more than twice the other. */
const alikeMax = 2
/** What a line of one day leaves of its spread. */
const spreadMax = 0.5

/** Growth in a step; 0 for none. */
export function gaugeTrend(values: Float64Array, stepMinutes: number): number {
  const slots = Math.round(dayMinutes / stepMinutes)
  const [newest, before] = [growthOfDay(values, slots, 1), growthOfDay(values, slots, 2)]
  if (newest !== null && before !== null && isPlain(newest) && isPlain(before)) {
    if (isAlike(newest.growth, before.growth)) return (newest.growth + before.growth) / 2 / slots
  }
  const slope = slopeOfDay(values.subarray(-slots), Math.round(hourMinutes / stepMinutes))
  if (slope === 0 || newest === null) return slope
  return isAlike(slope * slots, newest.growth) ? slope : 0
}

/** Less the line; the release is where nothing is taken off. */
export function withoutTrend(values: Float64Array, slope: number): Float64Array {
  return slope === 0 ? values : values.map((value, i) => value - slope * (i - values.length))
}

interface Growth {
  readonly growth: number
  readonly deviation: number
}

/** Of a day, counted back from the release, against the day before it; null where too little is known. */
function growthOfDay(values: Float64Array, slots: number, back: number): Growth | null {
  const from = values.length - back * slots
  const day = values.subarray(Math.max(0, from), Math.max(0, from + slots))
  const grown = known(day.map((value, slot) => value - (values[from + slot - slots] ?? Number.NaN)))
  if (from < 0 || grown.length < knownMin * slots) return null
  return { growth: median(grown), deviation: 1.4826 * medianAbsoluteDeviation(grown) }
}

function isPlain({ growth, deviation }: Growth): boolean {
  return Math.abs(growth) > growthMin * deviation
}

function isAlike(a: number, b: number): boolean {
  return a * b > 0 && Math.max(a / b, b / a) <= alikeMax
}

function slopeOfDay(day: Float64Array, perHour: number): number {
  const hours: Hour[] = []
  for (let from = day.length % perHour; from < day.length; from += perHour) {
    const value = median(known(day.subarray(from, from + perHour)))
    if (!Number.isNaN(value)) hours.push({ at: from + perHour / 2, value })
  }
  if (hours.length < hoursMin) return 0
  const middle = Math.floor(hours.length / 2)
  const slope = slopeThrough(hours)
  const halves = [slopeThrough(hours.slice(0, middle)), slopeThrough(hours.slice(middle))]
  if (!halves.every((half) => isAlike(half, slope))) return 0
  const left = medianAbsoluteDeviation(known(withoutTrend(day, slope)))
  return left < spreadMax * medianAbsoluteDeviation(known(day)) ? slope : 0
}

interface Hour {
  readonly at: number
  readonly value: number
}

/** Median of the slopes between any two. */
function slopeThrough(hours: readonly Hour[]): number {
  return median(
    hours.flatMap((one, i) =>
      hours.slice(i + 1).map((other) => (other.value - one.value) / (other.at - one.at)),
    ),
  )
}

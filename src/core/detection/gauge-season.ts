/**
 * What of a gauge repeats every day (detection reference, section 22, step 1): the median over the days at the
 * same minute, smoothed over half an hour, and used only where it makes the last day quieter.
 *
 * Values are on a grid of equal steps that ends at the release; NaN where nothing is known.
 */
import { median, medianAbsoluteDeviation, quantileSorted } from '../kernel/math/order-statistics.ts'

const dayMinutes = 1_440
const daysMax = 14
const smoothMinutes = 31
/** A profile must take a fifth of the last day's unrest away. */
const unrestMax = 0.8
/** Of the last day, so much must be known to tell. */
const knownMin = 0.5

export interface GaugeSeason {
  /** By step of the day, counted from the release on: `profile[t % profile.length]`. */
  readonly profile: Float64Array
  /** What is left of the history, the last days each by the profile of the others. */
  readonly rest: Float64Array
}

/**
 * A day that is in its own profile follows it too well: the filter would believe the future to be as near. So the
 * days that scale, fit and placebos are taken from are measured by the others, as the day to come will be [choice].
 */
const daysLeftOut = 4

/** Null where nothing repeats. */
export function gaugeSeason(values: Float64Array, stepMinutes: number): GaugeSeason | null {
  const slots = Math.round(dayMinutes / stepMinutes)
  const days = Math.min(daysMax, Math.floor(values.length / slots))
  if (days < 2) return null
  const from = values.length - days * slots
  const last = values.subarray(values.length - slots)
  const others = profileOf(values.subarray(from, values.length - slots), slots)
  const unlike = known(last.map((value, slot) => value - others[slot]!))
  if (unlike.length < knownMin * slots) return null
  const restless = medianAbsoluteDeviation(known(last))
  if (!(medianAbsoluteDeviation(unlike) < unrestMax * restless)) return null
  const reach = Math.floor(smoothMinutes / 2 / stepMinutes)
  const all = values.subarray(from)
  const profile = smoothed(profileOf(all, slots), reach)
  const rest = values.map((value, i) => value - profile[(((i - from) % slots) + slots) % slots]!)
  for (let day = Math.max(0, days - daysLeftOut); day < days; day++) {
    const own = smoothed(profileOf(all, slots, day), reach)
    const at = from + day * slots
    for (let slot = 0; slot < slots; slot++) rest[at + slot] = values[at + slot]! - own[slot]!
  }
  return { profile, rest }
}

/** Median over the days, one of them left out if need be. */
function profileOf(values: Float64Array, slots: number, without = -1): Float64Array {
  const same = new Float64Array(daysMax)
  return Float64Array.from({ length: slots }, (_, slot) => {
    let count = 0
    for (let at = slot, day = 0; at < values.length; at += slots, day++) {
      const value = values[at]!
      if (day === without || Number.isNaN(value)) continue
      // A fortnight is sorted soonest as it comes.
      let place = count++
      for (; place > 0 && same[place - 1]! > value; place--) same[place] = same[place - 1]!
      same[place] = value
    }
    return quantileSorted(same.subarray(0, count), 0.5)
  })
}

/** Centred mean over the circle of the day. */
function smoothed(profile: Float64Array, reach: number): Float64Array {
  const slots = profile.length
  const usual = median(known(profile))
  return profile.map((_, slot) => {
    let [sum, count] = [0, 0]
    for (let d = -reach; d <= reach; d++) {
      const value = profile[(slot + d + slots) % slots]!
      if (Number.isNaN(value)) continue
      sum += value
      count++
    }
    return count === 0 ? usual : sum / count
  })
}

export function known(values: Float64Array): Float64Array {
  return values.filter((value) => !Number.isNaN(value))
}

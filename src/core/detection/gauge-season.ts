/**
 * What of a gauge repeats every day (detection reference, section 22, step 1): the median over the days at the
 * same minute, smoothed over half an hour, and used only where it makes the last day quieter.
 *
 * Values are on a grid of equal steps that ends at the release; NaN where nothing is known.
 */
import { median, medianAbsoluteDeviation } from '../kernel/math/order-statistics.ts'

const dayMinutes = 1_440
const daysMax = 14
const smoothMinutes = 31
/** A profile must take a fifth of the last day's unrest away. */
const unrestMax = 0.8
/** Of the last day, so much must be known to tell. */
const knownMin = 0.5

/** By step of the day, counted from the release on: `profile[t % profile.length]`; null for none. */
export function gaugeSeason(values: Float64Array, stepMinutes: number): Float64Array | null {
  const slots = Math.round(dayMinutes / stepMinutes)
  const days = Math.min(daysMax, Math.floor(values.length / slots))
  if (days < 2) return null
  const from = values.length - days * slots
  const last = values.subarray(values.length - slots)
  const others = profileOf(values.subarray(from, values.length - slots), slots)
  const rest = last.map((value, slot) => value - others[slot]!)
  const [quiet, restless] = [known(rest), known(last)]
  if (quiet.length < knownMin * slots) return null
  if (!(medianAbsoluteDeviation(quiet) < unrestMax * medianAbsoluteDeviation(restless))) return null
  return smoothed(
    profileOf(values.subarray(from), slots),
    Math.floor(smoothMinutes / 2 / stepMinutes),
  )
}

function profileOf(values: Float64Array, slots: number): Float64Array {
  return Float64Array.from({ length: slots }, (_, slot) => {
    const same: number[] = []
    for (let at = slot; at < values.length; at += slots) {
      if (!Number.isNaN(values[at]!)) same.push(values[at]!)
    }
    return median(same)
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

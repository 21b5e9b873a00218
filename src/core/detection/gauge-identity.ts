/**
 * Gauges that tell which process it is, or how old, and not how it fares: every release changes them. An uptime
 * (`process.uptime`, seconds), a start time (`process_start_time_seconds`), the number of a build.
 */
const identities =
  /(^|[._-])(start(ed)?[._-]?(time|at)|build([._-]?(number|time|info))?|revision|version|pid)([._-](seconds|ms))?$/i

export function isIdentity(metric: string): boolean {
  return identities.test(metric)
}

const differencesMin = 10
/** Of the differences between neighbours; the rest are restarts. */
const sameMin = 0.9
/** How far an export may be off, as a share of its step. */
const jitterMax = 0.05

/** It grows by the same in nearly every step, as time does. Gaps (NaN) are passed over. */
export function isClock(values: Float64Array): boolean {
  const differences = Array.from(values.subarray(1), (value, i) => value - values[i]!)
    .filter((each) => !Number.isNaN(each))
    .sort((a, b) => a - b)
  if (differences.length < differencesMin) return false
  const step = differences[differences.length >> 1]!
  const same = differences.filter((each) => Math.abs(each - step) <= jitterMax * step)
  return step > 0 && same.length >= sameMin * differences.length
}

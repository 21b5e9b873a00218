/**
 * A gauge that tells how old a process is (`app.uptime`, seconds) tells nothing of its health, and starts anew with every
 * release. Known by its values, whatever its name.
 */
const differencesMin = 10
/** Of the differences between neighbours; the rest are restarts. */
const sameMin = 0.9
/** How far an export may be off, as a share of its step. */
const jitterMax = 0.05
/** Nanoseconds, microseconds, milliseconds, seconds, hours and days; minutes are left out: one a minute may be a count. */
const perMinute = [60e9, 60e6, 60e3, 60, 1 / 60, 1 / 1440]

/** It grows as time does, by the same in nearly every step of `stepMinutes`. Gaps (NaN) are passed over. */
export function isClock(values: Float64Array, stepMinutes: number): boolean {
  const differences = Array.from(values.subarray(1), (value, i) => value - values[i]!).filter(
    (each) => !Number.isNaN(each),
  )
  if (differences.length < differencesMin) return false
  return perMinute.some((rate) => {
    const step = rate * stepMinutes
    const same = differences.filter((each) => Math.abs(each - step) <= jitterMax * step)
    return same.length >= sameMin * differences.length
  })
}

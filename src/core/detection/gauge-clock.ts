/**
 * A gauge that tells how old a process is (`app.uptime`, seconds) tells nothing of its health, and starts anew with every
 * release. Known by its values, whatever its name.
 */
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

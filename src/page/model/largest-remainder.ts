/**
 * Rounds figures so that what is shown adds up to the shown sum (largest remainder, Hamilton's method):
 * every figure moves by less than one step, those with the greatest remainder are rounded up. Pure; ties go
 * to the earlier figure.
 */

/** `step` is the value of one unit of the last digit shown, e.g. 0.1; the sum is rounded to it first. */
export function roundTogether(values: readonly number[], step: number): number[] {
  const total = Math.round(values.reduce((sum, value) => sum + value, 0) / step)
  const floors = values.map((value) => Math.floor(value / step))
  const missing = total - floors.reduce((sum, value) => sum + value, 0)
  const order = values
    .map((value, index) => ({ index, remainder: value / step - floors[index]! }))
    .sort((a, b) => b.remainder - a.remainder || a.index - b.index)
    .slice(0, Math.max(0, missing))
  for (const { index } of order) floors[index]! += 1
  const digits = Math.max(0, Math.round(-Math.log10(step)))
  return floors.map((units) => Number((units * step).toFixed(digits)))
}

/**
 * exp(x) for x <= 0 (a rounding above it does no harm), relative error below 2e-13: x is split into a power
 * of two, a 64th of one from a table, and a rest of at most 0.0055 for five terms of the series.
 *
 * The detector's inner loop is made of these; Math.exp takes nearly twice as long.
 */
const perOctave = 64
const roots = Float64Array.from({ length: perOctave }, (_, i) => 2 ** (i / perOctave))
const halvings = Float64Array.from({ length: 1100 }, (_, i) => 2 ** -i)
const toUnits = perOctave / Math.LN2
const fromUnits = Math.LN2 / perOctave

export function exponentialOf(x: number): number {
  if (!(x > -700 && x <= 0)) return Math.exp(x)
  const units = (x * toUnits - 0.5) | 0
  const rest = x - units * fromUnits
  const series = 1 + rest * (1 + rest * (0.5 + rest * (1 / 6 + rest * (1 / 24))))
  return roots[units & 63]! * halvings[-(units >> 6)]! * series
}

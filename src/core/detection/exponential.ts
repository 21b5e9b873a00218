/**
 * The two functions that the detector's inner loop is made of, from tables: Math.exp and Math.log take two
 * to three times as long.
 *
 * exp(x) for x <= 0 (a rounding above it does no harm), relative error below 2e-13: x is split into a power
 * of two, a 64th of one from a table, and a rest of at most 0.0055 for five terms of the series.
 * log(1 + e^x) for any x: the series of third order around the nearest of 128 points per unit, error below
 * 2e-12; what lies outside the table is worked out.
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

const perUnit = 128
const reach = 24
const softplusAt = new Float64Array(2 * reach * perUnit + 1)
const slopeAt = new Float64Array(softplusAt.length)
for (let i = 0; i < softplusAt.length; i++) {
  const x = i / perUnit - reach
  softplusAt[i] = x > 0 ? x + Math.log1p(Math.exp(-x)) : Math.log1p(Math.exp(x))
  slopeAt[i] = 1 / (1 + Math.exp(-x))
}

export function softplusOf(x: number): number {
  if (!(x > -reach && x < reach)) return x > 0 ? x + Math.exp(-x) : Math.exp(x)
  const i = ((x + reach) * perUnit + 0.5) | 0
  const rest = x + reach - i / perUnit
  const slope = slopeAt[i]!
  const bend = slope * (1 - slope)
  return softplusAt[i]! + rest * (slope + rest * bend * (0.5 + rest * ((1 - 2 * slope) / 6)))
}

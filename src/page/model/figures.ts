/**
 * Numbers as the page writes them: shares, ratios, counts, seconds, chances. Pure, without locale: the same
 * record reads the same everywhere. A thin figure is never rounded to a certain one: no 0 %, no 100 % chance.
 */

/** 0.031 -> `3.1 %`. Fewer digits as the share grows; `digits` fixes them, for columns. */
export function share(value: number, digits?: number): string {
  const percent = value * 100
  if (digits !== undefined) return `${percent.toFixed(digits)} %`
  if (percent === 0) return '0 %'
  if (percent >= 9.95) return `${Math.round(percent)} %`
  if (percent >= 0.095) return `${percent.toFixed(1)} %`
  return percent >= 0.005 ? `${percent.toFixed(2)} %` : '<0.01 %'
}

/** A probability in whole percent: `<1 %` for what rounds to nothing, never 100 %. */
export function chance(probability: number): string {
  return chanceOf(Math.round(probability * 100))
}

export function chanceOf(percent: number): string {
  return percent < 1 ? '<1 %' : `${Math.min(99, percent)} %`
}

/** 9715 -> `9,715`. */
export function count(value: number): string {
  return String(Math.round(value)).replace(/\B(?=(\d{3})+$)/g, ',')
}

/** 0.21 -> `0.21 s`, 0.0042 -> `4.2 ms`. */
export function seconds(value: number): string {
  if (value >= 10) return `${value.toFixed(0)} s`
  if (value >= 0.1) return `${value.toFixed(2)} s`
  return `${(value * 1000).toPrecision(2)} ms`
}

/** A threshold, as it was set: 0.25 -> `250 ms`, 1.5 -> `1.5 s`. */
export function threshold(value: number): string {
  if (value < 1) return `${Number((value * 1000).toPrecision(3))} ms`
  return `${Number(value.toPrecision(3))} s`
}

/** In no unit. */
export function figure(value: number, digits = 3): string {
  return String(Number(value.toPrecision(digits)))
}

/** `×7.7`; close to one with two digits, above a hundred with none. */
export function times(ratio: number): string {
  return `×${ratio.toFixed(ratioDigits(ratio))}`
}

export interface Effect {
  readonly ratio: number
  readonly low: number
  readonly high: number
}

/** `×7.7 (5.8 to 10.3)`, all three with the digits of the first. */
export function effect({ ratio, low, high }: Effect): string {
  const digits = ratioDigits(ratio)
  return `×${ratio.toFixed(digits)} (${low.toFixed(digits)} to ${high.toFixed(digits)})`
}

function ratioDigits(ratio: number): number {
  if (ratio < 1.3) return 2
  return ratio < 99.5 ? 1 : 0
}

/** Bits with their sign and one digit: `+4.6`, `−4.1`, `0.0`. The minus is the typographic one. */
export function bits(value: number, sign: 'always' | 'minus' = 'always'): string {
  const text = Math.abs(value).toFixed(1)
  if (text === '0.0') return '0.0'
  return value < 0 ? `−${text}` : sign === 'always' ? `+${text}` : text
}

export function rate({
  events,
  exposure,
}: {
  readonly events: number
  readonly exposure: number
}): number | null {
  return exposure > 0 ? events / exposure : null
}

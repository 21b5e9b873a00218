/**
 * How much wider than Poisson or binomial a stream's counts are; eta = 1 / od (detection reference 4.4).
 * Pure, for fitting on history without a release. Overdispersion below 1 counts as 1.
 */

export interface Dispersion {
  readonly od: number
  readonly eta: number
  /** Before the floor at 1. */
  readonly raw: number
}

const dispersion = (raw: number): Dispersion => {
  const od = Math.max(1, raw)
  return { od, eta: 1 / od, raw }
}

/**
 * Forecast mode. Blocks of m buckets (six of 10 s: a minute), inside which the rate is taken as steady:
 * od = sum (e - mu)^2 / sum mu * m / (m - 1), mu in proportion to exposure.
 */
export function rateDispersion(
  blocks: readonly { readonly e: readonly number[]; readonly n: readonly number[] }[],
): Dispersion {
  let squares = 0
  let expected = 0
  let size = 2
  for (const { e, n } of blocks) {
    const events = sumOf(e)
    const exposure = sumOf(n)
    size = Math.max(size, e.length)
    e.forEach((each, i) => {
      const mu = exposure > 0 ? (events * n[i]!) / exposure : 0
      if (mu <= 0) return
      squares += (each - mu) ** 2
      expected += mu
    })
  }
  return dispersion(expected > 0 ? ((squares / expected) * size) / (size - 1) : 1)
}

export interface SplitHistory {
  readonly e1: readonly number[]
  readonly e0: readonly number[]
  /** Exposure share of the new arm. */
  readonly share: number
  /** Buckets a block: 60, but at most 60 minutes of the stream's step. */
  readonly blockSize?: number
}

/** Split mode: the share of events is taken as steady inside a block. */
export function splitDispersion({ e1, e0, share, blockSize = 60 }: SplitHistory): Dispersion {
  let squares = 0
  let expected = 0
  for (let from = 0; from < e1.length; from += blockSize) {
    const one = e1.slice(from, from + blockSize)
    const other = e0.slice(from, from + blockSize)
    const events = sumOf(one)
    const p = (events + share) / (events + sumOf(other) + 1)
    one.forEach((each, i) => {
      const total = each + other[i]!
      if (total <= 0) return
      squares += (each - total * p) ** 2
      expected += total * p * (1 - p)
    })
  }
  return dispersion(expected > 0 ? squares / expected / (1 - 1 / blockSize) : 1)
}

function sumOf(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0)
}

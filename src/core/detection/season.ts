/**
 * Daily season of a log rate: two harmonics by weighted least squares with trimming (detection reference
 * 4.4, step 2). For fitting on history; three rounds, so that a past incident does not bend the curve.
 */
import { weightedLeastSquares } from '../kernel/math/least-squares.ts'
import { median } from '../kernel/math/order-statistics.ts'

export interface SeasonBin {
  /** Middle of the bin, minutes since any fixed midnight. */
  readonly minute: number
  readonly events: number
  readonly exposure: number
}

export interface Season {
  readonly periodsMinutes: readonly number[]
  /** Constant, then sine and cosine of each period. */
  readonly coefficients: readonly number[]
  /** Bins that the last fit was made from. */
  readonly used: number
  /** Robust deviation of the last fit's residuals, log rate. */
  readonly scale: number
}

const rounds = 3
export const dailyPeriodsMinutes: readonly number[] = [1440, 720]

/** Null when the bins do not determine the curve. */
export function fitSeason(
  bins: readonly SeasonBin[],
  periodsMinutes: readonly number[] = dailyPeriodsMinutes,
): Season | null {
  const rows = bins.map(({ minute }) => seasonRow(minute, periodsMinutes))
  const values = bins.map(({ events, exposure }) => Math.log((events + 0.5) / (exposure + 1)))
  let kept = bins.map(() => true)
  let season: Season | null = null
  for (let round = 0; round < rounds; round++) {
    const weights = bins.map(({ events }, i) => (kept[i] ? events + 0.5 : 0))
    const coefficients = weightedLeastSquares({ rows, values, weights })
    if (!coefficients) return season
    const residuals = rows.map((row, i) => values[i]! - dot(row, coefficients))
    const middle = median(residuals)
    const scale = 1.48 * median(residuals.map((each) => Math.abs(each - middle))) + 1e-9
    season = { periodsMinutes, coefficients, used: kept.filter(Boolean).length, scale }
    kept = residuals.map((each) => Math.abs(each) < 3 * scale)
  }
  return season
}

/** Log rate at a minute on the axis that the bins were given on. */
export function seasonAt(
  { periodsMinutes, coefficients }: Pick<Season, 'periodsMinutes' | 'coefficients'>,
  minute: number,
): number {
  return dot(seasonRow(minute, periodsMinutes), coefficients)
}

function seasonRow(minute: number, periodsMinutes: readonly number[]): number[] {
  const waves = periodsMinutes.flatMap((period) => {
    const angle = (2 * Math.PI * minute) / period
    return [Math.sin(angle), Math.cos(angle)]
  })
  return [1, ...waves]
}

function dot(a: readonly number[], b: readonly number[]): number {
  return a.reduce((sum, value, i) => sum + value * b[i]!, 0)
}

/**
 * What a gauge did before its release, made ready for its filter: trend, season, scale, fit and calibration (detection
 * reference, section 22, steps 1 to 3 and 6). Derived once at the release from the history that is kept.
 *
 * Values are on a grid of equal steps that ends at the release, oldest first; NaN where nothing is known.
 */
import { median, medianAbsoluteDeviation } from '../kernel/math/order-statistics.ts'
import {
  type GaugeDirection,
  GaugeFilter,
  type GaugeFit,
  gaugeLogLikelihood,
} from './gauge-filter.ts'
import { gaugeSeason, known } from './gauge-season.ts'
import { gaugeTrend, withoutTrend } from './gauge-trend.ts'
import { gaugePreTrendMinutes } from './gauge-pre-trend.ts'
import { coldPlaceboQuantile } from './parameters.ts'
import { placeboKappa } from './placebo.ts'

const scaleMinutes = 1_440
const fitMinutes = 480
const startMinutes = 120
const clip = 40
/** Where the scale is no more than a guess, that far out is far enough: the filter knows no larger jump. */
const clipOfGuess = 8
const placeboGapMinutes = 60
const placeboEveryMinutes = 180
const placebosMax = 20
/** Fewer values say nothing about what is usual. */
const valuesMin = 10

/** Step 3, in the order in which ties are decided. */
const phis = [0.9, 0.98, 0.997] as const
const fs = [0.1, 0.4, 0.8] as const
const gs = [0.3, 1, 3] as const

/**
 * One value counts at most so much for or against a jump [choice]. Gauges that are mostly quiet have single odd
 * minutes, a hundred deviations away; a change stays.
 */
export const gaugeLogRatioMax = 3

export interface GaugeBaseline {
  readonly fit: GaugeFit
  readonly kappa: number
  /** Standardised values of the two hours before the release. */
  readonly before: readonly (number | null)[]
  /** Those and half an hour more, for what had begun before. */
  readonly past: readonly (number | null)[]
  readonly stepMinutes: number
  /** In the gauge's own unit. */
  readonly centre: number
  readonly scale: number
  /** Standardised values lie within it. */
  readonly clip: number
  readonly season: Float64Array | null
  /** What it grows by in a step, for good; 0 for most. */
  readonly slope: number
  /** Mean of the last day, and of how many values. */
  readonly mean: number
  readonly values: number
}

export interface GaugeHistory {
  readonly values: Float64Array
  readonly stepMinutes: number
  readonly direction: GaugeDirection
  readonly watchMinutes: number
}

/** Null where too little is known. */
export function gaugeBaseline(history: GaugeHistory): GaugeBaseline | null {
  const { values, stepMinutes } = history
  const slope = gaugeTrend(values, stepMinutes)
  const level = withoutTrend(values, slope)
  const season = gaugeSeason(level, stepMinutes)
  const stepsIn = (minutes: number) => Math.round(minutes / stepMinutes)
  const rest = season?.rest ?? level
  const lately = known(rest.subarray(Math.max(0, rest.length - stepsIn(scaleMinutes))))
  if (lately.length < valuesMin) return null
  const scaled = scaleOf(lately)
  const z = Array.from(rest, (value) => standardised(value, scaled))
  const fit = fitted(z.slice(-stepsIn(fitMinutes)), stepMinutes)
  const maxima = placeboMaxima(z, fit, history)
  const raw = known(values.subarray(Math.max(0, values.length - stepsIn(scaleMinutes))))
  return {
    fit,
    kappa: placeboKappa(maxima, coldPlaceboQuantile.gaugeForecast),
    before: z.slice(-stepsIn(startMinutes)),
    past: z.slice(-stepsIn(startMinutes + gaugePreTrendMinutes)),
    stepMinutes,
    ...scaled,
    season: season?.profile ?? null,
    slope,
    mean: raw.reduce((sum, value) => sum + value, 0) / raw.length,
    values: raw.length,
  }
}

/** The usual value at a step from the release on, in the gauge's own unit. */
export function usualAt({ season, slope, centre }: GaugeBaseline, step: number): number {
  const usual = centre + (season === null ? 0 : seasonAt(season, step))
  return slope === 0 ? usual : usual + slope * step
}

export function standardisedAt(
  baseline: GaugeBaseline,
  value: number,
  step: number,
): number | null {
  return standardised(value - usualAt(baseline, step), { ...baseline, centre: 0 })
}

function seasonAt(season: Float64Array, step: number): number {
  const slots = season.length
  return season[((step % slots) + slots) % slots]!
}

interface Scaled {
  readonly centre: number
  readonly scale: number
  readonly clip: number
}

function standardised(value: number, { centre, scale, clip: limit }: Scaled): number | null {
  if (Number.isNaN(value)) return null
  return Math.max(-limit, Math.min(limit, (value - centre) / scale))
}

/**
 * Median and robust deviation. Where more than half of the values are one and the same (mostly zero, few levels)
 * the median deviation is 0 and tells nothing: then the mean deviation, for normal values as large.
 */
function scaleOf(values: Float64Array): Scaled {
  const centre = median(values)
  const robust = 1.4826 * medianAbsoluteDeviation(values)
  const mean = values.reduce((sum, value) => sum + Math.abs(value - centre), 0) / values.length
  const deviation = robust > 0 ? robust : 1.2533 * mean
  return { centre, scale: deviation + 1e-9, clip: robust > 0 ? clip : clipOfGuess }
}

function fitted(z: readonly (number | null)[], stepMinutes: number): GaugeFit {
  let best: GaugeFit = { phiPerMinute: phis[0], f: fs[0], g: gs[0] }
  let most = Number.NEGATIVE_INFINITY
  for (const phiPerMinute of phis) {
    for (const f of fs) {
      for (const g of gs) {
        const fit = { phiPerMinute, f, g }
        const logs = gaugeLogLikelihood(z, fit, { stepMinutes })
        const sum = logs.reduce((total, log) => total + log, 0)
        if (sum <= most) continue
        most = sum
        best = fit
      }
    }
  }
  return best
}

/** Greatest log E of the same watch at moments at which nothing was released, the latest first. */
function placeboMaxima(
  z: readonly (number | null)[],
  fit: GaugeFit,
  { stepMinutes, direction, watchMinutes }: GaugeHistory,
): number[] {
  const steps = (minutes: number) => Math.round(minutes / stepMinutes)
  const maxima: number[] = []
  for (let n = 0; n < placebosMax; n++) {
    const at = z.length - steps(watchMinutes + placeboGapMinutes + n * placeboEveryMinutes)
    const from = at - steps(startMinutes)
    if (from < 0) break
    const before = z.slice(from, at)
    const watch = z.slice(at, at + steps(watchMinutes))
    if (watch.every((value) => value === null)) continue
    const filter = new GaugeFilter({
      fit,
      direction,
      before,
      stepMinutes,
      logRatioMax: gaugeLogRatioMax,
    })
    let most = Number.NEGATIVE_INFINITY
    for (const value of watch) {
      filter.push(value)
      most = Math.max(most, filter.logE)
    }
    maxima.push(most)
  }
  return maxima
}

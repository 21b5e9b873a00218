/**
 * The Gaussian twin of the filter, for values that are no counts (detection reference, section 22, steps
 * 4 and 5): a Kalman filter with heavy tails under each assumed jump, against the same without a jump.
 *
 * Values are standardised (median 0, robust deviation 1), one a minute. Null is a missing minute: the level
 * drifts, nothing is learnt. Started two hours before the release, so that the drift is known by then.
 */
import { logSumExp } from '../kernel/math/log-sum-exp.ts'

export interface GaugeFit {
  readonly phiPerMinute: number
  /** Share of the variance that drifts, and the variance in all. */
  readonly f: number
  readonly g: number
}

export interface GaugeJump {
  readonly size: number
  /** Index of the first value that has jumped. */
  readonly from: number
}

/** Steps 5 and 3 of section 22. */
export const gaugeShifts: readonly number[] = [1.5, 2.5, 4, 6, 9, 14]
export const gaugeOnsetsMinutes: readonly number[] = [0, 5, 15, 30]

const outlierShare = 0.03
/** Mass of the outlier component, scaled for five times the deviation. */
const outlierDensity = outlierShare / 5

/** Log likelihood of each value under a jump; 0 for a missing one. */
export function gaugeLogLikelihood(
  values: readonly (number | null)[],
  { phiPerMinute, f, g }: GaugeFit,
  jump: GaugeJump,
): Float64Array {
  const driftVariance = f * g
  const noiseVariance = (1 - f) * g
  const logs = new Float64Array(values.length)
  let mean = 0
  let variance = driftVariance
  values.forEach((value, t) => {
    if (t > 0) {
      mean *= phiPerMinute
      variance = phiPerMinute ** 2 * variance + (1 - phiPerMinute ** 2) * driftVariance
    }
    if (value === null) return
    const total = variance + noiseVariance
    const surprise = value - (t >= jump.from ? jump.size : 0) - mean
    const q = surprise ** 2 / total
    const usual = (1 - outlierShare) * Math.exp(-Math.min(q, 200) / 2)
    const outlier = outlierDensity * Math.exp(-q / 50)
    const density = usual + outlier + 1e-300
    logs[t] = Math.log(density) - Math.log(total) / 2
    // An outlier moves nothing.
    const gain = ((usual / density) * variance) / total
    mean += gain * surprise
    variance *= 1 - gain
  })
  return logs
}

export interface GaugeWatch {
  readonly values: readonly (number | null)[]
  readonly releaseIndex: number
  readonly fit: GaugeFit
  readonly direction: 'up' | 'down' | 'both'
  readonly shifts?: readonly number[]
  readonly onsetsMinutes?: readonly number[]
}

/** logE after each value from the release on. Onsets beyond the last value are left out. */
export function gaugeLogE(watch: GaugeWatch): number[] {
  const { values, releaseIndex, fit, direction } = watch
  const signs = direction === 'both' ? [1, -1] : direction === 'up' ? [1] : [-1]
  const onsets = (watch.onsetsMinutes ?? gaugeOnsetsMinutes).filter(
    (onset) => releaseIndex + onset < values.length,
  )
  const quiet = gaugeLogLikelihood(values, fit, { size: 0, from: 0 })
  const ratios = onsets.flatMap((onset) =>
    (watch.shifts ?? gaugeShifts).flatMap((shift) =>
      signs.map((sign) => {
        const jump = { size: sign * shift * Math.sqrt(fit.g), from: releaseIndex + onset }
        return gaugeLogLikelihood(values, fit, jump).map((log, t) => log - quiet[t]!)
      }),
    ),
  )
  const sums = new Float64Array(ratios.length)
  return values.slice(releaseIndex).map((_, k) => {
    ratios.forEach((ratio, h) => {
      sums[h]! += ratio[releaseIndex + k]!
    })
    return logSumExp(sums) - Math.log(ratios.length)
  })
}

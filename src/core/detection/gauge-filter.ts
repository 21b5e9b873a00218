/**
 * The Gaussian twin of the filter, for values that are no counts (detection reference, section 22, steps
 * 4 and 5): a Kalman filter with heavy tails under each assumed jump, against the same without a jump.
 *
 * Values are standardised (median 0, robust deviation 1), one a step (a minute, or slower). Null is a missing
 * one: the level drifts, nothing is learnt. Started two hours before the release, so that the drift is known
 * by then. Until its onset the filter of a jump is the quiet one, so it branches off there.
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
  /** Steps from the release to the first value that has jumped. */
  readonly onset: number
}

export type GaugeDirection = 'up' | 'down' | 'both'

/** Step 5 of section 22. */
export const gaugeShifts: readonly number[] = [1.5, 2.5, 4, 6, 9, 14]
export const gaugeOnsetsMinutes: readonly number[] = [0, 5, 15, 30]

const outlierShare = 0.03
/** To exclude a larger shift alone says nothing of health [choice]. */
const clearedShiftMax = 4
/** Mass of the outlier component, scaled for five times the deviation. */
const outlierDensity = outlierShare / 5

/** A filter's knowledge of the drift. */
interface Level {
  mean: number
  variance: number
}

/** Moves filters of one fit on by a step. */
class GaugeStep {
  readonly #phi: number
  readonly #drift: number
  readonly #noise: number

  constructor({ phiPerMinute, f, g }: GaugeFit, stepMinutes: number) {
    this.#phi = phiPerMinute ** stepMinutes
    this.#drift = f * g
    this.#noise = (1 - f) * g
  }

  start(): Level {
    return { mean: 0, variance: this.#drift }
  }

  drift(level: Level): void {
    const { mean, variance } = level
    level.mean = this.#phi * mean
    level.variance = this.#phi ** 2 * variance + (1 - this.#phi ** 2) * this.#drift
  }

  /** Log likelihood of a value from which the jump has been taken. */
  observe(level: Level, value: number): number {
    const total = level.variance + this.#noise
    const surprise = value - level.mean
    const q = surprise ** 2 / total
    const usual = (1 - outlierShare) * Math.exp(-Math.min(q, 200) / 2)
    const density = usual + outlierDensity * Math.exp(-q / 50) + 1e-300
    // An outlier moves nothing.
    const gain = ((usual / density) * level.variance) / total
    level.mean += gain * surprise
    level.variance *= 1 - gain
    return Math.log(density) - Math.log(total) / 2
  }
}

/** Log likelihood of each value, 0 for a missing one; those from `jump.onset` on have jumped. */
export function gaugeLogLikelihood(
  values: readonly (number | null)[],
  fit: GaugeFit,
  { stepMinutes = 1, jump = null }: { stepMinutes?: number; jump?: GaugeJump | null } = {},
): Float64Array {
  const step = new GaugeStep(fit, stepMinutes)
  const level = step.start()
  return Float64Array.from(values, (value, t) => {
    if (t > 0) step.drift(level)
    const size = jump !== null && t >= jump.onset ? jump.size : 0
    return value === null ? 0 : step.observe(level, value - size)
  })
}

export interface GaugeFilterOptions {
  readonly fit: GaugeFit
  readonly direction: GaugeDirection
  /** The two hours before the release. */
  readonly before: readonly (number | null)[]
  readonly stepMinutes?: number
  readonly shifts?: readonly number[]
  readonly onsetsMinutes?: readonly number[]
  /** What one value may say for or against a jump at most, in logs: one odd minute is no change. */
  readonly logRatioMax?: number
}

interface Assumed {
  readonly jump: GaugeJump
  /** Null before its onset. */
  level: Level | null
  logRatio: number
  /** Of the newest value. */
  newest: number
}

/** Fed with the values from the release on. */
export class GaugeFilter {
  readonly #step: GaugeStep
  readonly #quiet: Level
  readonly #assumed: Assumed[]
  readonly #logRatioMax: number
  readonly #largestCleared: number
  #begun: boolean
  #steps = 0

  constructor(options: GaugeFilterOptions) {
    const { fit, direction, before, stepMinutes = 1, shifts = gaugeShifts } = options
    this.#logRatioMax = options.logRatioMax ?? Number.POSITIVE_INFINITY
    this.#step = new GaugeStep(fit, stepMinutes)
    this.#quiet = this.#step.start()
    before.forEach((value, t) => {
      if (t > 0) this.#step.drift(this.#quiet)
      if (value !== null) this.#step.observe(this.#quiet, value)
    })
    this.#begun = before.length > 0
    this.#largestCleared = clearedShiftMax * Math.sqrt(fit.g)
    const signs = direction === 'both' ? [1, -1] : direction === 'up' ? [1] : [-1]
    const onsets = options.onsetsMinutes ?? gaugeOnsetsMinutes
    this.#assumed = onsets.flatMap((minutes) =>
      shifts.flatMap((shift) =>
        signs.map((sign) => {
          const size = sign * shift * Math.sqrt(fit.g)
          const onset = Math.ceil(minutes / stepMinutes)
          return { jump: { size, onset }, level: null, logRatio: 0, newest: 0 }
        }),
      ),
    )
  }

  push(value: number | null): void {
    if (this.#begun) this.#step.drift(this.#quiet)
    for (const each of this.#assumed) {
      if (each.level !== null) this.#step.drift(each.level)
      else if (each.jump.onset <= this.#steps) each.level = { ...this.#quiet }
    }
    if (value !== null) this.#observe(value)
    this.#begun = true
    this.#steps++
  }

  #observe(value: number): void {
    const max = this.#logRatioMax
    const quiet = this.#step.observe(this.#quiet, value)
    for (const each of this.#assumed) {
      if (each.level === null) continue
      const ratio = this.#step.observe(each.level, value - each.jump.size) - quiet
      each.newest = Math.max(-max, Math.min(max, ratio))
      each.logRatio += each.newest
    }
  }

  /** Not calibrated. */
  get logE(): number {
    const logs = Float64Array.from(this.#assumed, ({ logRatio }) => logRatio)
    return logSumExp(logs) - Math.log(logs.length)
  }

  /** The jumps that have begun, with their shares of belief: 1 together. */
  get posterior(): { readonly jump: GaugeJump; readonly share: number }[] {
    const begun = this.#assumed.filter(({ level }) => level !== null)
    const total = logSumExp(Float64Array.from(begun, ({ logRatio }) => logRatio))
    return begun.map(({ jump, logRatio }) => ({ jump, share: Math.exp(logRatio - total) }))
  }

  /** Of each jump against none; 0 before its onset. */
  get logRatios(): readonly { readonly onset: number; readonly logRatio: number }[] {
    return this.#assumed.map(({ jump, logRatio }) => ({ onset: jump.onset, logRatio }))
  }

  /** The likeliest jump, by its place. */
  get leading(): number {
    let best = 0
    this.#assumed.forEach(({ level, logRatio }, at) => {
      if (level !== null && logRatio > this.#assumed[best]!.logRatio) best = at
    })
    return best
  }

  /** What the newest value says for that jump. */
  newestLogRatio(at: number): number {
    return this.#assumed[at]!.newest
  }

  /** Smallest size of a jump at the release that is excluded by `logE` in each direction tested; null for none. */
  excluded(logE: number): number | null {
    const atOnce = this.#assumed.filter(({ jump }) => jump.onset === 0)
    const sizes = atOnce
      .map(({ jump }) => Math.abs(jump.size))
      .filter((size) => size <= this.#largestCleared)
      .filter((size) =>
        atOnce.every(({ jump, logRatio }) => Math.abs(jump.size) !== size || -logRatio >= logE),
      )
    return sizes.length === 0 ? null : Math.min(...sizes)
  }
}

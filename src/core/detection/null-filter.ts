/**
 * The forward filter of one fixed effect: log likelihood of "rate ratio theta all the time", with drift,
 * incidents and warm-up integrated out (detection reference 6.2, first half).
 *
 * Used to follow a stream before its release (burn-in, 6.1), to fit drift (4.4) and, two at a time, to say
 * that an effect is excluded (8). Each bucket in order: `observe`, or `skip` when data is missing.
 */
import { logSumExp } from '../kernel/math/log-sum-exp.ts'
import {
  fillLikelihood,
  fillLogLikelihood,
  type OffsetTable,
  offsetTable,
  peakOf,
  temperedFor,
} from './likelihood.ts'
import type { Observation } from './observation.ts'
import { warmUpMinutes } from './parameters.ts'
import { reweighInLogSpace } from './reweigh.ts'
import { type StateSpace, propagateRows } from './state-space.ts'

export interface NullFilterOptions {
  readonly space: StateSpace
  /** Rate ratio; 1 by default. */
  readonly theta?: number
  /** Log rates of fresh processes with their prior; none by default. */
  readonly warmUps?: readonly number[]
  readonly warmUpPrior?: readonly number[]
  /** Mass over the states at the first bucket; stationary by default. */
  readonly initial?: Float64Array
}

const normaliserMin = 1e-250
/** Below this a mass is 0: products with it would be denormal, and slow. */
const massMin = 1e-200

export class NullFilter {
  readonly #space: StateSpace
  readonly #table: OffsetTable
  readonly #warmUps: readonly number[]
  readonly #prior: readonly number[]
  readonly #mass: Float64Array
  readonly #log: Float64Array
  readonly #likelihood: Float64Array
  #buckets = 0

  constructor({
    space,
    theta = 1,
    warmUps = [0],
    warmUpPrior = [1],
    initial = space.start,
  }: NullFilterOptions) {
    this.#space = space
    this.#table = offsetTable(space.offsets, [Math.log(theta)], space.drifts)
    this.#warmUps = warmUps
    this.#prior = warmUpPrior
    this.#mass = new Float64Array(warmUps.length * space.size)
    for (let w = 0; w < warmUps.length; w++) this.#mass.set(initial, w * space.size)
    this.#log = new Float64Array(warmUps.length)
    this.#likelihood = new Float64Array(space.size)
  }

  get buckets(): number {
    return this.#buckets
  }

  observe(observation: Observation, freshness: number = this.#freshness()): void {
    const space = this.#space
    const silent = space.mode === 'split' && observation.total === 0
    if (silent) return this.skip()
    for (let w = 0; w < this.#warmUps.length; w++) {
      const base = w * space.size
      propagateRows(space, this.#buckets, this.#mass, base, 1)
      this.#log[w]! += this.#reweigh(base, observation, this.#warmUps[w]! * freshness)
    }
    this.#buckets++
  }

  skip(): void {
    const space = this.#space
    for (let w = 0; w < this.#warmUps.length; w++) {
      const base = w * space.size
      propagateRows(space, this.#buckets, this.#mass, base, 1)
    }
    this.#buckets++
  }

  /** Log likelihood of all buckets so far, mixed over warm-ups. */
  get logLikelihood(): number {
    return logSumExp(this.#log.map((log, w) => log + Math.log(this.#prior[w]!)))
  }

  /** Mass over the states now, mixed over warm-ups. */
  shares(): Float64Array {
    const total = this.logLikelihood
    const shares = new Float64Array(this.#space.size)
    for (let w = 0; w < this.#warmUps.length; w++) {
      const weight = this.#prior[w]! * Math.exp(this.#log[w]! - total)
      for (let i = 0; i < shares.length; i++) {
        shares[i]! += weight * this.#mass[w * shares.length + i]!
      }
    }
    return shares
  }

  #freshness(): number {
    if (this.#warmUps.length === 1 && this.#warmUps[0] === 0) return 0
    return Math.exp(-(this.#buckets * this.#space.stepSeconds) / 60 / warmUpMinutes)
  }

  #reweigh(base: number, observation: Observation, shift: number): number {
    const space = temperedFor(this.#space, observation)
    const table = this.#table
    const likelihood = this.#likelihood
    const mass = this.#mass
    const { least, greatest } = table
    const peak = peakOf(space, observation, shift, least, greatest)
    fillLikelihood(space, observation, shift, peak, table, likelihood)
    let z = 0
    for (let i = 0; i < likelihood.length; i++) z += mass[base + i]! * likelihood[i]!
    if (!(z >= normaliserMin)) {
      fillLogLikelihood(space, observation, shift, table, likelihood)
      const before = mass.slice(base, base + likelihood.length)
      return reweighInLogSpace(before, likelihood, mass, base)
    }
    const share = 1 / z
    for (let i = 0; i < likelihood.length; i++) {
      const value = mass[base + i]! * likelihood[i]! * share
      mass[base + i] = value < massMin ? 0 : value
    }
    return Math.log(z) + peak
  }
}

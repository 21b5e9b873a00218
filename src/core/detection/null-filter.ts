/**
 * The forward filter of one fixed effect: log likelihood of "rate ratio theta all the time", with drift,
 * incidents and warm-up integrated out (detection reference 6.2, first half).
 *
 * Used to follow a stream before its release (burn-in, 6.1), to fit drift (4.4) and, two at a time, to say
 * that an effect is excluded (8). Each bucket in order: `observe`, or `skip` when data is missing.
 */
import { logSumExp } from '../kernel/math/log-sum-exp.ts'
import { type OffsetTable, fillLogLikelihood, offsetTable } from './likelihood.ts'
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

export class NullFilter {
  readonly #space: StateSpace
  readonly #table: OffsetTable
  readonly #warmUps: readonly number[]
  readonly #prior: readonly number[]
  readonly #mass: Float64Array
  readonly #log: Float64Array
  readonly #moved: Float64Array
  readonly #logLik: Float64Array
  #buckets = 0

  constructor({
    space,
    theta = 1,
    warmUps = [0],
    warmUpPrior = [1],
    initial = space.start,
  }: NullFilterOptions) {
    this.#space = space
    this.#table = offsetTable(space.offsets, [Math.log(theta)])
    this.#warmUps = warmUps
    this.#prior = warmUpPrior
    this.#mass = new Float64Array(warmUps.length * space.size)
    for (let w = 0; w < warmUps.length; w++) this.#mass.set(initial, w * space.size)
    this.#log = new Float64Array(warmUps.length)
    this.#moved = new Float64Array(space.size)
    this.#logLik = new Float64Array(space.size)
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
      propagateRows(space, this.#mass, base, 1, this.#moved)
      const shift = this.#warmUps[w]! * freshness
      fillLogLikelihood(space, observation, shift, this.#table, this.#logLik)
      this.#log[w]! += this.#reweigh(base)
    }
    this.#buckets++
  }

  skip(): void {
    const space = this.#space
    for (let w = 0; w < this.#warmUps.length; w++) {
      const base = w * space.size
      propagateRows(space, this.#mass, base, 1, this.#moved)
      this.#mass.set(this.#moved, base)
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
    return Math.exp(-(this.#buckets * this.#space.stepSeconds) / 60 / warmUpMinutes)
  }

  #reweigh(base: number): number {
    const logLik = this.#logLik
    let max = -Infinity
    for (const value of logLik) max = Math.max(max, value)
    let z = 0
    for (let i = 0; i < logLik.length; i++) {
      z += this.#mass[base + i] = this.#moved[i]! * Math.exp(logLik[i]! - max)
    }
    if (!(z >= normaliserMin)) return reweighInLogSpace(this.#moved, logLik, this.#mass, base)
    for (let i = base; i < base + logLik.length; i++) this.#mass[i]! /= z
    return Math.log(z) + max
  }
}

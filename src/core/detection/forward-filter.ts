/**
 * The forward filter: predictive likelihood ratio of "worse since some bucket" against "no worse", with
 * drift, incidents and warm-up integrated out (detection reference, section 6; formula 3).
 *
 * Feed it one bucket at a time, in order, none left out: `observe` or, when data is missing, `skip`.
 * After each bucket `logE` may be read, as often as one likes. Natural logarithms. With eta < 1 and fitted
 * parameters this is calibrated evidence, not a guarantee.
 *
 * Invariants after each bucket, per warm-up: sum of null mass = 1; not started + all effects = 1.
 * Null and full model are scaled by maxima of their own: with a shared one, e^(ll - max) of the null
 * underflows for large counts. Where even that underflows (all mass sits where the bucket says it cannot
 * be), the bucket is done in log space.
 */
import { logSumExp } from '../kernel/math/log-sum-exp.ts'
import type { FilterModel } from './filter-model.ts'
import { fillLogLikelihood } from './likelihood.ts'
import type { Observation } from './observation.ts'
import { warmUpMinutes } from './parameters.ts'
import { reweighInLogSpace } from './reweigh.ts'
import { propagateRows } from './state-space.ts'

/** Below this a mass is 0: products with it would be denormal, a hundred times slower and no use. */
const massMin = 1e-200
/** A bucket whose normaliser is smaller is done again in log space. */
const normaliserMin = 1e-250

export class ForwardFilter {
  readonly model: FilterModel
  /** [warm-up][null, not started, theta_1 ...][incident][drift] */
  readonly #mass: Float64Array
  readonly #logNull: Float64Array
  readonly #logTotal: Float64Array
  readonly #moved: Float64Array
  readonly #logLik: Float64Array
  readonly #nullLikelihood: Float64Array
  #maxNull = 0
  #maxAll = 0
  #buckets = 0

  /** `initial`: mass over the states at the release, by default the stationary one. */
  constructor(model: FilterModel, initial: Float64Array = model.space.start) {
    this.model = model
    const { space, effects, start, warmUps, grid } = model
    const rows = effects + 2
    this.#mass = new Float64Array(warmUps.length * rows * space.size)
    this.#moved = new Float64Array(rows * space.size)
    this.#logLik = new Float64Array((effects + 1) * space.size)
    this.#nullLikelihood = new Float64Array(space.size)
    this.#logNull = new Float64Array(warmUps.length)
    this.#logTotal = new Float64Array(warmUps.length)
    const shares = [1, 1 - start, ...grid.weights.map((weight) => start * weight)]
    for (let w = 0; w < warmUps.length; w++) {
      shares.forEach((share, row) => {
        const base = (w * rows + row) * space.size
        for (let i = 0; i < space.size; i++) this.#mass[base + i] = initial[i]! * share
      })
    }
  }

  /** Buckets seen, missing ones included. */
  get buckets(): number {
    return this.#buckets
  }

  /**
   * `freshness` in [0, 1]: mean of e^(-age / 2 min) over the new version's requests; by default all of
   * them are as old as the watch.
   */
  observe(observation: Observation, freshness: number = this.#freshness()): void {
    const { space, effects, warmUps, table } = this.model
    const rows = effects + 2
    // A split bucket without events says nothing; its likelihood is 1 everywhere.
    const silent = space.mode === 'split' && observation.total === 0
    for (let w = 0; w < warmUps.length; w++) {
      const base = w * rows * space.size
      propagateRows(space, this.#mass, base, rows, this.#moved)
      if (silent) {
        this.#logLik.fill(0)
      } else {
        fillLogLikelihood(space, observation, warmUps[w]! * freshness, table, this.#logLik)
      }
      this.#findMaxima()
      this.#updateNull(w, base)
      this.#updateFull(w, base)
    }
    this.#buckets++
  }

  /** A bucket without usable data: time passes, nothing is learnt, no onset is due (section 6.5). */
  skip(): void {
    const { space, effects, warmUps } = this.model
    const rows = effects + 2
    for (let w = 0; w < warmUps.length; w++) {
      const base = w * rows * space.size
      propagateRows(space, this.#mass, base, rows, this.#moved)
      this.#mass.set(this.#moved, base)
    }
    this.#buckets++
  }

  /** A rollout step: `share` of the mass that has not started starts before the next bucket (section 5). */
  startAgain(share: number): void {
    for (let w = 0; w < this.model.warmUps.length; w++) this.#moveToEffects(w, share)
  }

  /** Formula 3. */
  get logE(): number {
    return this.logTotal - this.logNull
  }

  get logNull(): number {
    return logSumExp(this.#logNull.map((log, w) => log + Math.log(this.model.warmUpPrior[w]!)))
  }

  get logTotal(): number {
    return logSumExp(this.#logTotal.map((log, w) => log + Math.log(this.model.warmUpPrior[w]!)))
  }

  /** Posterior of the warm-ups in the full model. */
  warmUpShares(): Float64Array {
    const total = this.logTotal
    return this.#logTotal.map((log, w) => this.model.warmUpPrior[w]! * Math.exp(log - total))
  }

  /** P(not started), P(theta_1), ... in the full model; sums to 1. */
  effectShares(): Float64Array {
    return this.#fullShares(() => 1)
  }

  /** P(an incident is on) in the full model. */
  incidentShare(): number {
    const { drifts } = this.model.space
    return sum(this.#fullShares((_, i) => (i >= drifts ? 1 : 0)))
  }

  /** P(no incident and the total level is back to usual); section 7.4. */
  recoveredShare(): number {
    const { recoveredMask, space } = this.model
    return sum(this.#fullShares((row, i) => recoveredMask[row * space.size + i]!))
  }

  /** Mass over the states under the null, mixed over warm-ups by their null posterior. */
  nullShares(): Float64Array {
    const { space, effects, warmUps, warmUpPrior } = this.model
    const total = this.logNull
    const shares = new Float64Array(space.size)
    for (let w = 0; w < warmUps.length; w++) {
      const weight = warmUpPrior[w]! * Math.exp(this.#logNull[w]! - total)
      const base = w * (effects + 2) * space.size
      for (let i = 0; i < space.size; i++) shares[i]! += weight * this.#mass[base + i]!
    }
    return shares
  }

  #fullShares(counts: (row: number, state: number) => number): Float64Array {
    const { space, effects, warmUps } = this.model
    const shares = new Float64Array(effects + 1)
    const warm = this.warmUpShares()
    for (let w = 0; w < warmUps.length; w++) {
      for (let row = 0; row <= effects; row++) {
        const base = (w * (effects + 2) + row + 1) * space.size
        let mass = 0
        for (let i = 0; i < space.size; i++) mass += this.#mass[base + i]! * counts(row, i)
        shares[row]! += warm[w]! * mass
      }
    }
    return shares
  }

  #freshness(): number {
    const minutes = (this.#buckets * this.model.stepSeconds) / 60
    return Math.exp(-minutes / warmUpMinutes)
  }

  #findMaxima(): void {
    const logLik = this.#logLik
    const { size } = this.model.space
    let max = -Infinity
    for (let i = 0; i < size; i++) if (logLik[i]! > max) max = logLik[i]!
    this.#maxNull = max
    for (let i = size; i < logLik.length; i++) if (logLik[i]! > max) max = logLik[i]!
    this.#maxAll = max
  }

  #updateNull(w: number, base: number): void {
    const likelihood = this.#nullLikelihood
    const max = this.#maxNull
    let z = 0
    for (let i = 0; i < likelihood.length; i++) {
      likelihood[i] = Math.exp(this.#logLik[i]! - max)
      z += this.#mass[base + i] = this.#moved[i]! * likelihood[i]!
    }
    if (z >= normaliserMin) {
      divide(this.#mass, base, likelihood.length, z)
      this.#logNull[w]! += Math.log(z) + max
    } else {
      const moved = this.#moved.subarray(0, likelihood.length)
      this.#logNull[w]! += reweighInLogSpace(moved, this.#logLik, this.#mass, base)
    }
  }

  #updateFull(w: number, base: number): void {
    const moved = this.#moved
    const logLik = this.#logLik
    const mass = this.#mass
    const { size } = this.model.space
    const max = this.#maxAll
    const nullToAll = Math.exp(this.#maxNull - max)
    const first = base + size
    let z = 0
    for (let i = 0; i < size; i++) {
      z += mass[first + i] = moved[size + i]! * this.#nullLikelihood[i]! * nullToAll
    }
    for (let i = size; i < logLik.length; i++) {
      z += mass[first + i] = moved[size + i]! * Math.exp(logLik[i]! - max)
    }
    if (z >= normaliserMin) {
      divide(mass, first, logLik.length, z)
      this.#logTotal[w]! += Math.log(z) + max
    } else {
      this.#logTotal[w]! += reweighInLogSpace(moved.subarray(size), logLik, mass, first)
    }
    this.#moveToEffects(w, this.model.hazard)
    if (this.model.returnHazard > 0) this.#moveBack(w, this.model.returnHazard)
  }

  #moveToEffects(w: number, share: number): void {
    const { space, effects, grid } = this.model
    const size = space.size
    const waiting = (w * (effects + 2) + 1) * size
    for (let i = waiting; i < waiting + size; i++) {
      const leaving = this.#mass[i]! * share
      this.#mass[i]! -= leaving
      for (let j = 0; j < effects; j++) {
        this.#mass[i + (j + 1) * size]! += leaving * grid.weights[j]!
      }
    }
  }

  #moveBack(w: number, share: number): void {
    const { space, effects } = this.model
    const size = space.size
    const waiting = (w * (effects + 2) + 1) * size
    for (let i = waiting; i < waiting + size; i++) {
      // What has just come by the onset hazard may go at once: the order of section 6.2.
      let back = 0
      for (let j = 1; j <= effects; j++) {
        const leaving = this.#mass[i + j * size]! * share
        this.#mass[i + j * size]! -= leaving
        back += leaving
      }
      this.#mass[i]! += back
    }
  }
}

function divide(mass: Float64Array, base: number, count: number, by: number): void {
  for (let i = base; i < base + count; i++) {
    const value = mass[i]! / by
    mass[i] = value < massMin ? 0 : value
  }
}

function sum(values: Float64Array): number {
  let total = 0
  for (const value of values) total += value
  return total
}

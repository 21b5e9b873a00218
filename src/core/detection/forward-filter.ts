/**
 * The forward filter: predictive likelihood ratio of "worse since some bucket" against "no worse", with
 * drift, incidents and warm-up integrated out (detection reference, section 6; formula 3).
 *
 * Feed it one bucket at a time, in order, none left out: `observe` or, when data is missing, `skip`.
 * After each bucket `logE` may be read, as often as one likes. Natural logarithms. With eta < 1 and fitted
 * parameters this is calibrated evidence, not a guarantee.
 *
 * Invariants after each bucket, per warm-up: sum of null mass = 1; not started + all effects = 1.
 * Null and full model are scaled by peaks of their own: with a shared one the null underflows for large
 * counts. Where even that underflows (all mass sits where the bucket says it cannot be), the bucket is done
 * in log space.
 */
import { type EffectRows, moveBack, moveToEffects } from './effect-moves.ts'
import type { FilterModel } from './filter-model.ts'
import {
  fillLikelihood,
  fillLogLikelihood,
  type OffsetTable,
  peakOf,
  temperedFor,
} from './likelihood.ts'
import type { Observation } from './observation.ts'
import { warmUpMinutes } from './parameters.ts'
import { reweighInLogSpace } from './reweigh.ts'
import { propagateRows } from './state-space.ts'
import { WarmUpChains } from './warm-up-chains.ts'

/** Below this a mass is 0: products with it would be denormal, a hundred times slower and no use. */
const massMin = 1e-200
/** A bucket whose normaliser is smaller is done again in log space. */
const normaliserMin = 1e-250
/** Null and full model share their exponentials while their peaks are no further apart. */
const sharedPeakMax = 300
export class ForwardFilter {
  readonly model: FilterModel
  readonly #chains: WarmUpChains
  readonly #mass: Float64Array
  readonly #logNull: Float64Array
  readonly #logTotal: Float64Array
  readonly #likelihood: Float64Array
  readonly #nullLikelihood: Float64Array
  readonly #rows: EffectRows
  #buckets = 0

  /** `initial`: mass over the states at the release, by default the stationary one. */
  constructor(model: FilterModel, initial: Float64Array = model.space.start) {
    this.model = model
    const { space, effects, grid } = model
    this.#rows = { size: space.size, effects, weights: grid.weights }
    this.#chains = new WarmUpChains(model, initial)
    this.#mass = this.#chains.mass
    this.#logNull = this.#chains.logNull
    this.#logTotal = this.#chains.logTotal
    this.#likelihood = new Float64Array(model.table.distinct.length)
    this.#nullLikelihood = new Float64Array(space.size)
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
    const { space, effects, warmUps, hazard, returnHazard } = this.model
    const rows = effects + 2
    this.#chains.settle(freshness)
    // A split bucket without events says nothing; its likelihood is 1 everywhere.
    const silent = space.mode === 'split' && observation.total === 0
    for (let w = 0; w < this.#chains.count; w++) {
      const base = w * rows * space.size
      propagateRows(space, this.#buckets, this.#mass, base, rows)
      if (silent) moveToEffects(this.#mass, this.#waiting(w), this.#rows, hazard)
      else this.#reweigh(w, observation, warmUps[w]! * freshness)
      if (returnHazard > 0) moveBack(this.#mass, this.#waiting(w), this.#rows, returnHazard)
    }
    this.#buckets++
  }

  /** A bucket without usable data: time passes, nothing is learnt, no onset is due (section 6.5). */
  skip(): void {
    const { space, effects } = this.model
    const rows = effects + 2
    for (let w = 0; w < this.#chains.count; w++) {
      propagateRows(space, this.#buckets, this.#mass, w * rows * space.size, rows)
    }
    this.#buckets++
  }

  /** A rollout step: `share` of the mass that has not started starts before the next bucket (section 5). */
  startAgain(share: number): void {
    for (let w = 0; w < this.#chains.count; w++)
      moveToEffects(this.#mass, this.#waiting(w), this.#rows, share)
  }

  /** Formula 3. */
  get logE(): number {
    return this.logTotal - this.logNull
  }

  get logNull(): number {
    return this.#chains.mixed(this.#logNull)
  }

  get logTotal(): number {
    return this.#chains.mixed(this.#logTotal)
  }

  /** Posterior of the warm-ups in the full model; a single 1 once they are merged. */
  warmUpShares(): number[] {
    return this.#chains.weights(this.#logTotal)
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
    const { space, effects } = this.model
    const shares = new Float64Array(space.size)
    this.#chains.weights(this.#logNull).forEach((weight, w) => {
      const base = w * (effects + 2) * space.size
      for (let i = 0; i < space.size; i++) shares[i]! += weight * this.#mass[base + i]!
    })
    return shares
  }

  #fullShares(counts: (row: number, state: number) => number): Float64Array {
    const { space, effects } = this.model
    const shares = new Float64Array(effects + 1)
    this.#chains.weights(this.#logTotal).forEach((weight, w) => {
      for (let row = 0; row <= effects; row++) {
        const base = (w * (effects + 2) + row + 1) * space.size
        let mass = 0
        for (let i = 0; i < space.size; i++) mass += this.#mass[base + i]! * counts(row, i)
        shares[row]! += weight * mass
      }
    })
    return shares
  }

  #freshness(): number {
    const minutes = (this.#buckets * this.model.stepSeconds) / 60
    return Math.exp(-minutes / warmUpMinutes)
  }

  #reweigh(w: number, observation: Observation, shift: number): void {
    const { space, effects, table, nullTable } = this.model
    const base = w * (effects + 2) * space.size
    const likelihood = this.#likelihood
    const law = temperedFor(space, observation)
    const peak = peakOf(law, observation, shift, table.least, table.greatest)
    fillLikelihood(law, observation, shift, peak, table, likelihood)
    const nullPeak = peakOf(law, observation, shift, nullTable.least, nullTable.greatest)
    if (peak - nullPeak <= sharedPeakMax) {
      this.#updateNull(w, base, likelihood, peak, observation, shift)
    } else {
      const own = this.#nullLikelihood
      fillLikelihood(law, observation, shift, nullPeak, nullTable, own)
      this.#updateNull(w, base, own, nullPeak, observation, shift)
    }
    this.#updateFull(w, base + space.size, peak, observation, shift)
  }

  /** The null's row comes first in both tables, so the likelihood of state i stands at i. */
  #updateNull(
    w: number,
    base: number,
    likelihood: Float64Array,
    peak: number,
    observation: Observation,
    shift: number,
  ): void {
    const mass = this.#mass
    const { size } = this.model.space
    let z = 0
    for (let i = 0; i < size; i++) z += mass[base + i]! * likelihood[i]!
    if (z < normaliserMin || z === Infinity) {
      this.#logNull[w]! += this.#reweighSlowly(base, this.model.nullTable, observation, shift)
      return
    }
    const share = 1 / z
    for (let i = 0; i < size; i++) {
      const value = mass[base + i]! * likelihood[i]! * share
      mass[base + i] = value < massMin ? 0 : value
    }
    this.#logNull[w]! += Math.log(z) + peak
  }

  #updateFull(
    w: number,
    base: number,
    peak: number,
    observation: Observation,
    shift: number,
  ): void {
    const { table, space, hazard, grid } = this.model
    const { blocks, blockSize } = table
    const mass = this.#mass
    const likelihood = this.#likelihood
    let z = 0
    for (let block = 0; block < blocks.length; block++) {
      const at = base + block * blockSize
      const from = blocks[block]! * blockSize
      for (let g = 0; g < blockSize; g++) z += mass[at + g]! * likelihood[from + g]!
    }
    if (z < normaliserMin || z === Infinity) {
      this.#logTotal[w]! += this.#reweighSlowly(base, table, observation, shift)
      moveToEffects(this.#mass, this.#waiting(w), this.#rows, hazard)
      return
    }
    // With the onset hazard in the same pass: what has not started gives its share to each effect.
    const { incidents, size } = space
    const share = 1 / z
    const stays = share * (1 - hazard)
    for (let block = 0; block < incidents; block++) {
      const at = base + block * blockSize
      const from = blocks[block]! * blockSize
      for (let g = 0; g < blockSize; g++) {
        const value = mass[at + g]! * likelihood[from + g]! * stays
        mass[at + g] = value < massMin ? 0 : value
      }
    }
    const moved = hazard / (1 - hazard)
    for (let block = incidents; block < blocks.length; block++) {
      const effect = Math.floor(block / incidents)
      const at = base + block * blockSize
      const from = blocks[block]! * blockSize
      const back = effect * size
      const starts = moved * grid.weights[effect - 1]!
      for (let g = 0; g < blockSize; g++) {
        const value = mass[at + g]! * likelihood[from + g]! * share + mass[at + g - back]! * starts
        mass[at + g] = value < massMin ? 0 : value
      }
    }
    this.#logTotal[w]! += Math.log(z) + peak
  }

  #reweighSlowly(
    base: number,
    table: OffsetTable,
    observation: Observation,
    shift: number,
  ): number {
    const law = temperedFor(this.model.space, observation)
    const logs = new Float64Array(table.offsets.length)
    fillLogLikelihood(law, observation, shift, table, logs)
    const before = this.#mass.slice(base, base + logs.length)
    return reweighInLogSpace(before, logs, this.#mass, base)
  }

  /** Where the row of warm-up `w` begins that has not started. */
  #waiting(w: number): number {
    return (w * (this.model.effects + 2) + 1) * this.model.space.size
  }
}

function sum(values: Float64Array): number {
  let total = 0
  for (const value of values) total += value
  return total
}

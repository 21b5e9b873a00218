/**
 * The chains of a forward filter, one a warm-up: their masses over the states, what each has come to weigh, and their
 * mixture (detection reference, 4.3 and formula 3).
 *
 * Once the processes are warm (to 1e-4 of the rate) all chains obey one law and are merged: they are mixed by what each
 * has come to weigh. They part again when fresh processes come later.
 */
import { logSumExp } from '../kernel/math/log-sum-exp.ts'
import type { FilterModel } from './filter-model.ts'

/** Log rate of the warmest processes below which warm-ups are no longer told apart. */
const warmBelow = 1e-4

export class WarmUpChains {
  /** [warm-up][null, not started, theta_1 ...][incident][drift] */
  readonly mass: Float64Array
  /** Log likelihood of each chain under the null, and in the full model. */
  readonly logNull: Float64Array
  readonly logTotal: Float64Array
  readonly #model: FilterModel
  readonly #warmest: number
  /** Prior of each chain: of the warm-ups, or 1 once they are merged. */
  #prior: readonly number[]

  /** `initial`: mass over the states at the release. */
  constructor(model: FilterModel, initial: Float64Array) {
    const { space, effects, start, warmUps, grid } = model
    const rows = effects + 2
    this.#model = model
    this.#warmest = Math.max(...warmUps)
    this.#prior = model.warmUpPrior
    this.mass = new Float64Array(warmUps.length * rows * space.size)
    this.logNull = new Float64Array(warmUps.length)
    this.logTotal = new Float64Array(warmUps.length)
    const shares = [1, 1 - start, ...grid.weights.map((weight) => start * weight)]
    for (let w = 0; w < warmUps.length; w++) {
      shares.forEach((share, row) => {
        const base = (w * rows + row) * space.size
        for (let i = 0; i < space.size; i++) this.mass[base + i] = initial[i]! * share
      })
    }
  }

  get count(): number {
    return this.#prior.length
  }

  /** Log of the mixture. */
  mixed(logs: Float64Array): number {
    return logSumExp(this.#prior.map((prior, w) => logs[w]! + Math.log(prior)))
  }

  /** What each chain has come to weigh: its prior times its likelihood, normalised. */
  weights(logs: Float64Array): number[] {
    const total = this.mixed(logs)
    return this.#prior.map((prior, w) => prior * Math.exp(logs[w]! - total))
  }

  /** One chain where the processes are warm, the warm-ups anew where fresh ones have come. */
  settle(freshness: number): void {
    const { warmUps, warmUpPrior } = this.#model
    const warm = this.#warmest * freshness < warmBelow
    if (warmUps.length === 1 || warm === (this.#prior.length === 1)) return
    if (warm) this.#merge()
    else this.#part()
    this.#prior = warm ? [1] : warmUpPrior
  }

  #merge(): void {
    const { size } = this.#model.space
    const length = this.mass.length / this.#prior.length
    const ofNull = this.weights(this.logNull)
    const ofTotal = this.weights(this.logTotal)
    const [logNull, logTotal] = [this.mixed(this.logNull), this.mixed(this.logTotal)]
    for (let i = 0; i < length; i++) {
      const weights = i < size ? ofNull : ofTotal
      let sum = 0
      for (let w = 0; w < weights.length; w++) sum += weights[w]! * this.mass[w * length + i]!
      this.mass[i] = sum
    }
    this.logNull[0] = logNull
    this.logTotal[0] = logTotal
  }

  #part(): void {
    const { warmUps } = this.#model
    const length = this.mass.length / warmUps.length
    for (let w = 1; w < warmUps.length; w++) {
      this.mass.copyWithin(w * length, 0, length)
      this.logNull[w] = this.logNull[0]!
      this.logTotal[w] = this.logTotal[0]!
    }
  }
}

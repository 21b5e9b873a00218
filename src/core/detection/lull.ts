/**
 * A lull of few events: how surely, and for how long, a stream has not had the excess that matters any more. Of a
 * stream that usually has none the recovery monitor learns nothing from none; a count does (CUSUM of the log
 * likelihood ratio, usual against the excess that matters; Page, Biometrika 1954). Natural logarithms.
 */
import { judgeDefaults } from './judge.ts'
import { type Counted, materialExclusion } from './material.ts'
import { clearRatios } from './parameters.ts'

export class Lull {
  readonly #minutes: number
  readonly #eta: number
  #logE = 0
  #buckets = 0

  /** `minutes`: length of a bucket. */
  constructor(minutes: number, eta: number) {
    this.#minutes = minutes
    this.#eta = eta
  }

  /** A bucket, and what is usual. */
  push(observed: Counted, usual: Counted): void {
    const { theta, logE } = materialExclusion(
      { usual, observed, minutes: this.#minutes },
      this.#eta,
    )
    const areFew = theta > clearRatios.at(-1)!
    this.#logE = areFew ? this.#logE + logE : 0
    if (this.#logE > 0) this.#buckets++
    else [this.#logE, this.#buckets] = [0, 0]
  }

  /** Buckets since it began; 0 while it may be none. */
  get forBuckets(): number {
    return this.#logE >= judgeDefaults.clearedLogE ? this.#buckets : 0
  }
}

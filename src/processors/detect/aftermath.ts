/**
 * What a service did since the blamed version has gone: whether that is as it was before the release.
 *
 * A plain count against the old rate: at most a quarter more (the level that counts as recovered, detection
 * reference 7.4) and two standard deviations of a Poisson count. Judged over at least the time for which
 * the version has been gone.
 */
import type { StreamEvidence } from '../../contracts/findings.ts'
import { latencyQuantiles } from '../../core/detection/parameters.ts'
import type { Arms } from './arms.ts'

const usualRatio = 1.25

export class Aftermath {
  #n = 0
  #e = 0
  #slow = latencyQuantiles.map(() => 0)

  note({ everyone }: Arms): void {
    this.#n += everyone.n
    this.#e += everyone.e
    this.#slow = this.#slow.map((slow, q) => slow + everyone.slowOfService[q]!)
  }

  reset(): void {
    this.#n = 0
    this.#e = 0
    this.#slow = latencyQuantiles.map(() => 0)
  }

  isUsual(
    evidence: StreamEvidence,
    errorsBefore: { readonly events: number; readonly exposure: number } | null,
  ): boolean {
    if (this.#n === 0) return false
    switch (evidence.signal) {
      case 'errors':
      case 'new-error':
        if (errorsBefore === null || errorsBefore.exposure === 0) return false
        return this.#within(this.#e, (errorsBefore.events + 0.5) / (errorsBefore.exposure + 1))
      case 'latency': {
        const q = latencyQuantiles.findIndex((each) => each === evidence.latency?.quantile)
        return q >= 0 && this.#within(this.#slow[q]!, 1 - latencyQuantiles[q]!)
      }
      case 'availability':
      case 'traffic':
      case 'gauge':
      case 'business':
        return false
    }
  }

  #within(events: number, rate: number): boolean {
    const expected = usualRatio * rate * this.#n
    return events <= expected + 2 * Math.sqrt(expected) + 1
  }
}

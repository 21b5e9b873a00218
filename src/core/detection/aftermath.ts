/**
 * What a service did since the blamed version has gone: whether that is as it was before the release. A version that
 * has gone takes its effect with it: a split has nothing left to compare, and a forecast need not wait for its
 * filter to forget, if what came after is as before.
 *
 * A plain count against the old rate: at most a quarter more (the level that counts as recovered, detection
 * reference 7.4) and two standard deviations of a count in clusters, as of a stream that nothing is known of. Judged
 * over at least the time for which the version has been gone. Milliseconds.
 */
import type { StreamEvidence } from '../../contracts/findings.ts'
import { hasRecovered, judgeDefaults } from './judge.ts'
import { coldStart, latencyQuantiles } from './parameters.ts'

const usualRatio = 1.25
/** A version that would have had so many requests and had none has gone: by chance in less than a percent. */
const missedMin = 5

/** Requests of all versions in one bucket, failed ones, and those slower than each of the service's thresholds. */
export interface AftermathCount {
  readonly n: number
  readonly e: number
  readonly slowOfService: readonly number[]
  /** Requests of which that can be told. */
  readonly measuredOfService: number
}

/** Errors of the whole service before the release. */
export interface UsualErrors {
  readonly events: number
  readonly exposure: number
}

export class Aftermath {
  #goneForMs = 0
  #missed = 0
  #n = 0
  #e = 0
  #measured = 0
  #slow = latencyQuantiles.map(() => 0)

  /** For how long the version has been gone; 0 while it may just have had no request. */
  get goneForMs(): number {
    return this.#missed >= missedMin ? this.#goneForMs : 0
  }

  /** A bucket in which the version had next to no requests, and how many it would have had. */
  note(everyone: AftermathCount, stepMs: number, missed: number): void {
    this.#goneForMs += stepMs
    this.#missed += missed
    this.#n += everyone.n
    this.#e += everyone.e
    this.#measured += everyone.measuredOfService
    this.#slow = this.#slow.map((slow, q) => slow + everyone.slowOfService[q]!)
  }

  /** The version is there. */
  reset(): void {
    this.#goneForMs = 0
    this.#missed = 0
    this.#n = 0
    this.#e = 0
    this.#measured = 0
    this.#slow = latencyQuantiles.map(() => 0)
  }

  /** The evidence of a stream that had spoken: back to usual where the version has gone and so has its effect. */
  complete(evidence: StreamEvidence, usualErrors: () => UsualErrors | null): StreamEvidence {
    if (this.goneForMs < judgeDefaults.recoveredForMs) return evidence
    const hasSpoken = evidence.logE >= judgeDefaults.suspiciousLogE || evidence.recovered !== null
    if (!hasSpoken || hasRecovered(evidence)) return evidence
    if (evidence.mode !== 'split' && !this.#isUsual(evidence, usualErrors())) return evidence
    return { ...evidence, recovered: 1, recoveredForMs: this.#goneForMs }
  }

  #isUsual(evidence: StreamEvidence, errorsBefore: UsualErrors | null): boolean {
    if (this.#n === 0) return false
    switch (evidence.signal) {
      case 'errors':
      case 'new-error':
        if (errorsBefore === null || errorsBefore.exposure === 0) return false
        return this.#within(
          this.#e,
          this.#n * ((errorsBefore.events + 0.5) / (errorsBefore.exposure + 1)),
        )
      case 'latency': {
        const q = latencyQuantiles.findIndex((each) => each === evidence.latency?.quantile)
        if (q < 0 || this.#measured === 0) return false
        return this.#within(this.#slow[q]!, this.#measured * (1 - latencyQuantiles[q]!))
      }
      case 'availability':
      case 'traffic':
      case 'gauge':
      case 'business':
        return false
    }
  }

  #within(events: number, usual: number): boolean {
    const expected = usualRatio * usual
    return events <= expected + 2 * Math.sqrt(expected / coldStart.forecast.eta) + 1
  }
}

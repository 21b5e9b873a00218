/** How much of the service each arm of a watch serves, and for how long one of them has been gone. Milliseconds. */
import { Aftermath } from '../../core/detection/aftermath.ts'
import type { WatchFacts } from '../../core/releases/release-state.ts'
import type { Bucket } from '../../core/rollup/track.ts'
import type { Arms } from './arms.ts'
import { requestsOf } from './history.ts'

/** Below this share of the requests an old version has gone, and below this part of what it had a new one. */
export const goneShare = 0.05

export class ArmShares {
  readonly aftermath = new Aftermath()
  #newShare = 0
  /** Requests of the new version, and of everybody, while it was there. */
  readonly #served = { own: 0, all: 0 }
  #oldGoneForMs = 0

  /** The new version's share of requests in the newest bucket with any. */
  get newShare(): number {
    return this.#newShare
  }

  get newGoneForMs(): number {
    return this.aftermath.goneForMs
  }

  /** How long the old version of a split has had next to no requests. */
  get oldGoneForMs(): number {
    return this.#oldGoneForMs
  }

  /** `split`: both versions are compared with each other still. */
  note(
    { newVersion }: WatchFacts,
    bucket: Bucket,
    { arms, split }: { arms: Arms; split: boolean },
  ): void {
    if (newVersion === null || arms.everyone.n === 0) return
    const stepMs = bucket.endMs - bucket.startMs
    const own = requestsOf(bucket, newVersion)
    const all = arms.everyone.n
    const share = own / all
    this.#newShare = share
    this.#oldGoneForMs = split && share > 1 - goneShare ? this.#oldGoneForMs + stepMs : 0
    const usual = this.#served.own > 0 ? this.#served.own / this.#served.all : 0
    if (share < goneShare * usual) {
      this.aftermath.note(arms.everyone, stepMs, usual * all)
      return
    }
    this.aftermath.reset()
    if (own === 0 && usual === 0) return
    this.#served.own += own
    this.#served.all += all
  }
}

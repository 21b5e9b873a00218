/**
 * Buckets at the step that a watch began with. A source may change its spacing meanwhile, and its buckets with it: each
 * is taken for one rate throughout, and steps are filled in time. Milliseconds.
 */
import type { Bucket } from '../../core/rollup/track.ts'
import { addArms, type Arms, type ArmCount, emptyArms } from './arms.ts'
import type { WatchBucket } from './watch-stream.ts'

export class WatchSteps {
  readonly #stepMs: number
  #filledMs = 0
  /** Null where a part of the step is missing. */
  #sum: Arms | null = emptyArms()

  constructor(stepMs: number) {
    this.#stepMs = stepMs
  }

  /** The steps that are complete with this bucket. */
  of({ startMs, endMs }: Pick<Bucket, 'startMs' | 'endMs'>, seen: WatchBucket): WatchBucket[] {
    const lengthMs = endMs - startMs
    if (lengthMs === this.#stepMs && this.#filledMs === 0) return [seen]
    const steps: WatchBucket[] = []
    for (let leftMs = lengthMs; leftMs > 0; ) {
      const takenMs = Math.min(leftMs, this.#stepMs - this.#filledMs)
      if (seen === 'missing') this.#sum = null
      else if (this.#sum) addArms(this.#sum, partOf(seen.arms, takenMs / lengthMs))
      leftMs -= takenMs
      this.#filledMs += takenMs
      if (this.#filledMs < this.#stepMs) break
      steps.push(this.#sum ? { arms: this.#sum } : 'missing')
      this.#empty()
    }
    return steps
  }

  #empty(): void {
    this.#filledMs = 0
    this.#sum = emptyArms()
  }
}

function partOf({ routes, total, everyone }: Arms, share: number): Arms {
  const part = (count: ArmCount): ArmCount => ({
    n: count.n * share,
    e: count.e * share,
    slow: count.slow.map((slow) => slow * share),
    slowOfService: count.slowOfService.map((slow) => slow * share),
    measured: count.measured * share,
    measuredOfService: count.measuredOfService * share,
  })
  const pair = ({ one, zero }: Arms['total']) => ({ one: part(one), zero: part(zero) })
  return {
    routes: new Map([...routes].map(([route, each]) => [route, pair(each)])),
    total: pair(total),
    everyone: part(everyone),
  }
}

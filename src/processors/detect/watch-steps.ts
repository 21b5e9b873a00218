/**
 * Buckets at the step that a watch began with. A source may change its spacing meanwhile, and its buckets with it:
 * shorter ones are summed until they fill a step, a longer one is as many steps of the same rate. Milliseconds.
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
    if (lengthMs >= this.#stepMs) {
      this.#empty()
      const steps = Math.round(lengthMs / this.#stepMs)
      const each = seen === 'missing' ? seen : { arms: partOf(seen.arms, 1 / steps) }
      return Array.from({ length: steps }, () => each)
    }
    this.#filledMs += lengthMs
    if (seen === 'missing') this.#sum = null
    else if (this.#sum) addArms(this.#sum, seen.arms)
    if (this.#filledMs < this.#stepMs) return []
    const whole: WatchBucket = this.#sum ? { arms: this.#sum } : 'missing'
    this.#empty()
    return [whole]
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

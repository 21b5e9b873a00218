/**
 * The buckets that a monitor has been fed, kept for what is answered on demand, with their totals.
 * Bounded by the length of a watch (at most four hours of its steps).
 */
import type { Observation } from './observation.ts'
import type { WatchedBucket } from './onset.ts'
import type { Mode } from './parameters.ts'

interface Totals {
  readonly events: number
  readonly exposure: number
}

type Counts =
  | { readonly n1: number; readonly e1: number; readonly n0: number; readonly e0: number }
  | { readonly n: number; readonly e: number }
  | 'missing'

export class WatchLog {
  readonly #buckets: WatchedBucket[] = []
  #observed: Totals = { events: 0, exposure: 0 }
  #control: Totals = { events: 0, exposure: 0 }
  #step = false
  /** Sum of K s (1 - s), and of the expected events. */
  #splitInformation = 0
  #expected = 0

  get buckets(): readonly WatchedBucket[] {
    return this.#buckets
  }

  /** Of the new version; of everything in forecast mode. */
  get observed(): Totals {
    return this.#observed
  }

  /** Of the old version beside it. */
  get control(): Totals {
    return this.#control
  }

  /** The next bucket is the first of a rollout step. */
  stepNext(): void {
    this.#step = true
  }

  add(bucket: Omit<WatchedBucket, 'step'>, counts: Counts): void {
    this.#buckets.push({ ...bucket, step: this.#step })
    this.#step = false
    if (!bucket.observation || counts === 'missing') return
    const share = shareOf(bucket.observation)
    this.#splitInformation += bucket.observation.total * share * (1 - share)
    this.#expected += Math.exp(bucket.observation.level)
    this.#observed = sumOf(this.#observed, ownOf(counts))
    if ('n1' in counts) this.#control = plus(this.#control, counts.e0, counts.n0)
  }

  /** What was observed in the last `count` buckets. */
  recent(count: number): Observation[] {
    return this.#buckets.slice(-count).flatMap(({ observation }) => observation ?? [])
  }

  missingShare(count: number): number {
    const window = this.#buckets.slice(-count)
    if (window.length === 0) return 0
    return window.filter(({ observation }) => !observation).length / window.length
  }

  /** What the watch could tell apart (detection reference, section 9). */
  information(mode: Mode): number {
    return mode === 'split' ? this.#splitInformation : this.#expected
  }
}

/** Expected less observed events: what a falling signal misses. */
export function excessEvents(window: readonly Observation[], mode: Mode): number {
  return window.reduce((sum, each) => {
    const expected = mode === 'split' ? each.total * shareOf(each) : Math.exp(each.level)
    return sum + expected - each.events
  }, 0)
}

/** Of the new version; of everything in forecast mode. */
export function ownOf(counts: Counts): Totals {
  if (counts === 'missing') return { events: 0, exposure: 0 }
  if ('n1' in counts) return { events: counts.e1, exposure: counts.n1 }
  return { events: counts.e, exposure: counts.n }
}

/** Share of the events that the new version should have by its exposure. */
function shareOf({ level }: Observation): number {
  return 1 / (1 + Math.exp(-level))
}

function plus(totals: Totals, events: number, exposure: number): Totals {
  return { events: totals.events + events, exposure: totals.exposure + exposure }
}

export function sumOf(one: Totals, other: Totals = { events: 0, exposure: 0 }): Totals {
  return plus(one, other.events, other.exposure)
}

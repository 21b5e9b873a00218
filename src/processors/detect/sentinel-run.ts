/**
 * The sentinels of a service: its whole streams against their own forecast, hour after hour, with nothing released. They
 * are the eyes on callers and siblings, and what they say is what a release's evidence is measured by (detection
 * reference, section 10).
 */
import { windowMs } from '../../core/rollup/track.ts'
import { type Freezing, freezeSentinel } from './begin-watch.ts'
import type { Dirty } from './dirty.ts'
import { chooseSource } from './history.ts'
import { sentinelWatch } from './judging-entry.ts'
import { notePlacebo } from './past-state.ts'
import type { ServiceState } from './service-state.ts'
import type { Watch } from './watch.ts'

const minuteMs = 60_000
/** Sentinels need something to compare with. */
const historyMs = 20 * minuteMs

export interface SentinelContext extends Freezing {
  readonly dirty: Dirty
  readonly watchOf: (facts: NonNullable<ServiceState['sentinel']>) => Watch
  readonly placeboEnded: (alarmed: boolean) => void
}

export class SentinelRun {
  readonly #state: ServiceState
  readonly #context: SentinelContext
  #watch: Watch | null = null

  constructor(state: ServiceState, context: SentinelContext) {
    this.#state = state
    this.#context = context
    context.fleet.join(state.past)
    if (state.sentinel !== null) this.#watch = context.watchOf(state.sentinel)
  }

  get watch(): Watch | null {
    return this.#watch
  }

  /** Ends a watch whose hour is over, and begins the next where there is traffic to watch. */
  supervise(closedToMs: number): void {
    const state = this.#state
    const { dirty, watchOf, placeboEnded } = this.#context
    if (this.#watch !== null && state.sentinel !== null) {
      if (this.#watch.lastEndMs < state.sentinel.endMs) return
      placeboEnded(this.#watch.hasAlarmed)
      this.#note(this.#watch)
      this.#watch = null
      state.sentinel = null
      dirty.judging(state, sentinelWatch)
    }
    if (!this.#isLively('spans') && !this.#isLively('metrics')) return
    // A slow source closes minutes after a fast one: the watch begins where its own has come to.
    const source = chooseSource(state, closedToMs)
    if (source === null || !this.#isLively(source)) return
    const track = state.tracks[source]
    const stepMs = track.stepMs ?? windowMs
    const startMs = Math.floor(track.closedToMs / stepMs) * stepMs
    state.sentinel = freezeSentinel(state, { source, stepMs, startMs }, this.#context)
    this.#watch = watchOf(state.sentinel)
    dirty.judging(state, sentinelWatch)
    dirty.service(state)
    dirty.pastFacts(state)
  }

  /** The service is forgotten. */
  end(): void {
    this.#context.fleet.leave(this.#state.past)
  }

  /** What is said while something was released tells nothing of quiet times. */
  #note({ facts, maxima, lastEndMs }: Watch): void {
    const { releases, past } = this.#state
    const overlaps = releases.some(({ watch }) => {
      if (watch === null) return false
      const endMs = Math.min(watch.endMs, watch.startMs + this.#context.settings.watchMaxMs)
      return watch.startMs - 60 * minuteMs < lastEndMs && endMs > facts.startMs
    })
    if (overlaps || Object.keys(maxima).length === 0) return
    const before = past.placebos
    notePlacebo(past, { atMs: lastEndMs, maxima })
    this.#context.fleet.replace(before, past.placebos)
  }

  /** There is something to compare with, and traffic of late. */
  #isLively(source: 'spans' | 'metrics'): boolean {
    const { closedToMs } = this.#state.tracks[source]
    const { firstMs, lastMs } = this.#state.versions
    if (firstMs === null || closedToMs - firstMs < historyMs) return false
    return lastMs >= closedToMs - 10 * minuteMs
  }
}

/**
 * The bytes that the counts of weeks of a unit's services may take: beyond them the series with least traffic in their
 * newest hour are dropped first, with what was fitted on them, and counted.
 *
 * A function of the log: a unit has its own share of `limits.historyBytes`, whatever else runs in the process.
 */
import { countBytes, requestsBySeries } from '../../core/rollup/count-bytes.ts'
import { wholeService } from '../../core/rollup/count-history.ts'
import type { Dirty } from './dirty.ts'
import type { Fleet } from './fleet.ts'
import { dropPast, pastTracks, type PastTrack } from './past-state.ts'
import type { ServiceState } from './service-state.ts'

interface Candidate {
  readonly state: ServiceState
  readonly track: PastTrack
  readonly name: string
  readonly requests: number
}

type Sized = Readonly<Record<PastTrack, { readonly toMs: number; readonly bytes: number }>>

export interface BudgetContext {
  readonly bytesMax: number
  readonly dirty: Pick<Dirty, 'past' | 'service'>
  readonly fleet: Pick<Fleet, 'fitsChanged'>
}

export class HistoryBudget {
  readonly #context: BudgetContext
  /** Derived: measured anew when a history has grown. */
  readonly #sizes = new WeakMap<ServiceState, Sized>()

  constructor(context: BudgetContext) {
    this.#context = context
  }

  /** `runs` in the order of their keys. */
  keep(runs: readonly { readonly state: ServiceState }[]): void {
    let bytes = 0
    for (const { state } of runs) bytes += this.#bytesOf(state)
    if (bytes <= this.#context.bytesMax) return
    for (const { state, track, name } of leastFirst(runs)) {
      if (bytes <= this.#context.bytesMax) return
      bytes -= this.#drop(state, track, name)
    }
  }

  /** Returns the bytes that it freed. */
  #drop(state: ServiceState, track: PastTrack, name: string): number {
    const { dirty, fleet } = this.#context
    const before = this.#bytesOf(state)
    dirty.past(state, dropPast(state.past, track, name))
    state.counts.history++
    dirty.service(state)
    fleet.fitsChanged()
    this.#sizes.delete(state)
    return before - this.#bytesOf(state)
  }

  #bytesOf(state: ServiceState): number {
    const { spans, metrics } = state.past.counts
    const known = this.#sizes.get(state)
    if (known?.spans.toMs === spans.toMs && known.metrics.toMs === metrics.toMs) {
      return known.spans.bytes + known.metrics.bytes
    }
    const sized = {
      spans: { toMs: spans.toMs, bytes: countBytes(spans) },
      metrics: { toMs: metrics.toMs, bytes: countBytes(metrics) },
    }
    this.#sizes.set(state, sized)
    return sized.spans.bytes + sized.metrics.bytes
  }
}

/** A watch that is built again is built from the whole service's counts: they stay until it is over. */
function isWatched({ releases }: ServiceState, track: PastTrack): boolean {
  return releases.some(({ watch }) => watch !== null && !watch.ended && watch.source === track)
}

/** Of as much traffic routes before their service, and later keys first. */
function leastFirst(runs: readonly { readonly state: ServiceState }[]): Candidate[] {
  const all: Candidate[] = []
  for (const { state } of runs) {
    for (const track of pastTracks) {
      const series = requestsBySeries(state.past.counts[track])
      for (const [name, requests] of series) {
        if (name === wholeService && isWatched(state, track)) continue
        all.push({ state, track, name, requests })
      }
    }
  }
  const rank = ({ state, track, name }: Candidate) =>
    `${name === wholeService ? 0 : 1}\0${state.key}\0${track}\0${name}`
  return all.sort((a, b) => a.requests - b.requests || (rank(a) > rank(b) ? -1 : 1))
}

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
import { dropPast, pastHistories, type PastHistory } from './past-state.ts'
import type { ServiceState } from './service-state.ts'

interface Candidate {
  readonly state: ServiceState
  readonly history: PastHistory
  readonly name: string
  readonly requests: number
}

interface Sized {
  /** Sum of the histories' ends: they only grow. */
  readonly toMs: number
  readonly bytes: number
}

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
    for (const { state, history, name } of leastFirst(runs)) {
      if (bytes <= this.#context.bytesMax) return
      bytes -= this.#drop(state, history, name)
    }
  }

  /** Returns the bytes that it freed. */
  #drop(state: ServiceState, history: PastHistory, name: string): number {
    const { dirty, fleet } = this.#context
    const before = this.#bytesOf(state)
    dirty.past(state, dropPast(state.past, history, name))
    state.counts.history++
    dirty.service(state)
    fleet.fitsChanged()
    this.#sizes.delete(state)
    return before - this.#bytesOf(state)
  }

  #bytesOf(state: ServiceState): number {
    const { counts } = state.past
    const known = this.#sizes.get(state)
    let toMs = 0
    for (const name of pastHistories) toMs += counts[name].toMs
    if (known?.toMs === toMs) return known.bytes
    let bytes = 0
    for (const name of pastHistories) bytes += countBytes(counts[name])
    this.#sizes.set(state, { toMs, bytes })
    return bytes
  }
}

/** A watch that is built again is built from the whole service's counts: they stay until it is over. */
function isWatched({ releases }: ServiceState, track: PastHistory): boolean {
  return releases.some(({ watch }) => watch !== null && !watch.ended && watch.source === track)
}

/** Of as much traffic routes before their service, and later keys first. */
function leastFirst(runs: readonly { readonly state: ServiceState }[]): Candidate[] {
  const all: Candidate[] = []
  for (const { state } of runs) {
    for (const history of pastHistories) {
      const series = requestsBySeries(state.past.counts[history])
      for (const [name, requests] of series) {
        if (name === wholeService && isWatched(state, history)) continue
        all.push({ state, history, name, requests })
      }
    }
  }
  const rank = ({ state, history, name }: Candidate) =>
    `${name === wholeService ? 0 : 1}\0${state.key}\0${history}\0${name}`
  return all.sort((a, b) => a.requests - b.requests || (rank(a) > rank(b) ? -1 : 1))
}

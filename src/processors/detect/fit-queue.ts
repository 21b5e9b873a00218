/**
 * Fits of a unit's streams on a budget: one for each 10 s of event time, so that no watch waits for a fit when it
 * begins. Streams that have none come first, those with most traffic before the others; then the oldest fits.
 *
 * A function of the log: whose turn it is follows from the services' states alone, so that a unit that is opened again
 * goes on in the same order. The reference has fits in threads of their own, whose answers enter as records; made here,
 * at the ticks, they need neither, and cost the unit the time of one fit every 10 s: at 70 ms each less than a
 * hundredth of a core, and room for 8,640 a day. A unit with more streams than that fits each of them less often.
 */
import { type CountHistory, wholeService } from '../../core/rollup/count-history.ts'
import { newestRequests } from '../../core/rollup/count-series.ts'
import { windowMs } from '../../core/rollup/track.ts'
import type { Dirty } from './dirty.ts'
import type { Fleet } from './fleet.ts'
import { type FittedSignal, latencySignals } from './fitted-signal.ts'
import { fitPast } from './past-fit.ts'
import { fitKey, historyOf, type KnownFit, type PastTrack } from './past-state.ts'
import type { ServiceState } from './service-state.ts'

const hourMs = 3_600_000
const dayMs = 24 * hourMs
const minutesOfDay = 1440
/** Six hours of a series, by the hours that it was in. */
const hoursLearnt = 6
const forgottenMs = 7 * dayMs

interface Due {
  readonly signal: FittedSignal
  readonly route: string
  /** End of the history of the last fit; -Infinity where there is none. */
  readonly atMs: number
  /** In the newest hour. */
  readonly requests: number
}

interface DueList {
  /** Ends of the histories. */
  readonly toMs: number
  readonly businessToMs: number
  readonly source: PastTrack
  /** Those whose turn is first come first. */
  readonly due: Due[]
}

export class FitQueue {
  readonly #fleet: Fleet
  readonly #dirty: Pick<Dirty, 'pastFacts'>
  /** Derived: made anew when a service's history has grown. */
  readonly #lists = new WeakMap<ServiceState, DueList>()

  constructor(fleet: Fleet, dirty: Pick<Dirty, 'pastFacts'>) {
    this.#fleet = fleet
    this.#dirty = dirty
  }

  /** Makes one fit where the watermark has moved into another window; `runs` in the order of their keys. */
  advance(
    runs: readonly { readonly state: ServiceState }[],
    { beforeMs, nowMs }: { readonly beforeMs: number; readonly nowMs: number },
  ): void {
    if (Math.floor(nowMs / windowMs) <= Math.floor(beforeMs / windowMs)) return
    for (;;) {
      let best: { readonly state: ServiceState; readonly list: DueList } | null = null
      for (const { state } of runs) {
        const list = this.#listOf(state)
        if (list === null || list.due.length === 0) continue
        if (best === null || order(list.due[0]!, best.list.due[0]!) < 0) best = { state, list }
      }
      if (best === null) return
      const { state, list } = best
      // One that too little is known for takes nobody's turn.
      if (this.#fit(state, list.source, list.due.shift()!)) return
    }
  }

  #fit(state: ServiceState, source: PastTrack, { signal, route }: Due): boolean {
    const { past } = state
    const stepMs = state.tracks[source].stepMs ?? windowMs
    const fit = fitPast(state, { signal, source, route, stepMs }, this.#fleet.nuisance(signal))
    if (fit === null) return false
    const { toMs } = past.counts[historyOf(signal, source)]
    past.fits.set(fitKey(signal, source, route), { fit, atMs: toMs })
    // Routes come and go, and their names are the senders'.
    for (const [name, { atMs }] of past.fits) {
      if (atMs < toMs - forgottenMs) past.fits.delete(name)
    }
    this.#fleet.fitsChanged()
    this.#dirty.pastFacts(state)
    return true
  }

  #listOf(state: ServiceState): DueList | null {
    // Where nobody asks the sentinels rest, and their source is that of the next watch.
    const source = state.sentinel?.source
    if (source === undefined) return null
    const { toMs } = state.past.counts[source]
    const { toMs: businessToMs } = state.past.counts[historyOf('business', source)]
    const known = this.#lists.get(state)
    const isOfNow = known?.toMs === toMs && known.businessToMs === businessToMs
    if (isOfNow && known.source === source) return known
    const list = { toMs, businessToMs, source, due: dueOf(state, source) }
    this.#lists.set(state, list)
    return list
  }
}

function dueOf({ past }: ServiceState, source: PastTrack): Due[] {
  const due: Due[] = []
  const { latency } = past.counts[source]
  const add = (of: 'errors' | 'business', signalsOf: (route: string) => FittedSignal[]) => {
    const history = past.counts[historyOf(of, source)]
    for (const [route, requests] of newestRequests(history)) {
      if (hoursWith(history, route) < hoursLearnt) continue
      for (const signal of signalsOf(route)) {
        const known = past.fits.get(fitKey(signal, source, route))
        if (known !== undefined && !isStale(known, history.toMs)) continue
        due.push({ signal, route, atMs: known?.atMs ?? Number.NEGATIVE_INFINITY, requests })
      }
    }
  }
  add('errors', (route) => [
    'errors',
    ...(route === wholeService ? (['traffic'] as const) : []),
    ...(latency.thresholds.has(route) ? latencySignals : []),
  ])
  add('business', () => ['business'])
  return due.sort(order)
}

/** A fit is kept for a day; for six hours while the past is shorter than a day. */
function isStale({ fit, atMs }: KnownFit, toMs: number): boolean {
  return toMs - atMs >= (fit.minutes < minutesOfDay ? 6 * hourMs : dayMs)
}

/** Sorting is stable, and services come in order: equals stay as they were. */
function order(a: Due, b: Due): number {
  if (a.atMs !== b.atMs) return a.atMs < b.atMs ? -1 : 1
  return b.requests - a.requests
}

function hoursWith({ hours }: CountHistory, route: string): number {
  let count = 0
  for (const { series } of hours.values()) if (series.has(route)) count++
  return count
}

/**
 * How a watch is judged, as an entry of its own (`judging/<service>/<release>`): it is large and never changes, while the
 * facts of the watch are written with every commit. Format 3 had it within them.
 */
import type { Judging, WatchFacts } from '../../core/releases/release-state.ts'
import type { ServiceState } from './service-state.ts'

/** In place of a release, of the sentinels' watch. */
export const sentinelWatch = 'sentinel'

/** Null for a watch that is over. */
export function storeJudging(state: ServiceState, id: string): Judging | null {
  const watch =
    id === sentinelWatch
      ? state.sentinel
      : state.releases.find(({ finding }) => finding.id === id)?.watch
  return watch?.ended === false ? (watch.judging ?? null) : null
}

export function withoutJudging(watch: WatchFacts | null): Omit<WatchFacts, 'judging'> | null {
  if (watch === null) return null
  const { judging: _, ...facts } = watch
  return facts
}

export interface JudgedWatch {
  readonly state: ServiceState
  readonly id: string
}

/** Gives each watch what is stored of it by its key; returns those that had it within their facts. */
export function giveJudgings(
  states: Iterable<ServiceState>,
  stored: ReadonlyMap<string, Judging>,
): JudgedWatch[] {
  const within: JudgedWatch[] = []
  for (const state of states) {
    const given = (watch: WatchFacts | null, id: string): WatchFacts | null => {
      if (watch === null || watch.ended) return watch
      if (watch.judging !== undefined) within.push({ state, id })
      const judging = stored.get(`${state.key}/${id}`)
      return judging === undefined ? watch : { ...watch, judging }
    }
    state.sentinel = given(state.sentinel, sentinelWatch)
    for (const release of state.releases) release.watch = given(release.watch, release.finding.id)
  }
  return within
}

/**
 * What changed in a `detect` unit since the last commit. Values are encoded when they are taken, so an
 * entry that changes a thousand times in a turn is written once.
 */
import type { StateChanges, StateEntry } from '../processor.ts'
import type { TrackName } from '../../core/rollup/track.ts'
import {
  encode,
  encodeBucket,
  encodeFailures,
  encodeKindBucket,
  encodeOpen,
  encodeRelease,
  encodeSeries,
  encodeService,
  historyGroup,
  openGroup,
} from './entries.ts'
import {
  gaugeDayGroup,
  gaugeDayOf,
  gaugeMinutesGroup,
  storeClosedGauges,
  storeGaugeHour,
  storeGauges,
  storeOpenGauges,
} from './gauge-state.ts'
import { storeJudging } from './judging-entry.ts'
import { type PastChanges, pastGroup, storePast } from './past-state.ts'
import type { ServiceState } from './service-state.ts'

const separator = '\u0000'

export class Dirty {
  readonly #puts = new Map<string, () => Uint8Array | null>()
  readonly #groups = new Set<string>()

  get count(): number {
    return this.#puts.size + this.#groups.size
  }

  /** Encodes to null: the entry is deleted. */
  put(group: string, key: string, encode: () => Uint8Array | null): void {
    this.#puts.set(group + separator + key, encode)
  }

  deleteGroup(group: string): void {
    this.#groups.add(group)
    const prefix = group + separator
    for (const id of this.#puts.keys()) if (id.startsWith(prefix)) this.#puts.delete(id)
  }

  service(state: ServiceState): void {
    this.put('', `service/${state.key}`, () => encodeService(state))
  }

  noService(key: string): void {
    this.put('', `service/${key}`, () => null)
  }

  /** Releases have entries of their own: a manifest is large, and changes seldom. */
  release(state: ServiceState, id: string): void {
    this.put('', `release/${state.key}/${id}`, () => encodeRelease(state, id))
  }

  judging(state: ServiceState, id: string): void {
    this.#stored('', `judging/${state.key}/${id}`, () => storeJudging(state, id))
  }

  series(state: ServiceState, instance: number): void {
    this.put('', `series/${state.key}/${instance}`, () => encodeSeries(state, instance))
  }

  open(state: ServiceState, track: TrackName, startMs: number): void {
    const encode = () => encodeOpen(state, track, startMs)
    this.put(openGroup(track, startMs), state.key, encode)
  }

  failures(state: ServiceState, startMs: number): void {
    this.put(openGroup('failures', startMs), state.key, () => encodeFailures(state, startMs))
  }

  closed(state: ServiceState, track: TrackName, startMs: number): void {
    const encode = () => encodeBucket(state, track, startMs)
    this.put(historyGroup(state.key, startMs), `${track}/${startMs}`, encode)
  }

  kindBucket(state: ServiceState, startMs: number): void {
    const encode = () => encodeKindBucket(state, startMs)
    this.put(historyGroup(state.key, startMs), `kinds/${startMs}`, encode)
  }

  gauges(state: ServiceState): void {
    this.#stored('', `gauges/${state.key}`, () => storeGauges(state.gauges))
  }

  openGauges(state: ServiceState, startMs: number): void {
    const group = openGroup('gauges', startMs)
    this.#stored(group, state.key, () => storeOpenGauges(state.gauges, startMs))
  }

  closedGauges(state: ServiceState, startMs: number): void {
    const group = gaugeMinutesGroup(state.key, startMs)
    this.#stored(group, String(startMs), () => storeClosedGauges(state.gauges, startMs))
  }

  gaugeHour(state: ServiceState, hourMs: number): void {
    const group = gaugeDayGroup(state.key, gaugeDayOf(hourMs))
    this.#stored(group, String(hourMs), () => storeGaugeHour(state.gauges, hourMs))
  }

  noPast(key: string): void {
    this.put('', `past/${key}`, () => null)
  }

  /** Fits and placebos. */
  pastFacts(state: ServiceState): void {
    this.#stored('', `past/${state.key}`, () => storePast(state.past))
  }

  past(state: ServiceState, { facts, puts }: PastChanges): void {
    if (facts) this.pastFacts(state)
    for (const { key, store } of puts) this.#stored(pastGroup(state.key), key, store)
  }

  #stored(group: string, key: string, store: () => unknown): void {
    this.put(group, key, () => {
      const value = store()
      return value === null ? null : encode(value)
    })
  }

  /** Where nobody keeps checkpoints: nothing is encoded. */
  forget(): void {
    this.#puts.clear()
    this.#groups.clear()
  }

  take(): StateChanges {
    const puts: StateEntry[] = []
    const deletes: { group: string; key: string }[] = []
    for (const [id, encode] of this.#puts) {
      const at = id.indexOf(separator)
      const [group, key] = [id.slice(0, at), id.slice(at + 1)]
      const value = encode()
      if (value === null) deletes.push({ group, key })
      else puts.push({ group, key, value })
    }
    const deletedGroups = [...this.#groups]
    this.#puts.clear()
    this.#groups.clear()
    return { puts, deletes, deletedGroups }
  }
}

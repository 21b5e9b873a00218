/** Which entries of an `attribute` unit changed since the last commit; encoded when they are taken. */
import type { StateChanges, StateEntry } from '../processor.ts'
import type { Forgotten } from './forget.ts'
import { encode, encodeUnit, type EnvironmentState } from './state.ts'

export class EntryChanges {
  readonly #state: EnvironmentState
  readonly #keys = new Set<string>()

  constructor(state: EnvironmentState) {
    this.#state = state
  }

  get count(): number {
    return this.#keys.size
  }

  release(id: string): void {
    this.#keys.add(`release/${id}`)
  }

  service(key: string): void {
    this.#keys.add(`service/${key}`)
  }

  incident(id: string): void {
    this.#keys.add(`incident/${id}`)
    this.unit()
  }

  forgotten({ releases, services, incidents, edges }: Forgotten): void {
    for (const id of releases) this.release(id)
    for (const key of services) this.service(key)
    for (const { id } of incidents) this.incident(id)
    if (edges.length > 0) this.edges()
  }

  edges(): void {
    this.#keys.add('edges')
  }

  unit(): void {
    this.#keys.add('unit')
  }

  forget(): void {
    this.#keys.clear()
  }

  take(): StateChanges {
    const puts: StateEntry[] = []
    const deletes: { group: string; key: string }[] = []
    for (const key of this.#keys) {
      const value = this.#encode(key)
      if (value === null) deletes.push({ group: '', key })
      else puts.push({ group: '', key, value })
    }
    this.#keys.clear()
    return { puts, deletes, deletedGroups: [] }
  }

  #encode(key: string): Uint8Array | null {
    if (key === 'unit') return encodeUnit(this.#state)
    if (key === 'edges') return encode([...this.#state.edges])
    const id = key.slice(key.indexOf('/') + 1)
    const kind = key.slice(0, key.indexOf('/'))
    const entry =
      kind === 'release'
        ? this.#state.releases.get(id)
        : kind === 'service'
          ? this.#state.services.get(id)
          : this.#state.incidents.get(id)
    return entry === undefined ? null : encode(entry)
  }
}

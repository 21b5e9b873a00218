/**
 * What the API and the page see: the newest state of every release and incident, built from the compacted
 * topics alone, so that any number of web processes serve the same.
 */
import type { Incident } from '../contracts/incident.ts'
import type { Release } from '../contracts/release.ts'

export type ViewChange =
  | { readonly kind: 'release'; readonly release: Release }
  | { readonly kind: 'incident'; readonly incident: Incident }

const releasesMax = 5_000
const incidentsMax = 5_000

export class View {
  readonly #releases = new Map<string, Release>()
  readonly #incidents = new Map<string, Incident>()
  readonly #listeners = new Set<(change: ViewChange) => void>()

  /** Takes a record of `culprit.releases`; an older revision changes nothing. */
  takeRelease(release: Release): void {
    const known = this.#releases.get(release.id)
    if (known !== undefined && known.recordRevision >= release.recordRevision) return
    this.#releases.set(release.id, release)
    if (this.#releases.size > releasesMax) this.#releases.delete(oldest(this.#releases))
    this.#tell({ kind: 'release', release })
  }

  takeIncident(incident: Incident): void {
    const known = this.#incidents.get(incident.id)
    if (known !== undefined && known.revision >= incident.revision) return
    this.#incidents.set(incident.id, incident)
    if (this.#incidents.size > incidentsMax) this.#incidents.delete(oldest(this.#incidents))
    this.#tell({ kind: 'incident', incident })
  }

  forgetIncident(id: string): void {
    this.#incidents.delete(id)
  }

  release(id: string): Release | undefined {
    return this.#releases.get(id)
  }

  incident(id: string): Incident | undefined {
    return this.#incidents.get(id)
  }

  /** Newest first. */
  releases(): Release[] {
    return [...this.#releases.values()].sort(
      (a, b) => compare(b.startedAt, a.startedAt) || compare(a.id, b.id),
    )
  }

  incidents(): Incident[] {
    return [...this.#incidents.values()].sort(
      (a, b) => compare(b.openedAt, a.openedAt) || compare(a.id, b.id),
    )
  }

  listen(listener: (change: ViewChange) => void): () => void {
    this.#listeners.add(listener)
    return () => this.#listeners.delete(listener)
  }

  #tell(change: ViewChange): void {
    for (const listener of this.#listeners) listener(change)
  }
}

function oldest(map: ReadonlyMap<string, unknown>): string {
  return map.keys().next().value as string
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0
}

/**
 * The incidents of one environment as they live on: refreshed when something touches them or time alone
 * makes something of them, published when that is news, closed when the cure has held or nobody is heard.
 */
import type { Incident } from '../../contracts/incident.ts'
import { isWorthPublishing } from '../../core/response/publication.ts'
import type { EntryChanges } from './changes.ts'
import { hasBeenQuiet, isRankingDue, isUnheard, rankedAfterMs } from './due.ts'
import { openIncidents, refresh } from './incidents.ts'
import type { AttributeObserver } from './observer.ts'
import { placeRegressed } from './place.ts'
import type { Records } from './records.ts'
import type { AttributeSettings } from './settings.ts'
import type { EnvironmentState, IncidentEntry, ReleaseEntry } from './state.ts'
import { tellRankings } from './tell-rankings.ts'

export interface KeeperContext {
  readonly state: EnvironmentState
  readonly changes: EntryChanges
  readonly records: Records
  readonly settings: AttributeSettings
  readonly observer: AttributeObserver
}

export class IncidentKeeper {
  readonly #context: KeeperContext

  constructor(context: KeeperContext) {
    this.#context = context
  }

  /** These releases have new verdicts, and of these services a release has changed. */
  touch(releases: readonly ReleaseEntry[], services: readonly string[]): void {
    const { state, changes, settings } = this.#context
    const regressed = releases.filter(({ verdict }) => verdict.verdict === 'regressed')
    for (const { id } of placeRegressed(state, regressed, settings)) changes.incident(id)
    const touched = new Set([
      ...releases.flatMap(({ finding }) => this.#with(finding.id)),
      ...services.flatMap((service) => this.ofService(service)),
    ])
    for (const entry of openIncidents(state)) if (touched.has(entry)) this.#refresh(entry)
  }

  #with(release: string): IncidentEntry[] {
    return openIncidents(this.#context.state).filter(({ releases }) => releases.includes(release))
  }

  /** Published incidents of this service: a later release of it may be what mends them. */
  ofService(service: string): IncidentEntry[] {
    const { state } = this.#context
    return openIncidents(state).filter(
      ({ releases, incident }) =>
        incident.revision > 0 &&
        releases.some((id) => state.releases.get(id)?.finding.service === service),
    )
  }

  /** What time alone makes of them. */
  pass(): void {
    const { state, settings } = this.#context
    for (const entry of openIncidents(state)) {
      if (isRankingDue(entry, state.nowMs)) this.#refresh(entry)
      const quiet = hasBeenQuiet(entry, state.nowMs, settings.resolveAfterMs)
      if (!quiet && !isUnheard(state, entry)) continue
      if (!quiet) entry.expired = true
      entry.resolvedAtMs = state.nowMs
      this.#refresh(entry)
    }
  }

  /** The recorded input has ended: the rankings still due. */
  finish(): void {
    const { state, settings, observer } = this.#context
    for (const entry of state.incidents.values()) {
      if (!entry.releases.some((id) => state.releases.has(id))) continue
      const atMs = Math.max(state.nowMs, entry.openedAtMs)
      const late = {
        ...entry,
        openedAtMs: Math.min(entry.openedAtMs, atMs - rankedAfterMs.at(-1)!),
      }
      const { ranking } = refresh(state, late, atMs, settings)
      tellRankings(observer, state, entry, { ranking, atMs, end: true })
    }
  }

  #refresh(entry: IncidentEntry): void {
    const { state, changes, settings, observer } = this.#context
    if (entry.restoredToMs !== undefined && state.nowMs <= entry.restoredToMs) return
    if (!entry.releases.some((id) => state.releases.has(id))) return
    const atMs = Math.max(entry.lastChangeMs, state.nowMs)
    const { incident, ranking, lead } = refresh(state, entry, atMs, settings)
    entry.recoveredAtMs = incident.state === 'recovered' ? (entry.recoveredAtMs ?? atMs) : null
    if (incident.state === 'resolved') entry.recoveredAtMs = null
    this.#publish(entry, incident, lead)
    tellRankings(observer, state, entry, { ranking, atMs, end: false })
    changes.incident(entry.id)
  }

  #publish(entry: IncidentEntry, now: Incident, lead: ReleaseEntry): void {
    const before = entry.incident
    if (!isWorthPublishing(before, now).publish) return
    const incident = { ...now, revision: before.revision + 1 }
    entry.incident = incident
    entry.lastChangeMs = Date.parse(incident.updatedAt)
    this.#context.records.incident(entry, before, lead.finding)
    if (incident.state === 'open' || incident.state === 'mitigating') {
      entry.detectedRevision = incident.revision
    }
  }
}

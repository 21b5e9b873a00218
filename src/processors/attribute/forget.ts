/**
 * What one environment no longer needs: said on ticks, at most once an hour, as a function of the state.
 *
 * Never forgotten: a release of an incident that is not resolved. Kept past their time, while the service
 * is heard and there is room: its newest release and the one before, since a suggestion to go back asks
 * how that one fared. The order in which releases go is by their last word, then by id. Milliseconds.
 */
import type { EnvironmentState, IncidentEntry, ReleaseEntry } from './state.ts'

const hourMs = 3_600_000
const dayMs = 24 * hourMs
const releasesMax = 5_000
const releaseKeptMs = 30 * dayMs
const incidentKeptMs = 30 * dayMs
const serviceKeptMs = 7 * dayMs
const edgeKeptMs = dayMs

/** An edge seen this long ago is none any more. */
export function isOldEdge(atMs: number, nowMs: number): boolean {
  return atMs < nowMs - edgeKeptMs
}

export function isForgettingDue({ forgottenMs, nowMs }: EnvironmentState): boolean {
  return nowMs - forgottenMs >= hourMs
}

export interface Forgotten {
  readonly releases: readonly string[]
  readonly services: readonly string[]
  readonly incidents: readonly IncidentEntry[]
  readonly edges: readonly string[]
}

/** Takes what is over out of the state, and says what it was. */
export function forget(state: EnvironmentState): Forgotten {
  const { nowMs } = state
  state.forgottenMs = nowMs
  const incidents = [...state.incidents.values()].filter(
    ({ resolvedAtMs }) => resolvedAtMs !== null && resolvedAtMs < nowMs - incidentKeptMs,
  )
  for (const { id } of incidents) state.incidents.delete(id)
  const services = [...state.services.values()]
    .filter(({ heardMs }) => heardMs < nowMs - serviceKeptMs)
    .map(({ key }) => key)
  for (const key of services) state.services.delete(key)
  const edges = [...state.edges].filter(([, atMs]) => isOldEdge(atMs, nowMs)).map(([edge]) => edge)
  for (const edge of edges) state.edges.delete(edge)
  const releases = releasesOver(state)
  for (const id of releases) state.releases.delete(id)
  return { releases, services, incidents, edges }
}

function releasesOver(state: EnvironmentState): string[] {
  const blamed = new Set(
    [...state.incidents.values()]
      .filter(({ resolvedAtMs }) => resolvedAtMs === null)
      .flatMap(({ releases }) => releases),
  )
  const current = currentReleases(state)
  const beforeMs = state.nowMs - releaseKeptMs
  const byAge = [...state.releases.values()]
    .map((entry) => ({ id: entry.finding.id, lastMs: lastWordMs(entry) }))
    .filter(({ id }) => !blamed.has(id))
    .sort((a, b) => a.lastMs - b.lastMs || (a.id < b.id ? -1 : 1))
  const over = byAge.filter(({ id, lastMs }) => lastMs < beforeMs && !current.has(id))
  const gone = new Set(over.map(({ id }) => id))
  // Those that are current go last.
  const rest = byAge.filter(({ id }) => !gone.has(id))
  const order = [
    ...rest.filter(({ id }) => !current.has(id)),
    ...rest.filter(({ id }) => current.has(id)),
  ]
  const excess = Math.max(0, state.releases.size - gone.size - releasesMax)
  for (const { id } of order.slice(0, excess)) gone.add(id)
  return [...gone]
}

/** The newest release of each service that is still heard, and the one before it. */
function currentReleases({ releases, services }: EnvironmentState): Set<string> {
  const newest = new Map<string, ReleaseEntry>()
  for (const entry of releases.values()) {
    const { service, startedAtMs, id } = entry.finding
    if (!services.has(service)) continue
    const other = newest.get(service)?.finding
    const later =
      other === undefined ||
      startedAtMs > other.startedAtMs ||
      (startedAtMs === other.startedAtMs && id > other.id)
    if (later) newest.set(service, entry)
  }
  const current = new Set<string>()
  for (const { finding } of newest.values()) {
    current.add(finding.id)
    if (finding.previousRelease !== null) current.add(finding.previousRelease)
  }
  return current
}

/** While a release is watched its evidence comes every minute: this is when its watch ended, at the latest. */
function lastWordMs({ finding, verdict, evidence }: ReleaseEntry): number {
  return Math.max(
    finding.startedAtMs,
    finding.exposedAtMs ?? 0,
    verdict.atMs ?? 0,
    evidence?.atMs ?? 0,
  )
}

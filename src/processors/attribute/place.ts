/**
 * Which incident a release that has become worse belongs to; a new one where there is none (contract
 * section 8: one incident per blamed release, and it stays the same when the blame moves).
 *
 * What began at one moment is asked about together: each release's onset is drawn towards its own start, and
 * only all of them show which service is the deepest.
 */
import { sameOnsetMs } from '../../core/attribution/parameters.ts'
import { openIncident, openIncidents } from './incidents.ts'
import { releasesInReach } from './question.ts'
import { onsetTogether, type Ranking, rankNow } from './rank-now.ts'
import type { AttributeSettings } from './settings.ts'
import type { EnvironmentState, IncidentEntry, ReleaseEntry } from './state.ts'

/** A suspect this likely draws its regressions into the incident of the release that it is blamed on. */
const joinProbabilityMin = 0.2

/** Puts releases that are regressed as of now into incidents; those that are in one already stay there. */
export function placeRegressed(
  state: EnvironmentState,
  regressed: readonly ReleaseEntry[],
  settings: AttributeSettings,
): IncidentEntry[] {
  const open = openIncidents(state)
  const held = (release: ReleaseEntry) =>
    open.find(({ releases }) => releases.includes(release.finding.id))
  const touched: IncidentEntry[] = regressed.flatMap((release) => held(release) ?? [])
  const fresh = regressed.filter((release) => held(release) === undefined)
  const asked = new Map<string, Ranking['mass']>()
  for (const release of fresh) {
    const moment = momentOf(state, release, fresh, settings)
    const ids = moment.releases.map(({ finding }) => finding.id).sort()
    const key = ids.join(' ')
    let mass = asked.get(key)
    if (mass === undefined) {
      const onsetMs = onsetTogether(moment.releases, onsetOf(state, release))
      mass = rankNow(state, moment.releases, onsetMs, 0, settings).mass
      asked.set(key, mass)
    }
    touched.push(place(state, release, { mass, incidents: moment.incidents }))
  }
  return touched
}

function place(
  state: EnvironmentState,
  release: ReleaseEntry,
  { mass, incidents }: { mass: Ranking['mass']; incidents: readonly IncidentEntry[] },
): IncidentEntry {
  const { id } = release.finding
  const blamed = likeliest(mass, id)
  const likely = (each: string) => (mass.get(each) ?? 0) >= joinProbabilityMin
  for (const entry of openIncidents(state)) {
    const same = entry.releases.includes(blamed) || entry.blamed === blamed || entry.blamed === id
    const drawn = incidents.includes(entry) && (likely(blamed) || likely(id))
    if (!same && !drawn && !isSuspect(entry, id)) continue
    entry.releases.push(id)
    return entry
  }
  return openIncident(state, release, blamed)
}

/** The release with the greatest mass, if it is greater by so much that the blame moves to it. */
function likeliest(mass: Ranking['mass'], usual: string): string {
  let best = { id: usual, probability: (mass.get(usual) ?? 0) + joinProbabilityMin }
  for (const [id, probability] of mass) {
    if (probability > best.probability) best = { id, probability }
  }
  return best.id
}

/** As last published. */
function isSuspect({ incident }: IncidentEntry, release: string): boolean {
  const probability = incident.suspects
    .filter((suspect) => suspect.release === release)
    .reduce((sum, suspect) => sum + suspect.probability, 0)
  return probability >= joinProbabilityMin
}

/** What began with it, where calls connect them: others that regressed now, and open incidents with theirs. */
function momentOf(
  state: EnvironmentState,
  release: ReleaseEntry,
  fresh: readonly ReleaseEntry[],
  settings: AttributeSettings,
): { releases: ReleaseEntry[]; incidents: IncidentEntry[] } {
  const onsetMs = onsetOf(state, release)
  const { service } = release.finding
  const reach = releasesInReach(state, [service], onsetMs, settings.lookBackMs)
  const begins = (atMs: number) => Math.abs(atMs - onsetMs) <= sameOnsetMs
  const incidents = openIncidents(state).filter(
    (entry) =>
      begins(entry.onsetMs) && reach.some(({ finding }) => entry.releases.includes(finding.id)),
  )
  const members = incidents.flatMap(({ releases }) => releases)
  const releases = reach.filter(
    (other) =>
      other !== release &&
      (members.includes(other.finding.id) ||
        (fresh.includes(other) && begins(onsetOf(state, other)))),
  )
  return { releases: [release, ...releases], incidents }
}

function onsetOf({ nowMs }: EnvironmentState, { verdict }: ReleaseEntry): number {
  return verdict.onsetMs ?? nowMs
}

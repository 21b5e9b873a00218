/**
 * The life of incidents: opening, ranking, mitigation, recovery, resolution (contract section 8).
 *
 * `refresh` builds the record as it is now; whether it is published is decided by comparing it with the
 * last published one, and nothing else makes a revision.
 */
import type { StreamEvidence } from '../../contracts/findings.ts'
import type { Incident } from '../../contracts/incident.ts'
import { judgeDefaults, isMaterial } from '../../core/detection/judge.ts'
import { hashFacts } from '../../core/kernel/ids.ts'
import { formatInstant } from '../../core/kernel/instant.ts'
import { serviceEnvironment } from '../../core/kernel/service-key.ts'
import { headlineOf } from '../../core/response/headline.ts'
import { releaseRecord } from '../../core/response/release-record.ts'
import { severityOf, titleOf, worseClause } from '../../core/response/severity.ts'
import { signalsOf } from '../../core/response/signals.ts'
import { suggestRollback } from '../../core/response/suggestion.ts'
import { summaryOf } from '../../core/response/summary.ts'
import { laterRelease } from './later-release.ts'
import { onsetTogether, type Ranking, rankNow } from './rank-now.ts'
import type { AttributeSettings } from './settings.ts'
import type { EnvironmentState, IncidentEntry, ReleaseEntry } from './state.ts'

const exemplarsMax = 5

export function openIncidents(state: EnvironmentState): IncidentEntry[] {
  return [...state.incidents.values()]
    .filter(({ resolvedAtMs }) => resolvedAtMs === null)
    .sort((a, b) => a.openedAtMs - b.openedAtMs || (a.id < b.id ? -1 : 1))
}

/** Of the first episode; later ones of the same blamed release carry a number behind it. */
export function incidentIdOf(blamed: string): string {
  return `inc_${hashFacts([blamed])}`
}

export function openIncident(
  state: EnvironmentState,
  release: ReleaseEntry,
  blamed: string,
): IncidentEntry {
  const base = incidentIdOf(blamed)
  let id = base
  for (let episode = 2; state.incidents.has(id); episode++) id = `${base}-${episode}`
  const openedAtMs = release.evidence!.atMs
  const onsetMs = release.verdict.onsetMs ?? openedAtMs
  const entry: IncidentEntry = {
    id,
    environment: serviceEnvironment(release.finding.service),
    releases: [release.finding.id],
    blamed,
    openedAtMs,
    onsetMs,
    recoveredAtMs: null,
    resolvedAtMs: null,
    ranked: [],
    lastChangeMs: openedAtMs,
    incident: blankIncident(id, release.finding.service, openedAtMs, onsetMs),
    detectedRevision: null,
  }
  state.incidents.set(id, entry)
  return entry
}

function blankIncident(id: string, service: string, openedAtMs: number, onsetMs: number): Incident {
  return {
    id,
    revision: 0,
    state: 'open',
    severity: 'warning',
    environment: serviceEnvironment(service),
    openedAt: formatInstant(openedAtMs),
    updatedAt: formatInstant(openedAtMs),
    onsetAt: formatInstant(onsetMs),
    title: '',
    summary: '',
    regressions: [],
    naming: { kind: 'nobody', ids: [], probability: 0, because: '' },
    suspects: [],
    exemplars: [],
    suggestion: null,
    resolution: null,
  }
}

/** The incident as it is at `atMs`, revision and publication aside; `lead` is the release that is blamed. */
export function refresh(
  state: EnvironmentState,
  entry: IncidentEntry,
  atMs: number,
  settings: AttributeSettings,
): { incident: Incident; ranking: Ranking; lead: ReleaseEntry } {
  const releases = entry.releases
    .map((id) => state.releases.get(id))
    .filter((each) => each !== undefined)
  const ranking = rankNow(
    state,
    releases,
    onsetTogether(releases, entry.onsetMs),
    atMs - entry.openedAtMs,
    settings,
  )
  const lead = leadOf(releases, ranking)
  const streams = releases.flatMap((release) => worstStreams(release))
  // What is back to usual is not material any more, and still is what got worse.
  const headline = headlineOf(worstStreams(lead)) ?? headlineOf(speakingStreams(lead))
  const clause = headline === undefined ? lead.verdict.reason : worseClause(headline)
  const { naming, suspects } = ranking
  const named =
    naming.kind === 'change' ? suspects.find(({ id }) => id === naming.ids[0]) : undefined
  const later = laterRelease(state, lead)
  const stateNow = stateOf(entry, releases, later !== null)
  const { finding } = lead
  const suggestion = suggestionNow(state, entry, lead, ranking, atMs)
  const critical = settings.criticalEnvironments.includes(entry.environment)
  const severity = severityOf(streams, critical)
  const incident: Incident = {
    ...entry.incident,
    state: stateNow,
    severity: entry.incident.severity === 'critical' ? 'critical' : severity,
    updatedAt: formatInstant(atMs),
    title: titleOf(finding.service, finding.version, clause, named?.title ?? null),
    summary: summaryOf({ release: finding, clause, naming, suspects, suggestion, state: stateNow }),
    regressions: [lead, ...releases.filter((each) => each !== lead)].map((release) => ({
      release: releaseRecord(release.finding, release.verdict, release.published),
      signals: release.evidence === null ? [] : signalsOf(release.evidence),
    })),
    naming,
    suspects,
    exemplars: exemplarsOf(releases),
    suggestion,
    resolution: entry.expired === true ? 'expired' : resolutionOf(stateNow, lead, later),
  }
  return { incident, ranking, lead }
}

/** The release that is blamed: the likeliest of those in the incident. */
function leadOf(releases: readonly ReleaseEntry[], { mass }: Ranking): ReleaseEntry {
  let best = releases[0]!
  for (const release of releases) {
    const probability = mass.get(release.finding.id) ?? 0
    if (probability > (mass.get(best.finding.id) ?? 0) + 1e-9) best = release
  }
  return best
}

/** Streams that speak for the regression, loudest first; a route before its whole service when it says as much. */
function worstStreams(release: ReleaseEntry): StreamEvidence[] {
  return speakingStreams(release).filter((stream) => isMaterial(stream, judgeDefaults))
}

function speakingStreams({ evidence }: ReleaseEntry): StreamEvidence[] {
  const loud = evidence?.streams.filter(({ logE }) => logE >= judgeDefaults.suspiciousLogE) ?? []
  return loud.sort((a, b) => rankOf(b) - rankOf(a))
}

function rankOf({ logE, scope, signal }: StreamEvidence): number {
  const specific = scope.route === null ? 0 : 3
  const kinds = signal === 'new-error' ? -20 : 0
  return Math.min(logE, 60) + specific + kinds
}

function stateOf(
  entry: IncidentEntry,
  releases: readonly ReleaseEntry[],
  undone: boolean,
): Incident['state'] {
  if (entry.resolvedAtMs !== null) return 'resolved'
  const quiet = releases.every(({ verdict }) => verdict.verdict !== 'regressed')
  if (quiet) return 'recovered'
  return undone ? 'mitigating' : 'open'
}

function resolutionOf(
  state: Incident['state'],
  lead: ReleaseEntry,
  later: ReleaseEntry | null,
): Incident['resolution'] {
  if (state === 'open' || state === 'mitigating') return null
  if (later === null) return 'recovered'
  const back =
    later.finding.action === 'rolledback' ||
    (later.finding.version !== null && later.finding.version === lead.finding.previousVersion)
  return back ? 'rolled-back' : 'fixed-forward'
}

function suggestionNow(
  state: EnvironmentState,
  entry: IncidentEntry,
  lead: ReleaseEntry,
  { mass, naming, suspects }: Ranking,
  atMs: number,
): Incident['suggestion'] {
  if (naming.kind === 'external' || naming.kind === 'nobody') return null
  const previousId = lead.finding.previousRelease
  const previous = previousId === null ? undefined : state.releases.get(previousId)
  const named =
    naming.kind === 'change' ? suspects.find(({ id }) => id === naming.ids[0]) : undefined
  const rollback = suggestRollback({
    incident: entry.id,
    release: lead.finding,
    previous: previous ? { finding: previous.finding, verdict: previous.verdict.verdict } : null,
    later: laterRelease(state, lead)?.finding ?? null,
    confidence: mass.get(lead.finding.id) ?? 0,
    commit: named?.revision ?? null,
    atMs,
  })
  const before = entry.incident.suggestion
  if (rollback === null || before === null || before.id !== rollback.id) return rollback
  // One suggestion, said once: its confidence may move without its being a new one.
  const same = JSON.stringify(before.refusals) === JSON.stringify(rollback.refusals)
  const { revision, expiresAt } = before
  return { ...rollback, revision: same ? revision : revision + 1, expiresAt }
}

function exemplarsOf(releases: readonly ReleaseEntry[]): Incident['exemplars'] {
  const seen = new Set<string>()
  const found: Incident['exemplars'] = []
  for (const { evidence } of releases) {
    const all = [
      ...(evidence?.kinds.flatMap(({ exemplars }) => exemplars) ?? []),
      ...(evidence?.exemplars ?? []),
    ]
    for (const { traceId, atMs } of all) {
      if (seen.has(traceId) || found.length >= exemplarsMax) continue
      seen.add(traceId)
      found.push({ traceId, at: formatInstant(atMs) })
    }
  }
  return found
}

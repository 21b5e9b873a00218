/**
 * What a unit without a checkpoint learns from `culprit.releases` and `culprit.incidents`: the last word of
 * its predecessors. What the findings that are still kept will tell again is left to them: the same
 * records give the same ids and revisions. The rest, older than the first finding, is taken over as it was
 * published; findings from before its last word change nothing about it.
 */
import { Incident } from '../../contracts/incident.ts'
import type { Finding, ReleaseFinding } from '../../contracts/findings.ts'
import { Release } from '../../contracts/release.ts'
import { firstVerdict } from '../../core/attribution/verdict.ts'
import { formatServiceKey } from '../../core/kernel/service-key.ts'
import type { InputRecord } from '../processor.ts'
import { rankedAfterMs } from './due.ts'
import { incidentIdOf } from './incidents.ts'
import type { EnvironmentState, IncidentEntry, ReleaseEntry } from './state.ts'

export class Predecessors {
  readonly #releases = new Map<string, Release>()
  readonly #incidents = new Map<string, Incident>()

  /** A record of one of the two compacted topics, in order; null under a key forgets it. */
  take({ key, value }: Pick<InputRecord, 'key' | 'value'>): void {
    const record = published(value)
    if (record === null) {
      if (key !== null) this.#incidents.delete(key)
    } else if ('regressions' in record) this.#incidents.set(record.id, record)
    else this.#releases.set(record.id, record)
  }

  /** Takes over what began before `firstMs`; returns the ids of what it put into the state. */
  handOver(
    state: EnvironmentState,
    firstMs: number,
  ): { readonly releases: readonly string[]; readonly incidents: readonly string[] } {
    const incidents = [...this.#incidents.values()].filter((each) => ms(each.openedAt) < firstMs)
    const releases = [...this.#releases.values()].filter((each) => ms(each.startedAt) < firstMs)
    const named = new Map(releases.map((each) => [each.id, each]))
    for (const { regressions } of incidents) {
      for (const { release } of regressions)
        if (!named.has(release.id)) named.set(release.id, release)
    }
    for (const release of named.values()) state.releases.set(release.id, releaseEntry(release))
    for (const incident of incidents) state.incidents.set(incident.id, incidentEntry(incident))
    this.#releases.clear()
    this.#incidents.clear()
    return { releases: [...named.keys()], incidents: incidents.map(({ id }) => id) }
  }
}

/** Whose record it is: the unit of its environment. */
export function environmentOfRecord({ value }: Pick<InputRecord, 'value'>): string | null {
  const record = published(value)
  if (record === null) return null
  return 'regressions' in record ? record.environment : record.service.environment
}

/** The time that a finding speaks of, event time. */
export function timeOf(finding: Finding, arrivedMs: number): number {
  if (finding.kind === 'release') return finding.startedAtMs
  return finding.kind === 'command' ? arrivedMs : finding.atMs
}

function published(value: Uint8Array | null): Release | Incident | null {
  if (value === null) return null
  try {
    const text = Buffer.from(value.buffer, value.byteOffset, value.byteLength).toString()
    const json: unknown = JSON.parse(text)
    const incident = Incident.safeParse(json)
    if (incident.success) return incident.data
    const release = Release.safeParse(json)
    return release.success ? release.data : null
  } catch {
    return null
  }
}

function releaseEntry(release: Release): ReleaseEntry {
  const { verdict, reason, evidence, verdictAt, recordRevision } = release
  const atMs = verdictAt === null ? null : ms(verdictAt)
  return {
    finding: findingOf(release),
    verdict: {
      ...firstVerdict(),
      verdict,
      reason,
      evidence,
      atMs,
      regressedAtMs: verdict === 'regressed' ? atMs : null,
    },
    evidence: null,
    history: [],
    published: recordRevision,
    restoredToMs: atMs ?? ms(release.startedAt),
  }
}

/** Revision 0: whatever `detect` says of it again takes its place. */
function findingOf(release: Release): ReleaseFinding {
  const startedAtMs = ms(release.startedAt)
  return {
    kind: 'release',
    id: release.id,
    revision: 0,
    service: formatServiceKey(release.service),
    version: release.version,
    previousVersion: release.previousVersion,
    previousRelease: null,
    commit: release.revision,
    previousCommit: release.previousRevision,
    repository: null,
    artifactId: null,
    previousArtifactId: null,
    startedAtMs,
    exposedAtMs: startedAtMs,
    origin: release.origin,
    action: null,
    deploymentEventId: release.deploymentEventId,
    strategy: release.strategy,
    joined: release.joined,
    phase: 'watch-ended',
    note: null,
    rollout: release.rollout.map(({ at, share }) => ({ atMs: ms(at), share })),
    rollback: null,
    completeness: release.changes.completeness,
    changes: [],
  }
}

function incidentEntry(incident: Incident): IncidentEntry {
  const { id, environment, regressions, state, revision } = incident
  const updatedMs = ms(incident.updatedAt)
  const detected = state === 'open' || state === 'mitigating'
  return {
    id,
    environment,
    releases: regressions.map(({ release }) => release.id),
    ...blamedIn(incident),
    openedAtMs: ms(incident.openedAt),
    onsetMs: ms(incident.onsetAt),
    recoveredAtMs: state === 'recovered' ? updatedMs : null,
    resolvedAtMs: state === 'resolved' ? updatedMs : null,
    ranked: [...rankedAfterMs],
    lastChangeMs: updatedMs,
    incident,
    detectedRevision: detected ? revision : null,
    restoredToMs: updatedMs,
  }
}

/** The id is a hash of the release that was blamed first: it is among those that the record names. */
function blamedIn({ id, regressions, suspects }: Incident): { blamed: string } | null {
  const named = [
    ...regressions.map(({ release }) => release.id),
    ...suspects.map(({ release }) => release),
  ]
  const blamed = named.find((each) => each !== null && id.startsWith(incidentIdOf(each)))
  return blamed == null ? null : { blamed }
}

function ms(instant: string): number {
  return Date.parse(instant)
}

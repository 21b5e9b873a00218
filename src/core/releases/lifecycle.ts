/**
 * How releases open, are adopted, superseded and given up (contract section 4).
 *
 * One event is one release; an event for the version that is current already, with no other current in
 * between, is the same release and adopts an inferred one. Ids are hashes of what they state. Times
 * are tick times or event times, milliseconds since the epoch: no clock is read.
 */
import type { Deployment } from '../../contracts/service-events.ts'
import { hashFacts } from '../kernel/ids.ts'
import type { ReleaseState } from './release-state.ts'
import { matchVersion, sameVersion } from './version-match.ts'
import { hintsOf, type VersionsState } from './versions.ts'

/** An event this old when it comes is recorded, not judged. */
export const lateAfterMs = 2 * 3_600_000
/** Without telemetry of its key for this long a release is unjoined. */
export const unjoinedAfterMs = 600_000
/** An unjoined release is joined after all when its telemetry comes within this time. */
export const awaitedForMs = 2 * 3_600_000
const keptMax = 100

export interface ServiceReleases {
  readonly key: string
  readonly releases: ReleaseState[]
  readonly versions: VersionsState
}

export function eventKey(deployment: Pick<Deployment, 'eventSource' | 'eventId'>): string {
  return `${deployment.eventSource} ${deployment.eventId}`
}

/** Telemetry's name for what the deployment names: the one seen last of those that match. */
export function labelOf(
  versions: VersionsState,
  match: { version: string | null; revision: string | null; images: string[] },
): string | null {
  const hits = [...versions.seen]
    .filter(([version]) => matchVersion(match, { version, hints: hintsOf(versions, version) }))
    .sort(([a, x], [b, y]) => y.lastMs - x.lastMs || (a < b ? -1 : 1))
  return hits[0]?.[0] ?? null
}

/**
 * The release that an event means: one of its version, with no other current between the event and it. An
 * event that is told late finds the release that telemetry opened at the time, though others came since.
 */
function releaseMeant(
  releases: readonly ReleaseState[],
  deployment: Deployment,
  label: string | null,
): ReleaseState | null {
  const there = releases.filter(({ finding }) => finding.phase !== 'late')
  const meant = there.findLast((release) => {
    const { startedAtMs } = release.finding
    const [fromMs, toMs] = [startedAtMs, deployment.atMs].sort((a, b) => a - b)
    const between = there.some(
      (other) =>
        other.finding.startedAtMs > fromMs! &&
        other.finding.startedAtMs <= toMs! &&
        other !== release,
    )
    return !between && isSame(release, deployment, label)
  })
  return meant ?? null
}

/** Takes in a deployment event of this service; returns the release that it opened or joined. */
export function takeDeployment(
  service: ServiceReleases,
  deployment: Deployment,
  knownMs: number,
): ReleaseState {
  const { versions, releases } = service
  const match = {
    version: deployment.version,
    revision: deployment.revision,
    images: deployment.images,
  }
  const label = labelOf(versions, match)
  const meant = releaseMeant(releases, deployment, label)
  if (meant !== null) {
    mergeEvent(meant, deployment)
    return meant
  }
  const release = openByEvent(service, deployment, { knownMs, label, match })
  insert(releases, release)
  if (label !== null) {
    const seen = versions.seen.get(label)
    if (seen !== undefined) seen.opened = true
  }
  return release
}

function isSame(current: ReleaseState, deployment: Deployment, label: string | null): boolean {
  if (deployment.rollback !== null && current.finding.rollback !== deployment.rollback) return false
  if (current.label !== null && current.label !== '' && label !== null)
    return current.label === label
  const { version, revision } = current.match
  if (version !== null && deployment.version !== null)
    return sameVersion(version, deployment.version)
  if (revision !== null && deployment.revision !== null) return revision === deployment.revision
  if (current.label !== null && current.label !== '' && deployment.version !== null) {
    return sameVersion(current.label, deployment.version)
  }
  return false
}

/** Adds what an event says to a release that exists. */
export function mergeEvent(release: ReleaseState, deployment: Deployment): void {
  const { finding } = release
  release.events.push(eventKey(deployment))
  if (finding.origin === 'inferred' || finding.deploymentEventId === null) {
    finding.origin = 'event'
    finding.deploymentEventId = deployment.eventId
    finding.action = deployment.action === 'removed' ? null : deployment.action
    release.eventMs = eventTimeMs(deployment)
    // What the event knows better than telemetry: the event's own names are kept for matching.
    release.match = {
      version: deployment.version ?? release.match.version,
      revision: deployment.revision ?? release.match.revision,
      images: deployment.images,
    }
  }
  finding.commit ??= deployment.revision
  finding.previousCommit ??= deployment.previousRevision
  finding.repository ??= deployment.repository
  finding.artifactId ??= deployment.artifactId
  finding.rollback ??= deployment.rollback
  if (deployment.strategy !== null) {
    finding.strategy = deployment.strategy
    release.strategyGiven = true
  }
  if (deployment.share !== null) addStep(release, deployment.atMs, deployment.share)
  takeManifest(release, deployment)
  release.changed = true
}

function takeManifest({ finding }: ReleaseState, { manifest }: Deployment): void {
  if (manifest === null || manifest.changes.length < finding.changes.length) return
  const cut = manifest.cut.changes > 0
  finding.changes = manifest.changes
  finding.completeness = cut ? 'truncated' : (manifest.delta?.completeness ?? 'complete')
  finding.previousCommit ??= manifest.delta?.previousRevision ?? null
}

function addStep(release: ReleaseState, atMs: number, share: number): void {
  const { rollout } = release.finding
  if (rollout.some((step) => step.atMs === atMs)) return
  rollout.push({ atMs, share })
  rollout.sort((a, b) => a.atMs - b.atMs)
}

/** `finished` is when the release was there; only where nothing else tells is it the event's own time. */
export function eventTimeMs(deployment: Deployment): number {
  return deployment.atMs
}

interface Opening {
  readonly knownMs: number
  readonly label: string | null
  readonly match: ReleaseState['match']
}

function openByEvent(
  service: ServiceReleases,
  deployment: Deployment,
  { knownMs, label, match }: Opening,
): ReleaseState {
  const id = `rel_${hashFacts([deployment.service, deployment.version, eventKey(deployment)])}`
  const release: ReleaseState = {
    finding: {
      ...blankFinding(id, service.key),
      version: deployment.version ?? label,
      previousVersion: deployment.previousVersion,
      commit: deployment.revision,
      previousCommit: deployment.previousRevision,
      repository: deployment.repository,
      artifactId: deployment.artifactId,
      startedAtMs: deployment.startedAtMs ?? deployment.atMs,
      origin: 'event',
      action: deployment.action === 'removed' ? null : deployment.action,
      deploymentEventId: deployment.eventId,
      strategy: deployment.strategy ?? 'unknown',
      phase: knownMs - deployment.atMs >= lateAfterMs ? 'late' : 'waiting',
      rollback: deployment.rollback,
    },
    changed: true,
    events: [eventKey(deployment)],
    namedService: deployment.service,
    named: deployment.named,
    label,
    match,
    knownMs,
    eventMs: eventTimeMs(deployment),
    firstWindowMs: null,
    strategyGiven: deployment.strategy !== null,
    watch: null,
  }
  if (deployment.share !== null) addStep(release, deployment.atMs, deployment.share)
  takeManifest(release, deployment)
  return release
}

/** Opens a release for a version that telemetry shows without an event. */
export function openInferred(
  service: ServiceReleases,
  version: string,
  firstMs: number,
  knownMs: number,
): ReleaseState {
  const id = `rel_${hashFacts([service.key, version, firstMs])}`
  const revision = hintsOf(service.versions, version).revision
  const release: ReleaseState = {
    finding: {
      ...blankFinding(id, service.key),
      version,
      commit: revision,
      startedAtMs: firstMs,
      origin: 'inferred',
      joined: 'exact',
    },
    changed: true,
    events: [],
    namedService: service.key,
    named: { environment: true, namespace: true },
    label: version,
    match: { version, revision, images: [] },
    knownMs,
    eventMs: firstMs,
    firstWindowMs: firstMs,
    strategyGiven: false,
    watch: null,
  }
  insert(service.releases, release)
  return release
}

function blankFinding(id: string, service: string): ReleaseState['finding'] {
  return {
    kind: 'release',
    id,
    revision: 0,
    service,
    version: null,
    previousVersion: null,
    previousRelease: null,
    commit: null,
    previousCommit: null,
    repository: null,
    artifactId: null,
    previousArtifactId: null,
    startedAtMs: 0,
    exposedAtMs: null,
    origin: 'event',
    action: null,
    deploymentEventId: null,
    strategy: 'unknown',
    joined: null,
    phase: 'waiting',
    note: null,
    rollout: [],
    rollback: null,
    completeness: 'none',
    changes: [],
  }
}

/** Whether telemetry may still make this a release that is watched. */
export function isAwaited(release: ReleaseState, nowMs: number): boolean {
  const { watch, finding, knownMs, eventMs, firstWindowMs } = release
  if (watch !== null || finding.phase === 'late') return false
  return firstWindowMs !== null || nowMs - Math.max(knownMs, eventMs) <= awaitedForMs
}

/** Releases are kept in the order of their start, so that a late event finds its place. */
function insert(releases: ReleaseState[], release: ReleaseState): void {
  releases.push(release)
  releases.sort(byStart)
  const done = releases.filter(
    (other) =>
      other.watch?.ended === true || (other.watch === null && !isAwaited(other, release.knownMs)),
  )
  while (releases.length > keptMax && done.length > 0) {
    releases.splice(releases.indexOf(done.shift()!), 1)
  }
}

export function byStart(a: ReleaseState, b: ReleaseState): number {
  return a.finding.startedAtMs - b.finding.startedAtMs || (a.finding.id < b.finding.id ? -1 : 1)
}

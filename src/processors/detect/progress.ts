/**
 * Moves the releases of one service on, once after every closing: joins telemetry, opens inferred ones,
 * gives up on those that never came, and begins watches. `nowMs` is the watermark of the rates.
 */
import type { Bucket, TrackState } from '../../core/rollup/track.ts'
import {
  isAwaited,
  labelOf,
  lateAfterMs,
  openInferred,
  unjoinedAfterMs,
} from '../../core/releases/lifecycle.ts'
import { sumIn } from '../../core/rollup/gauge-track.ts'
import type { ReleaseState } from '../../core/releases/release-state.ts'
import { hintsOf, isEstablished, isVersionless } from '../../core/releases/versions.ts'
import { sameVersion } from '../../core/releases/version-match.ts'
import { bucketsBetween, requestsBetween } from './history.ts'
import type { ServiceState } from './service-state.ts'

const minuteMs = 60_000
/** A version that has not reported this long after its event may be one that never comes up. */
const unreportedMs = 2 * minuteMs
const failedCallsMin = 5
const restartsMin = 2
const failedRatioMin = 3

export function progressReleases(state: ServiceState, nowMs: number): void {
  openInferredReleases(state, nowMs)
  for (const release of state.releases) {
    if (!isAwaited(release, nowMs)) continue
    expose(state, release, nowMs)
    if (release.firstWindowMs === null) giveUpOrWait(state, release, nowMs)
  }
}

function openInferredReleases(state: ServiceState, nowMs: number): void {
  for (const [version, seen] of state.versions.seen) {
    if (seen.initial || seen.opened || !isEstablished(seen)) continue
    seen.opened = true
    const late = state.releases.find(
      (release) =>
        release.label === null &&
        release.firstWindowMs !== null &&
        labelOf(state.versions, release.match) === version,
    )
    if (late !== undefined) {
      // It came up after all: the same release, which is watched since its event.
      late.label = version
      continue
    }
    const known = state.releases.some(
      (release) =>
        release.label === version ||
        (release.firstWindowMs === null &&
          isAwaited(release, nowMs) &&
          labelOf(state.versions, release.match) === version),
    )
    if (!known) fillPrevious(state, openInferred(state, version, seen.firstMs, nowMs))
  }
}

/** Finds the first window of the release's telemetry, if it has come. */
function expose(state: ServiceState, release: ReleaseState, nowMs: number): void {
  if (release.firstWindowMs !== null) return
  const label = labelOf(state.versions, release.match)
  if (label !== null && label !== '') {
    release.label = label
    const seen = state.versions.seen.get(label)!
    const again =
      seen.initial ||
      state.releases.some((other) => other !== release && other.label === label) ||
      seen.firstMs < release.eventMs - lateAfterMs
    // A version that was there before becomes current with the event; a new one with its telemetry.
    const fromMs = again ? release.eventMs : seen.firstMs
    if (seen.lastMs <= fromMs) return
    seen.opened = true
    setExposed(state, release, Math.max(fromMs, seen.firstMs))
    return
  }
  if (state.versions.firstMs !== null && isVersionless(state.versions)) {
    if (state.versions.lastMs <= release.eventMs || state.versions.firstMs > nowMs) return
    release.label = ''
    release.finding.joined = 'versionless'
    setExposed(state, release, release.eventMs)
    return
  }
  const stopped = neverCameUp(state, release, nowMs)
  const crashes = !stopped && startsAgain(state, release, nowMs)
  if (!stopped && !crashes && !callersSuffer(state, release, nowMs)) return
  release.label = null
  setExposed(state, release, release.eventMs)
  release.finding.note = stopped
    ? 'the new version does not report and requests to the old one have stopped'
    : crashes
      ? 'the new version does not report and instances restart again and again'
      : 'the new version does not report and calls to the service fail'
}

function setExposed(state: ServiceState, release: ReleaseState, atMs: number): void {
  const { finding } = release
  release.firstWindowMs = Math.floor(atMs / 10_000) * 10_000
  finding.exposedAtMs = atMs
  if (finding.phase === 'waiting' || finding.phase === 'unjoined') finding.phase = 'watched'
  finding.joined ??= 'exact'
  if (release.label) finding.version ??= release.label
  fillPrevious(state, release)
  release.changed = true
}

/** The version that was current before: what the event says, else what had most requests just before. */
function fillPrevious(state: ServiceState, release: ReleaseState): void {
  const { finding } = release
  const label = previousLabel(state, release)
  finding.previousVersion ??= label
  const before = state.releases.findLast(
    (other) =>
      other !== release &&
      other.finding.startedAtMs <= finding.startedAtMs &&
      other.label !== null &&
      (label === null ? other.label === '' : other.label === label),
  )
  finding.previousRelease = before?.finding.id ?? null
  finding.previousCommit ??=
    before?.finding.commit ?? (label === null ? null : hintsOf(state.versions, label).revision)
  finding.previousArtifactId ??= before?.finding.artifactId ?? null
  finding.commit ??= release.label ? hintsOf(state.versions, release.label).revision : null
}

/** Telemetry's name of the old version; null for a versionless service or one without any other. */
export function previousLabel(state: ServiceState, release: ReleaseState): string | null {
  const exposedMs = release.firstWindowMs ?? release.eventMs
  const candidates = [...state.versions.seen].filter(
    ([version, { firstMs, lastMs }]) =>
      version !== release.label && firstMs < exposedMs && lastMs > exposedMs - 24 * 60 * minuteMs,
  )
  const named = release.finding.previousVersion
  const hit = candidates.find(([version]) => named !== null && sameVersion(version, named))
  if (hit !== undefined) return hit[0]
  let best: { version: string; lastMs: number; requests: number } | null = null
  for (const [version, { lastMs }] of candidates) {
    const requests = requestsBetween(state, exposedMs - 10 * minuteMs, exposedMs, version)
    const better =
      best === null ||
      requests > best.requests ||
      (requests === best.requests &&
        (lastMs > best.lastMs || (lastMs === best.lastMs && version < best.version)))
    if (better) best = { version, lastMs, requests }
  }
  return best?.version ?? null
}

/** The new version does not report and the old one has fallen below 5 %: the release itself is the stop. */
function neverCameUp(state: ServiceState, release: ReleaseState, nowMs: number): boolean {
  const track = busiest(state)
  if (track === null || state.versions.versionedMs === null) return false
  const after = track.closed.filter((bucket) => bucket.startMs >= release.eventMs)
  const last = after.slice(-3)
  if (last.length < 3 || last.some((bucket) => bucket.missing)) return false
  if (nowMs < release.eventMs + minuteMs) return false
  const before = track.closed.filter(
    ({ startMs }) => startMs < release.eventMs && startMs >= release.eventMs - 10 * minuteMs,
  )
  const rate = (buckets: readonly Bucket[]) =>
    buckets.length === 0
      ? 0
      : buckets.reduce((sum, each) => sum + requestsIn(each), 0) / buckets.length
  return rate(before) > 0 && rate(last) < 0.05 * rate(before)
}

/**
 * The new version does not report, and its callers see it: calls fail more often than before the event.
 * This only says that it is worth watching; whether it is a regression is for the monitors to say.
 */
function callersSuffer(state: ServiceState, release: ReleaseState, nowMs: number): boolean {
  const { eventMs, finding } = release
  if (finding.phase !== 'waiting' || nowMs < eventMs + unreportedMs) return false
  const { closedToMs } = state.tracks.calls
  const after = failedCalls(bucketsBetween(state, 'calls', eventMs, closedToMs))
  const before = failedCalls(bucketsBetween(state, 'calls', eventMs - 60 * minuteMs, eventMs))
  if (before.calls === 0 || after.failed < failedCallsMin) return false
  return after.failed / after.calls >= (failedRatioMin * Math.max(1, before.failed)) / before.calls
}

/** The new version does not report, and since its event containers were started again that had been just before. */
function startsAgain({ gauges }: ServiceState, release: ReleaseState, nowMs: number): boolean {
  const { eventMs, finding } = release
  if (finding.phase !== 'waiting' || nowMs < eventMs + unreportedMs) return false
  const sums = { before: 0, after: 0 }
  for (const [name, { use }] of gauges.track.series) {
    if (use !== 'restarts') continue
    for (const bucket of gauges.track.closed) {
      if (bucket.startMs < eventMs - 60 * minuteMs) continue
      sums[bucket.endMs <= eventMs ? 'before' : 'after'] += sumIn(bucket, name, null).sum
    }
  }
  return sums.before === 0 && sums.after >= restartsMin
}

function failedCalls(buckets: readonly Bucket[]): { calls: number; failed: number } {
  const sum = { calls: 0, failed: 0 }
  for (const { cells } of buckets) {
    for (const { routes } of cells.values()) {
      for (const { requests, errors, unanswered } of routes.values()) {
        sum.calls += requests
        sum.failed += Math.min(requests, Math.max(errors, unanswered))
      }
    }
  }
  return sum
}

function busiest(state: ServiceState): TrackState | null {
  const { spans, metrics } = state.tracks
  if (spans.closed.length === 0 && metrics.closed.length === 0) return null
  return spans.closed.length >= metrics.closed.length ? spans : metrics
}

function requestsIn(bucket: Bucket): number {
  let sum = 0
  for (const { routes } of bucket.cells.values()) {
    for (const { requests } of routes.values()) sum += requests
  }
  return sum
}

function giveUpOrWait({ tracks }: ServiceState, release: ReleaseState, nowMs: number): void {
  const { finding } = release
  const waitedMs = nowMs - Math.max(release.knownMs, release.eventMs)
  // A point, the rest of its bucket and the bucket's closing take a step each.
  const patienceMs = Math.max(unjoinedAfterMs, 3 * (tracks.metrics.stepMs ?? 0) + minuteMs)
  if (finding.phase === 'waiting' && waitedMs >= patienceMs) {
    finding.phase = 'unjoined'
    finding.note = `no telemetry of ${finding.service} ${finding.version ?? ''} in 10 min`.trim()
    release.changed = true
  }
}

/** Whether a later release has taken over from this one. */
export function isSuperseded(state: ServiceState, release: ReleaseState): ReleaseState | null {
  const at = state.releases.indexOf(release)
  return (
    state.releases
      .slice(at + 1)
      .find((other) => other.firstWindowMs !== null && other.label !== release.label) ?? null
  )
}

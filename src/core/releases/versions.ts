/**
 * Which versions of a service were seen, since when and how much: what opens inferred releases and
 * tells the previous version (contract section 4). Fed with closed buckets only, so it is a function of
 * the log. Milliseconds since the epoch; '' (points without `service.version`) is no version.
 */
import type { VersionHints } from '../../contracts/service-events.ts'
import { otherVersion } from '../rollup/cells.ts'

export interface VersionSeen {
  firstMs: number
  lastMs: number
  /** Requests and windows since it was first seen (in this tenure), by the source that saw more. */
  requests: Record<string, number>
  windows: Record<string, number>
  /** Alive when the service itself was first seen: a beginning, not a change. */
  initial: boolean
  /** A release of it has been opened in this tenure. */
  opened: boolean
}

export interface VersionsState {
  firstMs: number | null
  lastMs: number
  /** Whether any point carried a version in the last 24 h, and when. */
  versionedMs: number | null
  seen: Map<string, VersionSeen>
  /** What resources say besides their version; may be known before the first bucket closes. */
  hints: Map<string, VersionHints>
}

/** A version not seen for this long is new again. */
export const forgottenAfterMs = 24 * 3_600_000
const versionsMax = 50
const emptyHints: VersionHints = { revision: null, images: [], podHash: null }

export function emptyVersions(): VersionsState {
  return { firstMs: null, lastMs: 0, versionedMs: null, seen: new Map(), hints: new Map() }
}

/** Remembers what a version's resource says of itself; true when that is new. */
export function noteHints(state: VersionsState, version: string, hints: VersionHints): boolean {
  const known = state.hints.get(version) ?? emptyHints
  const images = [...new Set([...known.images, ...hints.images])].slice(0, 8)
  const revision = hints.revision ?? known.revision
  const podHash = hints.podHash ?? known.podHash
  const changed =
    images.length !== known.images.length ||
    revision !== known.revision ||
    podHash !== known.podHash
  if (!changed) return false
  if (state.hints.size >= 2 * versionsMax && !state.hints.has(version)) return false
  state.hints.set(version, { revision, images, podHash })
  return true
}

export function hintsOf(state: VersionsState, version: string): VersionHints {
  return state.hints.get(version) ?? emptyHints
}

export interface VersionCount {
  readonly version: string
  readonly requests: number
}

/** Takes in one closed bucket of one source. */
export function observeVersions(
  state: VersionsState,
  bucket: { readonly startMs: number; readonly endMs: number; readonly source: string },
  counts: readonly VersionCount[],
): void {
  const { startMs, endMs, source } = bucket
  if (counts.length === 0) return
  state.firstMs ??= startMs
  state.lastMs = Math.max(state.lastMs, endMs)
  const initialUntilMs = state.firstMs + Math.max(60_000, 2 * (endMs - startMs))
  for (const { version, requests } of counts) {
    if (version === '') continue
    state.versionedMs = Math.max(state.versionedMs ?? 0, endMs)
    // The versions beyond those that a bucket may hold: nobody's release.
    if (version === otherVersion) continue
    let seen = state.seen.get(version)
    if (seen === undefined || startMs - seen.lastMs > forgottenAfterMs) {
      const initial = startMs < initialUntilMs
      seen = { firstMs: startMs, lastMs: endMs, requests: {}, windows: {}, initial, opened: false }
      state.seen.set(version, seen)
    }
    seen.lastMs = Math.max(seen.lastMs, endMs)
    seen.requests[source] = (seen.requests[source] ?? 0) + requests
    seen.windows[source] = (seen.windows[source] ?? 0) + 1
  }
  forgetOldest(state)
}

function forgetOldest(state: VersionsState): void {
  while (state.seen.size > versionsMax) {
    const [oldest] = [...state.seen].sort(([, a], [, b]) => a.lastMs - b.lastMs)
    state.seen.delete(oldest![0])
    state.hints.delete(oldest![0])
  }
}

/** Seen enough to be a release: 20 requests, or in two windows. */
export function isEstablished(seen: VersionSeen): boolean {
  const most = (counts: Record<string, number>) => Math.max(0, ...Object.values(counts))
  return most(seen.requests) >= 20 || most(seen.windows) >= 2
}

/** True where no point of the service carried a version in the last 24 h. */
export function isVersionless(state: VersionsState): boolean {
  return state.versionedMs === null || state.lastMs - state.versionedMs > forgottenAfterMs
}

/**
 * Does telemetry of a version belong to a deployment that names it its own way? (contract section 4,
 * *Version match*.) The first rule that hits decides; null when none does.
 */
import type { Deployment, VersionHints } from '../../contracts/service-events.ts'

export type MatchRule = 'version' | 'revision' | 'image' | 'head-revision' | 'pod-hash'

export interface SeenVersion {
  /** `service.version` as sent. */
  readonly version: string
  readonly hints: VersionHints
}

export function matchVersion(
  deployment: Pick<Deployment, 'version' | 'revision' | 'images'>,
  seen: SeenVersion,
): MatchRule | null {
  if (deployment.version !== null && sameVersion(deployment.version, seen.version)) return 'version'
  if (deployment.revision !== null && sameRevision(deployment.revision, seen.version)) {
    return 'revision'
  }
  const images = deployment.images.map(normalise)
  if (images.includes(normalise(seen.version))) return 'image'
  if (seen.hints.images.some((image) => images.includes(normalise(image)))) return 'image'
  const { revision, podHash } = seen.hints
  if (deployment.revision !== null && revision !== null) {
    if (sameRevision(deployment.revision, revision)) return 'head-revision'
  }
  if (deployment.version !== null && podHash !== null && podHash === deployment.version) {
    return 'pod-hash'
  }
  return null
}

/** Equal but for surrounding space, case and a leading `v`. */
export function sameVersion(a: string, b: string): boolean {
  return normalise(a) === normalise(b)
}

/** Equal, or one is a prefix of the other of at least 7 hex digits. */
export function sameRevision(a: string, b: string): boolean {
  const [left, right] = [a.trim().toLowerCase(), b.trim().toLowerCase()]
  if (!/^[0-9a-f]{7,64}$/.test(left) || !/^[0-9a-f]{7,64}$/.test(right)) return false
  return left.startsWith(right) || right.startsWith(left)
}

export function normalise(version: string): string {
  return version
    .trim()
    .toLowerCase()
    .replace(/^v(?=\d)/, '')
}

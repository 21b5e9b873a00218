/** What other services of the environment say about one release's alarm (detection reference, section 12). */
import type { EvidenceFinding } from '../../contracts/findings.ts'
import { onsetOf, overlaps } from '../../core/attribution/shared-shift.ts'
import type { Vetoes } from '../../core/attribution/verdict.ts'
import { judgeDefaults } from '../../core/detection/judge.ts'
import { laterRelease } from './later-release.ts'
import { callersOf } from './question.ts'
import type { EnvironmentState, ReleaseEntry } from './state.ts'

const siblingsMin = 2
const silentWithinMs = 60_000
const silentShareMin = 0.3
const silentMin = 3
const heardWithinMs = 3_600_000

export function vetoesOf(
  state: EnvironmentState,
  release: ReleaseEntry,
  evidence: EvidenceFinding,
): Vetoes {
  return {
    shared: sharedShift(state, release, evidence),
    massSilence: isMassSilence(state, release.finding.service),
    undone: laterRelease(state, release) !== null,
  }
}

/** Unchanged services, callers aside, with a loud sentinel and overlapping onset; fewer than two are none. */
function sharedShift(
  state: EnvironmentState,
  { finding }: ReleaseEntry,
  evidence: EvidenceFinding,
): string[] {
  const onsetMs = onsetOf(evidence)
  if (onsetMs === null) return []
  const callers = callersOf(state, finding.service)
  const changed = new Set(
    [...state.releases.values()]
      .filter((other) => (other.finding.exposedAtMs ?? 0) > onsetMs - heardWithinMs)
      .map((other) => other.finding.service),
  )
  const shared: string[] = []
  for (const { key, sentinel } of state.services.values()) {
    if (sentinel === null || changed.has(key) || callers.has(key)) continue
    const same = sentinel.streams.some(
      ({ logE, onset, signal, shiftedSinceMs = null }) =>
        signal !== 'traffic' &&
        ((logE >= judgeDefaults.suspiciousLogE && overlaps(onset?.atMs ?? null, onsetMs)) ||
          overlaps(shiftedSinceMs, onsetMs)),
    )
    if (same) shared.push(key)
  }
  return shared.length >= siblingsMin ? shared.sort() : []
}

/** At least three, and 30 %, of the services that had traffic fell silent within a minute of this one. */
function isMassSilence(state: EnvironmentState, service: string): boolean {
  const own = state.services.get(service)?.silentSinceMs
  if (own === undefined || own === null) return false
  const alive = [...state.services.values()].filter(
    ({ silentSinceMs, heardMs }) =>
      silentSinceMs === null ||
      silentSinceMs >= own - heardWithinMs ||
      heardMs >= own - heardWithinMs,
  )
  const silent = alive.filter(
    ({ silentSinceMs }) =>
      silentSinceMs !== null && Math.abs(silentSinceMs - own) <= silentWithinMs,
  )
  return silent.length >= silentMin && silent.length >= silentShareMin * alive.length
}

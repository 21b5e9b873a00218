/** What is shared: two shifts that begin within five minutes of each other (detection reference, section 12). */
import type { EvidenceFinding } from '../../contracts/findings.ts'
import { judgeDefaults } from '../detection/judge.ts'

const overlapMs = 5 * 60_000

export function overlaps(atMs: number | null, onsetMs: number): boolean {
  return atMs !== null && Math.abs(atMs - onsetMs) <= overlapMs
}

/** Earliest onset of what speaks, traffic aside; null where nothing does. */
export function onsetOf({ streams }: EvidenceFinding): number | null {
  const onsets = streams.flatMap(({ onset, logE, signal }) =>
    onset !== null && logE >= judgeDefaults.suspiciousLogE && signal !== 'traffic'
      ? [onset.atMs]
      : [],
  )
  return onsets.length === 0 ? null : Math.min(...onsets)
}

/** The old version beside the new one left its usual level at the same time, for whatever reason. */
export function isSharedWithOld(evidence: EvidenceFinding): boolean {
  const onsetMs = onsetOf(evidence)
  return onsetMs !== null && overlaps(evidence.oldShift?.onsetMs ?? null, onsetMs)
}

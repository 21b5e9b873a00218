/** The public record of a release, from what `detect` found and what was decided. */
import type { ReleaseFinding } from '../../contracts/findings.ts'
import type { Release } from '../../contracts/release.ts'
import type { VerdictState } from '../attribution/verdict.ts'
import { formatInstant } from '../kernel/instant.ts'
import { parseServiceKey } from '../kernel/service-key.ts'

export function releaseRecord(
  finding: ReleaseFinding,
  verdict: VerdictState,
  recordRevision: number,
): Release {
  const provenance = {
    ai: 0,
    mixed: 0,
    'human-attested': 0,
    'review-suggestion': 0,
    automation: 0,
    conflict: 0,
    unknown: 0,
  }
  for (const change of finding.changes) provenance[change.provenance.state]++
  return {
    id: finding.id,
    recordRevision,
    service: parseServiceKey(finding.service)!,
    version: finding.version,
    previousVersion: finding.previousVersion,
    revision: finding.commit,
    previousRevision: finding.previousCommit,
    startedAt: formatInstant(finding.startedAtMs),
    origin: finding.origin,
    deploymentEventId: finding.deploymentEventId,
    strategy: finding.strategy,
    verdict: verdict.verdict,
    reason: verdict.reason,
    joined: finding.joined,
    evidence: verdict.evidence === null ? null : Number(verdict.evidence.toPrecision(6)),
    verdictAt: verdict.atMs === null ? null : formatInstant(verdict.atMs),
    rollout: finding.rollout.map(({ atMs, share }) => ({ at: formatInstant(atMs), share })),
    changes: { count: finding.changes.length, completeness: finding.completeness, provenance },
  }
}

/** The public record of a release, from what `detect` found and what was decided. */
import { byCodeUnits } from '../kernel/text-order.ts'
import type { Change } from '../../contracts/change.ts'
import type { ReleaseFinding } from '../../contracts/findings.ts'
import type { Release } from '../../contracts/release.ts'
import type { VerdictState } from '../attribution/verdict.ts'
import { formatInstant } from '../kernel/instant.ts'
import { parseServiceKey } from '../kernel/service-key.ts'

const agentsMax = 20
const sessionsMax = 100

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
    changes: {
      count: finding.changes.length,
      completeness: finding.completeness,
      provenance,
      agents: agentsOf(finding.changes),
    },
  }
}

/** Tools and models that had a part in the changes, most changes first, with the sessions on record. */
function agentsOf(changes: readonly Change[]): NonNullable<Release['changes']['agents']> {
  const found = new Map<
    string,
    { tool: string; model: string | null; changes: Set<string>; sessions: Set<string> }
  >()
  for (const { id, provenance } of changes) {
    const drafts = provenance.agents.map(({ tool, model = null }) => {
      const key = JSON.stringify([tool, model])
      const draft = found.get(key) ?? { tool, model, changes: new Set(), sessions: new Set() }
      found.set(key, draft)
      draft.changes.add(id)
      return draft
    })
    for (const session of provenance.sessions) drafts[session.agent]?.sessions.add(session.id)
  }
  return [...found.values()]
    .toSorted(
      (a, b) =>
        b.changes.size - a.changes.size ||
        byCodeUnits(a.tool, b.tool) ||
        byCodeUnits(a.model ?? '', b.model ?? ''),
    )
    .slice(0, agentsMax)
    .map(({ tool, model, changes: of, sessions }) => ({
      tool,
      model,
      changes: of.size,
      sessions: [...sessions].toSorted().slice(0, sessionsMax),
    }))
}

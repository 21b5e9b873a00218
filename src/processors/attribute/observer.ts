/** Looks on at decisions as they are made (replay prints them); never changes what is decided. */
import type { Naming, Suspect } from '../../contracts/incident.ts'
import type { Release, Verdict } from '../../contracts/release.ts'
import type { Signal } from '../../contracts/signal.ts'
import type { Baselines } from '../../core/attribution/baselines.ts'
import type { ReleaseEntry } from './state.ts'

export interface VerdictTold {
  readonly atMs: number
  readonly release: Release
  readonly from: Verdict
  readonly verdict: Verdict
  readonly evidence: number | null
  readonly signals: readonly Signal[]
  readonly final: boolean
}

export interface RankingTold {
  readonly atMs: number
  readonly incident: string
  readonly afterMs: number
  readonly naming: Naming
  readonly suspects: readonly Suspect[]
  readonly baselines: Baselines
}

export interface AttributeObserver {
  verdict?(told: VerdictTold): void
  ranking?(told: RankingTold): void
  refused?(reason: string): void
}

/** Share of AI-written changes by release: for a baseline that is shown beside the ranking, never in it. */
export function aiShares(releases: Iterable<ReleaseEntry>): Map<string, number> {
  const shares = new Map<string, number>()
  for (const { finding } of releases) {
    const { changes } = finding
    if (changes.length === 0) continue
    const ai = changes.filter(({ provenance }) => ['ai', 'mixed'].includes(provenance.state))
    shares.set(finding.id, ai.length / changes.length)
  }
  return shares
}

/** Rankings are told at the alert, 3 and 10 minutes later; at the end of the input, those still due. */
import { baselines } from '../../core/attribution/baselines.ts'
import { rankedAfterMs } from './due.ts'
import { aiShares, type AttributeObserver } from './observer.ts'
import type { Ranking } from './rank-now.ts'
import type { EnvironmentState, IncidentEntry } from './state.ts'

export function tellRankings(
  observer: AttributeObserver,
  state: EnvironmentState,
  entry: IncidentEntry,
  told: { readonly ranking: Ranking; readonly atMs: number; readonly end: boolean },
): void {
  if (observer.ranking === undefined) return
  const { ranking, atMs, end } = told
  for (const afterMs of rankedAfterMs) {
    if (entry.ranked.includes(afterMs)) continue
    if (!end && atMs < entry.openedAtMs + afterMs) break
    entry.ranked.push(afterMs)
    observer.ranking({
      atMs,
      incident: entry.id,
      afterMs,
      naming: ranking.naming,
      suspects: ranking.suspects,
      baselines: baselines(ranking.input, {
        alertMs: entry.openedAtMs,
        aiShare: aiShares(state.releases.values()),
      }),
    })
  }
}

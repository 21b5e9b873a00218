/** What time alone makes of an incident: a ranking that is due, a cure that has held, a silence that is too long. */
import type { EnvironmentState, IncidentEntry } from './state.ts'

/** Rankings are told so long after the alert. */
export const rankedAfterMs = [0, 180_000, 600_000]
/** Watches last 4 h at most: a day without a word is no watch that goes on. */
const expireAfterMs = 86_400_000

/** A ranking is due, or the naming may say more now that 3 min have passed. */
export function isRankingDue({ openedAtMs, lastChangeMs }: IncidentEntry, nowMs: number): boolean {
  return rankedAfterMs.some(
    (afterMs) =>
      afterMs > 0 &&
      nowMs >= openedAtMs + afterMs &&
      lastChangeMs < openedAtMs + afterMs &&
      nowMs < openedAtMs + afterMs + 60_000,
  )
}

export function hasBeenQuiet(
  { recoveredAtMs }: IncidentEntry,
  nowMs: number,
  resolveAfterMs: number,
): boolean {
  return recoveredAtMs !== null && nowMs - recoveredAtMs >= resolveAfterMs
}

/** Nothing was heard of its releases for a day: nobody can say more, and it is not open for ever. */
export function isUnheard(state: EnvironmentState, entry: IncidentEntry): boolean {
  const heardMs = entry.releases.map((id) => state.releases.get(id)?.evidence?.atMs ?? 0)
  return state.nowMs - Math.max(entry.lastChangeMs, ...heardMs) >= expireAfterMs
}

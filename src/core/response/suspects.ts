/**
 * Ranked hypotheses as people see them: with who or what wrote the change beside them, as a label.
 *
 * Labels are joined on here, after the ranking: nothing of them was in it. `probabilityWithProvenance` is
 * null until an effect of provenance has been learnt from labelled releases.
 */
import type { Change } from '../../contracts/change.ts'
import type { ReleaseFinding } from '../../contracts/findings.ts'
import type { Suspect } from '../../contracts/incident.ts'
import type { RankedSuspect } from '../attribution/rank.ts'

const accountableMax = 8

export function toSuspects(
  ranked: readonly RankedSuspect[],
  releases: readonly ReleaseFinding[],
): Suspect[] {
  const changes = new Map(
    releases.flatMap((release) => release.changes.map((each) => [each.id, each])),
  )
  return ranked.map((suspect) => {
    const change = suspect.id === null ? undefined : changes.get(suspect.id)
    return {
      rank: suspect.rank,
      kind: suspect.kind,
      id: suspect.id,
      release: suspect.release,
      probability: rounded(suspect.probability),
      title: suspect.title,
      revision: suspect.revision,
      accountable: change === undefined ? [] : accountableOf(change),
      provenance: change?.provenance ?? null,
      probabilityWithProvenance: null,
      evidence: suspect.evidence.map(({ term, bits, fact }) => ({
        term,
        bits: Number(bits.toFixed(4)),
        fact,
      })),
    }
  })
}

/** Six digits: equal on every machine, and more than anybody can use. */
function rounded(probability: number): number {
  return Math.min(1, Math.max(0, Number(probability.toFixed(6))))
}

/** People who know the change: its human authors, co-authors and committer, its reviewers, its files' owners. */
function accountableOf({ author, coAuthors, committer, pr, owners = [] }: Change): string[] {
  const people = [author, ...coAuthors, committer].filter((each) => each.class === 'human')
  const names = [...people.map(({ name }) => name), ...(pr?.reviewers ?? []), ...owners]
  return [...new Set(names)].filter((name) => name !== '').slice(0, accountableMax)
}

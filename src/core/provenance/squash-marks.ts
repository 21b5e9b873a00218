/**
 * What the commits say that a squash was made of: their notes, carried to the lines that the squash has of them, and
 * their own marks, which speak for a section of it. Pure.
 *
 * Of one line the commit that wrote it last counts, for its lines are told by blame. A note of the squash itself is
 * its producer's own account: then none is carried. Source: provenance reference, sections 1.9, 2.5 and 13.
 */
import { readCommitMarks } from './commit-marks.ts'
import type { CommitFacts, SquashedFacts, SquashedLines } from './commit-facts.ts'
import type { Claim, Mark, Marked } from './mark.ts'
import { readMessage } from './message.ts'
import { intersectRanges, type LineRange, normalRanges } from './ranges.ts'
import { readRecordMarks } from './record-marks.ts'
import type { RuleBook } from './rule-book.ts'

export function squashMarks(commit: CommitFacts, known: readonly Mark[], book: RuleBook): Marked {
  const squashed = commit.linked?.squashed ?? null
  if (squashed === null) return { marks: [], claims: [] }
  const said = new Set(known.map(sayingOf))
  const marks: Mark[] = []
  const claims: Claim[] = []
  for (const original of squashed.commits.toReversed()) {
    for (const mark of readCommitMarks(original, readMessage(original.message), book).marks) {
      if (said.has(sayingOf(mark))) continue
      said.add(sayingOf(mark))
      marks.push(ofSection(mark, original.sha))
    }
    if (commit.notes.length > 0) continue
    const carried = carry(original, squashed, book)
    marks.push(...carried.marks)
    claims.push(...carried.claims)
  }
  return { marks, claims }
}

function carry(original: CommitFacts, { lines }: SquashedFacts, book: RuleBook): Marked {
  const own = lines.filter(({ sha }) => sha === original.sha)
  const { claims } = readRecordMarks(original, book)
  const carried = claims.flatMap((claim): Claim[] =>
    [...placesOf(claim, own)].map(([path, ranges]) => ({ ...claim, path, ranges })),
  )
  const marks = new Set(carried.map(({ mark }) => mark))
  return { marks: [...marks], claims: carried }
}

function placesOf(
  { path, ranges }: Claim,
  lines: readonly SquashedLines[],
): Map<string, [number, number][]> {
  const places = new Map<string, LineRange[]>()
  for (const { pathThen, lineThen, path: now, line, count } of lines) {
    if (pathThen !== path) continue
    const inside = intersectRanges(ranges, [[lineThen, lineThen + count - 1]])
    const shifted = inside.map(
      ([from, to]): LineRange => [from - lineThen + line, to - lineThen + line],
    )
    if (shifted.length > 0) places.set(now, [...(places.get(now) ?? []), ...shifted])
  }
  return new Map([...places].map(([now, found]) => [now, normalRanges(found)]))
}

/** The same trailer on ten commits of a request is one piece of evidence. */
function sayingOf({ evidence, agent, session }: Mark): string {
  return JSON.stringify([evidence.rule, agent?.tool, agent?.modelRaw, session?.id])
}

function ofSection(mark: Mark, sha: string): Mark {
  const { evidence } = mark
  const flags = [...new Set([...evidence.flags, 'squash' as const])].toSorted()
  const locator = `${sha}:${evidence.locator}`
  return { ...mark, section: null, evidence: { ...evidence, scope: 'section', locator, flags } }
}

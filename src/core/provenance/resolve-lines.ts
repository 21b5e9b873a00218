/**
 * Claims for lines -> disjoint spans. Within one source the later claim of an AI wins over an earlier one; an AI
 * and a person on one line are `mixed` there, and a conflict when two sources say it. Clamped once more to the
 * added lines, so that no claim can reach outside. Source: provenance reference, sections 2.6 and 15.
 */
import type { Claim, Mark } from './mark.ts'
import { intersectRanges, type LineRange, normalRanges, subtractRanges } from './ranges.ts'

export interface ResolvedSpan {
  readonly path: string
  readonly start: number
  readonly end: number
  readonly by: 'ai' | 'human' | 'mixed'
  readonly mark: Mark
}

export interface ResolvedLines {
  readonly spans: ResolvedSpan[]
  /** Two sources say an AI and a person of one line. */
  readonly conflict: boolean
  /** Marks that won lines which another AI claimed too. */
  readonly overlapping: Set<Mark>
}

export function resolveLines(
  claims: readonly Claim[],
  files: readonly { readonly path: string; readonly added: readonly LineRange[] }[],
): ResolvedLines {
  const added = new Map(files.map((file) => [file.path, file.added]))
  const byPath = new Map<string, Claim[]>()
  for (const claim of claims) {
    const own = byPath.get(claim.path)
    if (own === undefined) byPath.set(claim.path, [claim])
    else own.push(claim)
  }
  const paths = [...byPath.keys()].toSorted()
  const resolved: ResolvedLines = { spans: [], conflict: false, overlapping: new Set() }
  let conflict = false
  for (const path of paths) {
    const ofPath = withoutCovered(byPath.get(path)!, resolved.overlapping)
    const inside = ofPath.flatMap((claim) =>
      intersectRanges(claim.ranges, added.get(path) ?? []).map((range) => ({ claim, range })),
    )
    if (sweep(path, inside, resolved)) conflict = true
  }
  return { ...resolved, conflict }
}

/** From so many claims on, those that later ones of their source cover are taken away before the walk. */
const manyClaims = 64

/** What `judge` would find line by line, for claims of one source and kind: the last of a line wins it. */
function withoutCovered(claims: readonly Claim[], overlapping: Set<Mark>): readonly Claim[] {
  if (claims.length < manyClaims) return claims
  const groups = new Map<string, Claim[]>()
  for (const claim of claims) {
    const key = `${sourceOf(claim)} ${claim.by === 'human'}`
    const group = groups.get(key)
    if (group === undefined) groups.set(key, [claim])
    else group.push(claim)
  }
  return [...groups.values()].flatMap((group) => uncovered(group, overlapping))
}

function uncovered(group: readonly Claim[], overlapping: Set<Mark>): Claim[] {
  const kept: Claim[] = []
  let covered: [number, number][] = []
  let lost: [number, number][] = []
  for (const claim of group.toSorted((a, b) => b.order - a.order)) {
    const ranges = subtractRanges(claim.ranges, covered)
    lost = normalRanges([...lost, ...intersectRanges(claim.ranges, covered)])
    covered = normalRanges([...covered, ...ranges])
    if (ranges.length > 0) kept.push({ ...claim, ranges })
  }
  for (const { by, ranges, mark } of kept) {
    if (by !== 'human' && intersectRanges(ranges, lost).length > 0) overlapping.add(mark)
  }
  return kept
}

interface Piece {
  readonly claim: Claim
  readonly range: readonly [number, number]
}

/** Walks over the ends of all pieces; between two of them the set of claims is the same. Answers a conflict. */
function sweep(path: string, pieces: readonly Piece[], resolved: ResolvedLines): boolean {
  const edges = pieces
    .flatMap(({ claim, range: [from, to] }) => [
      { at: from, claim, opens: 1 },
      { at: to + 1, claim, opens: -1 },
    ])
    .toSorted((a, b) => a.at - b.at)
  const open = new Map<Claim, number>()
  let conflict = false
  for (let index = 0; index < edges.length; ) {
    const { at } = edges[index]!
    for (; index < edges.length && edges[index]!.at === at; index++) {
      const { claim, opens } = edges[index]!
      const count = (open.get(claim) ?? 0) + opens
      if (count > 0) open.set(claim, count)
      else open.delete(claim)
    }
    const next = edges[index]
    if (open.size === 0 || !next) continue
    const judged = judge([...open.keys()])
    conflict ||= judged.conflict
    if (judged.overlaps) resolved.overlapping.add(judged.span.mark)
    append(resolved.spans, { path, start: at, end: next.at - 1, ...judged.span })
  }
  return conflict
}

function judge(claims: readonly Claim[]): {
  readonly span: Pick<ResolvedSpan, 'by' | 'mark'>
  readonly overlaps: boolean
  readonly conflict: boolean
} {
  const standing = withoutOverwritten(claims)
  const ai = standing.filter(({ by }) => by !== 'human')
  const human = standing.filter(({ by }) => by === 'human')
  const winner = winnerOf(ai.length > 0 ? ai : human)
  const both = ai.length > 0 && human.length > 0
  const conflict =
    both &&
    ai.some((one) => one.by === 'ai' && human.some((other) => sourceOf(one) !== sourceOf(other)))
  return {
    span: { by: both ? 'mixed' : winner.by, mark: winner.mark },
    overlaps: new Set(claims.filter(({ by }) => by !== 'human').map(({ mark }) => mark)).size > 1,
    conflict,
  }
}

/** Edits follow each other in time: of one line the last says who wrote it. */
function withoutOverwritten(claims: readonly Claim[]): Claim[] {
  const edits = claims.filter(({ mark }) => mark.evidence.source === 'agent-trace')
  const last = edits.reduce<Claim | null>(
    (best, claim) => (best === null || best.order < claim.order ? claim : best),
    null,
  )
  return claims.filter((claim) => claim === last || !edits.includes(claim))
}

/** All edits of the trace records together are one source, whatever file or note they stand in. */
function sourceOf({ mark: { evidence } }: Claim): string {
  return evidence.source === 'agent-trace' ? evidence.source : evidence.locator
}

/** The last of each source; among sources the surest. */
function winnerOf(claims: readonly Claim[]): Claim {
  const last = new Map<string, Claim>()
  for (const claim of claims) {
    const before = last.get(sourceOf(claim))
    if (!before || before.order < claim.order) last.set(sourceOf(claim), claim)
  }
  return [...last.values()].reduce((best, claim) => {
    const surer = claim.mark.evidence.confidence - best.mark.evidence.confidence
    return surer > 0 || (surer === 0 && sourceOf(claim) < sourceOf(best)) ? claim : best
  })
}

/** What goes on without a change is one span. */
function append(spans: ResolvedSpan[], span: ResolvedSpan): void {
  const last = spans.at(-1)
  const same =
    last &&
    last.path === span.path &&
    last.end + 1 === span.start &&
    last.by === span.by &&
    last.mark === span.mark
  if (same) spans[spans.length - 1] = { ...last, end: span.end }
  else spans.push(span)
}

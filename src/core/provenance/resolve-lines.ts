/**
 * Claims for lines -> disjoint spans. Within one source the later claim of an AI wins over an earlier one; an AI
 * and a person on one line are `mixed` there, and a conflict when two sources say it. Clamped once more to the
 * added lines, so that no claim can reach outside. Source: provenance reference, sections 2.6 and 15.
 */
import type { Claim, Mark } from './mark.ts'
import { intersectRanges, type LineRange } from './ranges.ts'

export interface ResolvedSpan {
  readonly path: string
  readonly start: number
  readonly end: number
  readonly by: 'ai' | 'human' | 'mixed'
  readonly mark: Mark
  /** More than one AI claimed it. */
  readonly overlapped: boolean
}

export function resolveLines(
  claims: readonly Claim[],
  files: readonly { readonly path: string; readonly added: readonly LineRange[] }[],
): { readonly spans: ResolvedSpan[]; readonly conflict: boolean } {
  const added = new Map(files.map((file) => [file.path, file.added]))
  const paths = [...new Set(claims.map(({ path }) => path))].toSorted()
  const spans: ResolvedSpan[] = []
  let conflict = false
  for (const path of paths) {
    const ofPath = claims.filter((claim) => claim.path === path)
    const inside = ofPath.flatMap((claim) =>
      intersectRanges(claim.ranges, added.get(path) ?? []).map((range) => ({ claim, range })),
    )
    const found = sweep(path, inside)
    spans.push(...found.spans)
    conflict ||= found.conflict
  }
  return { spans, conflict }
}

interface Piece {
  readonly claim: Claim
  readonly range: readonly [number, number]
}

/** Walks over the ends of all pieces; between two of them the set of claims is the same. */
function sweep(
  path: string,
  pieces: readonly Piece[],
): { readonly spans: ResolvedSpan[]; readonly conflict: boolean } {
  const edges = pieces
    .flatMap(({ claim, range: [from, to] }) => [
      { at: from, claim, opens: 1 },
      { at: to + 1, claim, opens: -1 },
    ])
    .toSorted((a, b) => a.at - b.at)
  const open = new Map<Claim, number>()
  const spans: ResolvedSpan[] = []
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
    append(spans, { path, start: at, end: next.at - 1, ...judged.span })
  }
  return { spans, conflict }
}

function judge(claims: readonly Claim[]): {
  readonly span: Pick<ResolvedSpan, 'by' | 'mark' | 'overlapped'>
  readonly conflict: boolean
} {
  const ai = claims.filter(({ by }) => by === 'ai').toSorted(later)
  const human = claims.filter(({ by }) => by === 'human').toSorted(later)
  const winner = ai.at(-1) ?? human.at(-1)!
  const overlapped = new Set(ai.map(({ mark }) => mark)).size > 1
  const both = ai.length > 0 && human.length > 0
  const source = ({ mark: { evidence } }: Claim) => evidence.locator
  const conflict = both && ai.some((one) => human.some((other) => source(one) !== source(other)))
  return { span: { by: both ? 'mixed' : winner.by, mark: winner.mark, overlapped }, conflict }
}

/** By confidence of the source, then by the place in it. */
function later(a: Claim, b: Claim): number {
  const [left, right] = [JSON.stringify(a.mark), JSON.stringify(b.mark)]
  return (
    a.mark.evidence.confidence - b.mark.evidence.confidence ||
    a.order - b.order ||
    (left < right ? -1 : left > right ? 1 : 0)
  )
}

/** What goes on without a change is one span. */
function append(spans: ResolvedSpan[], span: ResolvedSpan): void {
  const last = spans.at(-1)
  const same =
    last &&
    last.path === span.path &&
    last.end + 1 === span.start &&
    last.by === span.by &&
    last.mark === span.mark &&
    last.overlapped === span.overlapped
  if (same) spans[spans.length - 1] = { ...last, end: span.end }
  else spans.push(span)
}

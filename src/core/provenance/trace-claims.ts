/**
 * Edits of Agent Trace records made into claims for lines of one commit (rule T1): 0.90 where the record names the
 * commit, 0.80 where it names its parent or nothing, for then the position alone speaks.
 *
 * Records are applied in the order of their times, the last one wins. A range that begins at line 1 may be the
 * placeholder of a writer that knew no position: it counts only if the commit added all of it. Source: provenance
 * reference, sections 3.4 and 16.1.
 */
import { byCodeUnits } from '../kernel/text-order.ts'
import type { Evidence } from '../../contracts/change.ts'
import type { TraceEdit } from './agent-trace.ts'
import type { CommitFacts } from './commit-facts.ts'
import { type Claim, excerptMax, type Mark, type Marked } from './mark.ts'
import { agentOf, toolNamed } from './models.ts'
import { countLines, intersectRanges, type LineRange } from './ranges.ts'

/** An edit that belongs to a commit, with the place where its record stands. */
export interface LinkedEdit {
  readonly edit: TraceEdit
  readonly exact: boolean
  readonly locator: string
}

export function traceClaims(
  linked: readonly LinkedEdit[],
  commit: Pick<CommitFacts, 'files' | 'parents'>,
  aliases: Readonly<Record<string, string>>,
): Marked {
  if (commit.parents.length > 1) return { marks: [], claims: [] }
  const added = new Map(commit.files.map((file) => [file.path, file.added]))
  const drafts = new Map<string, { mark: Mark; clamped: boolean }>()
  const parts: {
    key: string
    path: string
    inside: LineRange[]
    by: Claim['by']
    order: number
  }[] = []
  const inOrder = linked.toSorted(
    (a, b) => a.edit.atMs - b.edit.atMs || byCodeUnits(keyOf(a), keyOf(b)),
  )
  inOrder.forEach((each, order) => {
    const path = pathIn(each.edit, added)
    const inside = path === null ? [] : insideOf(each.edit.range, added.get(path)!)
    if (path === null || inside.length === 0) return
    const key = groupOf(each)
    const draft = drafts.get(key) ?? { mark: markOf(each, order, aliases), clamped: false }
    draft.clamped ||= countLines(inside) < countLines([each.edit.range])
    drafts.set(key, draft)
    parts.push({ key, path, inside, by: each.edit.by, order })
  })
  const marks = new Map([...drafts].map(([key, draft]) => [key, flagged(draft)]))
  const claims = parts.map(
    ({ key, path, inside, by, order }): Claim => ({
      path,
      ranges: inside,
      by,
      mark: marks.get(key)!,
      order,
    }),
  )
  return { marks: [...marks.values()], claims }
}

/** The path in the commit's diff that the edit speaks of; an absolute one is found by its longest end. */
export function pathIn(
  { path, absolute }: Pick<TraceEdit, 'path' | 'absolute'>,
  paths: { has(path: string): boolean },
): string | null {
  if (!absolute) return paths.has(path) ? path : null
  const parts = path.split('/')
  for (let at = 1; at < parts.length; at++) {
    const end = parts.slice(at).join('/')
    if (paths.has(end)) return end
  }
  return null
}

export function insideOf(range: LineRange, added: readonly LineRange[]): [number, number][] {
  const inside = intersectRanges([range], added)
  return range[0] === 1 && countLines(inside) < countLines([range]) ? [] : inside
}

function markOf(
  { edit, exact, locator }: LinkedEdit,
  order: number,
  aliases: Readonly<Record<string, string>>,
): Mark {
  const { by, tool, model, conversation } = edit
  return {
    evidence: {
      rule: 'T1',
      source: 'agent-trace',
      role: 'author',
      scope: 'line',
      confidence: exact ? 0.9 : 0.8,
      locator,
      ...(conversation === null ? {} : { excerpt: conversation.id.slice(0, excerptMax) }),
      flags: [],
    },
    order,
    agent: by === 'human' ? null : agentOf(toolNamed(tool ?? ''), model, aliases),
    session: by === 'human' || conversation === null ? null : { ...conversation, traceIds: [] },
    section: null,
  }
}

function flagged({ mark, clamped }: { readonly mark: Mark; readonly clamped: boolean }): Mark {
  const flags: Evidence['flags'] = clamped ? ['clamped'] : []
  return { ...mark, evidence: { ...mark.evidence, flags } }
}

/** Edits of one conversation with one model are one piece of evidence. */
function groupOf({ edit, exact, locator }: LinkedEdit): string {
  const { by, tool, model, conversation } = edit
  return JSON.stringify([locator, exact, by === 'human', tool, model, conversation])
}

function keyOf({ edit, locator }: LinkedEdit): string {
  return JSON.stringify([locator, edit])
}

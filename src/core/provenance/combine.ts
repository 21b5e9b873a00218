/**
 * Marks and claims -> `Provenance` (provenance reference, sections 15 and 17).
 *
 * A function of the set: the order in which evidence comes changes nothing. Line evidence alone raises the lower
 * bound of AI lines; evidence for the commit raises the upper one to all lines not attested to a person. What
 * one tool wrote (trailer, footer, session key) counts once, by its strongest mark; independent writers combine as
 * 1 - prod(1 - c). Spans are disjoint and inside the added lines; ai[0] + human + unknown = lines added.
 */
import { byCodeUnits } from '../kernel/text-order.ts'
import type { Change, Evidence, Identity, Provenance } from '../../contracts/change.ts'
import type { Mark, Marked } from './mark.ts'
import { resolveLines } from './resolve-lines.ts'
import type { LineRange } from './ranges.ts'

/** From here on evidence for a commit makes it `ai` (provenance reference, section 15). */
export const aiThreshold = 0.5

export interface Combining extends Marked {
  readonly files: readonly { readonly path: string; readonly added: readonly LineRange[] }[]
  readonly linesAdded: number
  readonly authorClass: Identity['class']
  /** The author is a tool that suggests a few lines in reviews. */
  readonly reviewer?: boolean
  readonly sections: readonly string[]
  readonly rulesVersion: string
}

export interface Combined {
  readonly provenance: Provenance
  readonly sections: Change['sections']
}

export function combine(question: Combining): Combined {
  const marks = question.marks.toSorted(byPlace)
  const { agents, agentOfMark } = agentsOf(marks)
  const { sessions, sessionOfMark } = sessionsOf(marks, agentOfMark)
  const resolved = resolveLines(question.claims, question.files)
  const places = new Map(marks.map((mark, at) => [mark, at]))
  const spans = resolved.spans.map(({ path, start, end, by, mark }) => {
    const index = places.get(mark)!
    const session = by === 'ai' ? sessionOfMark.get(mark) : undefined
    return {
      path,
      start,
      end,
      by,
      ...(session === undefined ? {} : { session }),
      evidence: index,
    }
  })
  const evidence = marks.map((mark) => {
    const repeated = resolved.overlapping.has(mark) ? (['duplicate'] as const) : []
    return {
      ...mark.evidence,
      flags: [...new Set([...mark.evidence.flags, ...repeated])].toSorted(),
    }
  })
  const lines = linesOf(spans, marks, question.linesAdded)
  const state = stateOf({ spans, lines, marks, conflict: resolved.conflict, question })
  const provenance: Provenance = {
    state,
    agents,
    sessions,
    spans,
    lines,
    evidence,
    rulesVersion: question.rulesVersion,
  }
  return { provenance, sections: sectionsOf(question.sections, marks) }
}

const sources: readonly Evidence['source'][] = [
  'git-note',
  'agent-trace',
  'checkpoint',
  'author',
  'committer',
]

function byPlace(a: Mark, b: Mark): number {
  return (
    rank(a.evidence.source) - rank(b.evidence.source) ||
    a.order - b.order ||
    byCodeUnits(keyOf(a), keyOf(b))
  )
}

function rank(source: Evidence['source']): number {
  const index = sources.indexOf(source)
  return index < 0 ? sources.length : index
}

/** All that a mark says: two that are equal in it are the same. */
function keyOf({ evidence, agent, session, section }: Mark): string {
  return JSON.stringify([evidence, agent, session, section])
}

/** One agent a tool and model; a mark that names the tool alone joins the first of its tool. */
function agentsOf(marks: readonly Mark[]): {
  readonly agents: Provenance['agents']
  readonly agentOfMark: Map<Mark, number>
} {
  const agents: Provenance['agents'] = []
  const agentOfMark = new Map<Mark, number>()
  const counting = marks.filter(({ agent, evidence }) => agent !== null && evidence.confidence > 0)
  const named = counting.filter(({ agent }) => agent!.modelRaw !== undefined)
  const bare = counting.filter(({ agent }) => agent!.modelRaw === undefined)
  for (const mark of [...named, ...bare]) {
    const agent = mark.agent!
    const model = agent.model ?? agent.modelRaw
    let index = agents.findIndex(
      (each) =>
        each.tool === agent.tool &&
        (agent.modelRaw === undefined || (each.model ?? each.modelRaw) === model),
    )
    if (index < 0) index = agents.push({ ...agent }) - 1
    else if (agent.mode !== undefined) agents[index]!.mode ??= agent.mode
    agentOfMark.set(mark, index)
  }
  return { agents, agentOfMark }
}

function sessionsOf(
  marks: readonly Mark[],
  agentOfMark: ReadonlyMap<Mark, number>,
): {
  readonly sessions: Provenance['sessions']
  readonly sessionOfMark: Map<Mark, number>
} {
  const sessions: Provenance['sessions'] = []
  const sessionOfMark = new Map<Mark, number>()
  const known = new Map<string, number>()
  for (const mark of marks) {
    const agent = agentOfMark.get(mark)
    if (mark.session === null || agent === undefined) continue
    const key = `${agent} ${mark.session.id}`
    let index = known.get(key)
    if (index === undefined) {
      index = sessions.push({ ...mark.session, agent, traceIds: [...mark.session.traceIds] }) - 1
      known.set(key, index)
    } else {
      const { traceIds } = sessions[index]!
      sessions[index]!.traceIds = [...new Set([...traceIds, ...mark.session.traceIds])].toSorted()
    }
    sessionOfMark.set(mark, index)
  }
  return { sessions, sessionOfMark }
}

type Spans = readonly Omit<Provenance['spans'][number], 'session'>[]

function linesOf(spans: Spans, marks: readonly Mark[], linesAdded: number): Provenance['lines'] {
  const count = (by: string) =>
    spans.reduce((sum, span) => (span.by === by ? sum + span.end - span.start + 1 : sum), 0)
  const [ai, human, mixed] = [count('ai'), count('human'), count('mixed')]
  const most = commitConfidence(marks) > aiThreshold ? mostOf(marks, linesAdded) : 0
  const upper = Math.min(linesAdded - human, Math.max(ai + mixed, most))
  return { ai: [ai, upper], human, unknown: linesAdded - ai - human }
}

/** A checkpoint that counts an agent's lines says more than a mark of the commit, which may mean all of them. */
function mostOf(marks: readonly Mark[], linesAdded: number): number {
  const counts = marks.flatMap(({ counted }) => (counted === undefined ? [] : [counted]))
  return counts.length === 0 ? linesAdded : counts.reduce((sum, each) => sum + each, 0)
}

const authoring: readonly Evidence['role'][] = ['author', 'co-author', 'assist', 'session-link']

/** Of the evidence that speaks of more than lines; each writer once, by its strongest mark. */
function commitConfidence(marks: readonly Mark[]): number {
  const strongest = new Map<string, number>()
  for (const { evidence, agent, writer: named } of marks) {
    if (agent === null || evidence.scope === 'line' || !authoring.includes(evidence.role)) continue
    // What stands in a pull request was not written by the tool that wrote the commit's trailers.
    const writer = `${named ?? agent.tool}|${evidence.scope === 'pr' ? evidence.source : 'commit'}`
    const before = strongest.get(writer) ?? 0
    strongest.set(writer, Math.max(before, evidence.confidence))
  }
  // In ascending order: floating-point products depend on it.
  const values = [...strongest.values()].toSorted((a, b) => a - b)
  return 1 - values.reduce((doubt, confidence) => doubt * (1 - confidence), 1)
}

interface StateQuestion {
  readonly spans: Spans
  readonly lines: Provenance['lines']
  readonly marks: readonly Mark[]
  readonly conflict: boolean
  readonly question: Combining
}

/** The first that holds, in the order of the reference. */
function stateOf({ spans, lines, marks, conflict, question }: StateQuestion): Provenance['state'] {
  const has = (by: string) => spans.some((span) => span.by === by)
  if (conflict) return 'conflict'
  if (has('mixed') || (has('ai') && has('human'))) return 'mixed'
  if (has('ai') || commitConfidence(marks) > aiThreshold) return 'ai'
  if (question.linesAdded > 0 && lines.human === question.linesAdded) return 'human-attested'
  const suggested = marks.some(({ evidence }) => evidence.role === 'review-suggestion')
  if (suggested || question.reviewer === true) return 'review-suggestion'
  return question.authorClass === 'automation' ? 'automation' : 'unknown'
}

function sectionsOf(subjects: readonly string[], marks: readonly Mark[]): Change['sections'] {
  if (subjects.length === 0) return undefined
  const indexed = marks.map(({ section }, index) => ({ section, index }))
  return subjects.map((subject, at) => ({
    subject: subject.slice(0, 256),
    evidence: indexed.filter(({ section }) => section === at).map(({ index }) => index),
  }))
}

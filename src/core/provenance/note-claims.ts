/**
 * A note made into claims for lines: clamped to what the commit added, each with its mark (rules N1 to N4).
 *
 * Notes before version 1.4 attest lines that the commit did not touch: what falls outside is dropped and
 * flagged `clamped`; a key that meets no added line at all leaves a mark of confidence 0, flagged `stale`. Lines
 * of a merge are never counted. Source: provenance reference, sections 1.3, 2.6 and 16.1.
 */
import type { Evidence } from '../../contracts/change.ts'
import type { CommitFacts, NoteFacts } from './commit-facts.ts'
import type { GitAiNote, NoteEntry } from './git-ai-note.ts'
import { type Claim, excerptMax, type Mark, type Marked } from './mark.ts'
import { agentOf, toolNamed } from './models.ts'
import { countLines, intersectRanges, type LineRange } from './ranges.ts'

/** Tools that only the producer's own tests use. */
const testTools = new Set(['mock_ai', 'test-agent'])
const tracesMax = 100

interface KeyState {
  readonly entries: {
    readonly entry: NoteEntry
    readonly inside: [number, number][]
    readonly at: number
  }[]
  clamped: boolean
}

export function noteClaims(
  { note, source }: { readonly note: GitAiNote; readonly source: NoteFacts },
  commit: CommitFacts,
  aliases: Readonly<Record<string, string>>,
): Marked {
  if (commit.parents.length > 1) return { marks: [], claims: [] }
  const addedOf = new Map<string, readonly LineRange[]>(
    commit.files.map(({ path, added }) => [path, added]),
  )
  const keys = new Map<string, KeyState>()
  note.entries.forEach((entry, at) => {
    const agent = note.agents.get(entry.key.id)
    if (agent && testTools.has(agent.tool)) return
    const inside = intersectRanges(entry.ranges, addedOf.get(entry.path) ?? [])
    const state = keys.get(entry.key.id) ?? { entries: [], clamped: false }
    keys.set(entry.key.id, state)
    state.entries.push({ entry, inside, at })
    if (countLines(inside) < countLines(entry.ranges)) state.clamped = true
  })
  const marks: Mark[] = []
  const claims: Claim[] = []
  for (const state of keys.values()) {
    const { key } = state.entries[0]!.entry
    const mark = markOf({ state, note, source }, aliases)
    marks.push(mark)
    if (mark.evidence.flags.includes('stale')) continue
    const by = key.kind === 'human' ? 'human' : 'ai'
    for (const { entry, inside, at } of state.entries) {
      if (inside.length > 0) claims.push({ path: entry.path, ranges: inside, by, mark, order: at })
    }
  }
  return { marks, claims }
}

interface KeyFacts {
  readonly state: KeyState
  readonly note: GitAiNote
  readonly source: NoteFacts
}

function markOf(
  { state, note, source }: KeyFacts,
  aliases: Readonly<Record<string, string>>,
): Mark {
  const { key } = state.entries[0]!.entry
  const isHuman = key.kind === 'human'
  const known = key.kind === 'nameless' ? undefined : note.agents.get(key.id)
  const [rule, sure] = ruleOf({ isHuman, known: known !== undefined }, note.version)
  const stale = state.entries.every(({ inside }) => inside.length === 0)
  const flags: Evidence['flags'] = []
  if (state.clamped && !stale) flags.push('clamped')
  if (stale) flags.push('stale')
  if (!isHuman && !known) flags.push('unresolved-key')
  const agent = isHuman
    ? null
    : agentOf(toolNamed(known?.tool ?? ''), known?.model ?? null, aliases)
  return {
    evidence: {
      rule,
      source: 'git-note',
      role: 'author',
      scope: 'line',
      confidence: stale ? 0 : sure,
      locator: `${source.ref}:${source.blob}`,
      excerpt: key.id.slice(0, excerptMax),
      flags,
    },
    order: state.entries[0]!.at,
    agent,
    session:
      isHuman || key.kind === 'nameless' || key.kind === 'tool'
        ? null
        : sessionOf(key.id, state, known),
    section: null,
  }
}

function ruleOf(
  { isHuman, known }: { readonly isHuman: boolean; readonly known: boolean },
  version: GitAiNote['version'],
): readonly [rule: string, confidence: number] {
  if (isHuman) return ['N4', 0.95]
  if (!known) return ['N3', 0.85]
  const [major, minor] = version ?? [0, 0]
  return major > 1 || (major === 1 && minor >= 4) ? ['N1', 0.99] : ['N2', 0.9]
}

function sessionOf(
  id: string,
  { entries }: KeyState,
  known: { readonly humanDirector: string | null } | undefined,
): Mark['session'] {
  const traces = entries
    .filter(({ inside }) => inside.length > 0)
    .flatMap(({ entry: { key } }) => (key.kind === 'session' ? [key.traceId] : []))
  const humanDirector = known?.humanDirector ?? null
  return {
    id,
    traceIds: [...new Set(traces)].toSorted().slice(0, tracesMax),
    ...(humanDirector === null ? {} : { humanDirector }),
  }
}

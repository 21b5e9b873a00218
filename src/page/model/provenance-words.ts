/**
 * Who or what wrote a change, in words: a label with its evidence, never a reason. `unknown` means that no
 * record was found; no word for it says that a person wrote the change.
 */
import type { Evidence, Provenance, ProvenanceState } from '../../contracts/change.ts'
import type { Release } from '../../contracts/release.ts'
import { count } from './figures.ts'

export const states: readonly ProvenanceState[] = [
  'ai',
  'mixed',
  'human-attested',
  'review-suggestion',
  'automation',
  'conflict',
  'unknown',
]

export const stateWord: Readonly<Record<ProvenanceState, string>> = {
  ai: 'AI',
  mixed: 'AI + human',
  'human-attested': 'Human, attested',
  'review-suggestion': 'Review suggestion',
  automation: 'Automation',
  conflict: 'Records disagree',
  unknown: 'Unknown',
}

const countWord: Readonly<Record<ProvenanceState, string>> = {
  ai: 'AI',
  mixed: 'mixed',
  'human-attested': 'human-attested',
  'review-suggestion': 'review suggestion',
  automation: 'automation',
  conflict: 'in conflict',
  unknown: 'unknown',
}

/** `claude-code / claude-opus`, `no record`, `cursor, model unknown`. */
export function writerOf({ state, agents }: Provenance): string {
  const agent = agents[0]
  if (agent === undefined) return state === 'unknown' ? 'no record' : ''
  const model = agent.model ?? agent.modelRaw
  const one = model === undefined ? `${agent.tool}, model unknown` : `${agent.tool} / ${model}`
  return agents.length === 1 ? one : `${one} and ${agents.length - 1} more`
}

export function linesTotal({ lines }: Provenance): number {
  return lines.ai[0] + lines.human + lines.unknown
}

/** `3 of 6 added lines recorded as AI, 3 unknown.` */
export function linesText(provenance: Provenance): string {
  const { ai, human, unknown } = provenance.lines
  const total = linesTotal(provenance)
  if (total === 0) return 'No added lines.'
  const parts = [`${count(ai[0])} of ${count(total)} added lines recorded as AI`]
  if (human > 0) parts.push(`${count(human)} attested human`)
  if (unknown > 0) parts.push(`${count(unknown)} unknown`)
  return `${parts.join(', ')}.`
}

/** `3 AI, 3 unknown`: for tables. */
export function linesShort(provenance: Provenance): string {
  const { ai, human, unknown } = provenance.lines
  const parts: [number, string][] = [
    [ai[0], 'AI'],
    [human, 'human'],
    [unknown, 'unknown'],
  ]
  const said = parts
    .filter(([lines]) => lines > 0)
    .map(([lines, word]) => `${count(lines)} ${word}`)
  return said.length === 0 ? 'none counted' : said.join(', ')
}

/** `4 AI, 1 mixed, 1 automation, 6 unknown`. */
export function countsText(provenance: Release['changes']['provenance']): string {
  const said = states
    .filter((state) => provenance[state] > 0)
    .map((state) => `${provenance[state]} ${countWord[state]}`)
  return said.length === 0 ? 'no changes known' : said.join(', ')
}

export interface RecordedLines {
  readonly path: string
  /** `12–17, 20`. */
  readonly lines: string
  readonly by: string
  /** What says so: `Git note, rule N1`. */
  readonly because: string
}

const byWord = { ai: 'AI', human: 'a person', mixed: 'AI and a person' } as const

/** The lines of a change that a record gives to somebody, joined by file, writer and evidence. */
export function recordedLines({ spans, evidence }: Provenance): RecordedLines[] {
  const joined = new Map<string, RecordedLines>()
  for (const { path, start, end, by, evidence: index } of spans) {
    const key = JSON.stringify([path, by, index])
    const own = start === end ? `${start}` : `${start}–${end}`
    const before = joined.get(key)
    const said = evidence[index]
    joined.set(key, {
      path,
      lines: before === undefined ? own : `${before.lines}, ${own}`,
      by: byWord[by],
      because: said === undefined ? '' : `${sources[said.source]}, rule ${said.rule}`,
    })
  }
  return [...joined.values()]
}

const sources: Readonly<Record<Evidence['source'], string>> = {
  'git-note': 'Git note',
  'agent-trace': 'Agent trace',
  checkpoint: 'Checkpoint',
  author: 'Author',
  committer: 'Committer',
  trailer: 'Trailer',
  footer: 'Footer',
  'session-key': 'Session key',
  pr: 'Pull request',
  branch: 'Branch',
  label: 'Label',
  manual: 'Set by hand',
}

export function sourceText({ source, excerpt, scope }: Evidence): string {
  const quoted = excerpt === undefined ? '' : ` “${excerpt}”`
  const reach = {
    line: 'lines',
    file: 'whole file',
    section: 'a section',
    commit: 'whole commit',
    pr: 'whole pull request',
  }
  return `${sources[source]}${quoted}, ${reach[scope]}`
}

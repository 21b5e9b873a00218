/**
 * Reads the marks of a commit's author, committer and message (provenance reference, 16.2 and 16.3).
 *
 * Accounts and addresses are matched, never display names and never bare words; the display name gives the
 * model. In a squash a mark inside a section speaks for the section, one in the tail for the commit with the
 * flag `squash`; the same mark in both is one piece, flagged `duplicate`.
 */
import type { Evidence } from '../../contracts/change.ts'
import type { CommitFacts } from './commit-facts.ts'
import {
  type Hit,
  identityValue,
  lineHits,
  patternHit,
  personHits,
  trailer,
  trailerHits,
} from './hits.ts'
import type { Identified } from './identities.ts'
import { excerptMax, type Mark } from './mark.ts'
import type { MessageLine, ReadMessage } from './message.ts'
import type { RuleBook } from './rule-book.ts'

const indentedCost = 0.05
const marksMax = 500
/** The last instant that a date can hold (ECMAScript). */
const timeMsMax = 8.64e15

export interface CommitMarks {
  readonly marks: readonly Mark[]
  readonly coAuthors: readonly Identified[]
}

export function readCommitMarks(
  commit: CommitFacts,
  message: ReadMessage,
  book: RuleBook,
): CommitMarks {
  const marks: Mark[] = []
  for (const target of ['author', 'committer'] as const) {
    for (const hit of personHits(target, commit, book)) marks.push(whole(hit, target, commit))
  }
  for (const rule of book.of('subject')) {
    const match = rule.pattern?.match(message.subject)
    if (match)
      marks.push(whole(patternHit(rule, match, message.subject, book), 'message:L1', commit))
  }
  const coAuthors = new Map<string, Identified>()
  for (const line of message.lines) {
    const [, key = '', value = ''] = trailer.exec(line.text) ?? []
    const person = identityValue.exec(value)
    if (key.toLowerCase() === 'co-authored-by' && person) {
      const identified = book.identities.identify({ name: person[1]!, email: person[2]! })
      const { name, email } = identified.identity
      coAuthors.set(email === '' ? name : email.toLowerCase(), identified)
    }
    for (const hit of [...lineHits(line, book), ...trailerHits(key.toLowerCase(), value, book)]) {
      if (marks.length < marksMax) marks.push(placed(hit, line, { commit, message }))
    }
  }
  return { marks: withoutDuplicates(marks), coAuthors: [...coAuthors.values()].slice(0, marksMax) }
}

/** A mark of the author, the committer or the subject: it speaks for the whole commit. */
function whole(hit: Hit, locator: string, commit: CommitFacts): Mark {
  const flags: Evidence['flags'] = []
  const agent =
    hit.agent && hit.rule.role === 'author' ? { ...hit.agent, mode: modeOf(hit) } : hit.agent
  return {
    evidence: evidenceOf(hit, {
      locator,
      scope: 'commit',
      confidence: confidenceOf(hit, commit, flags),
      flags,
    }),
    order: 0,
    agent,
    session: hit.session,
    section: null,
    ...writerOf(hit),
  }
}

function modeOf({ rule }: Hit): 'autonomous' | 'interactive' {
  return rule.tool === 'by-identity' ? 'autonomous' : 'interactive'
}

function placed(
  hit: Hit,
  line: MessageLine,
  { commit, message }: { readonly commit: CommitFacts; readonly message: ReadMessage },
): Mark {
  const inSection = message.squash && line.section !== null
  const flags: Evidence['flags'] = message.squash && !inSection ? ['squash'] : []
  const base = confidenceOf(hit, commit, flags)
  if (line.indented) flags.push('indented')
  const confidence = line.indented
    ? Math.max(0, Math.round((base - indentedCost) * 100) / 100)
    : base
  return {
    evidence: evidenceOf(hit, {
      locator: `message:L${line.number}`,
      scope: inSection ? 'section' : 'commit',
      confidence,
      flags,
    }),
    order: line.number,
    agent: hit.agent,
    session: hit.session,
    section: line.section,
    ...writerOf(hit),
  }
}

/** Evidence of one writer counts once; left out it is the tool. */
function writerOf({ rule: { writerGroup } }: Hit): Pick<Mark, 'writer'> {
  return writerGroup === undefined || writerGroup === 'tool' ? {} : { writer: writerGroup }
}

function evidenceOf(
  { rule, excerpt }: Hit,
  placing: Pick<Evidence, 'locator' | 'scope' | 'confidence' | 'flags'>,
): Evidence {
  const { id, source, role } = rule
  const text = excerpt.slice(0, excerptMax)
  return { rule: id, source, role, ...placing, ...(text === '' ? {} : { excerpt: text }) }
}

function confidenceOf({ rule }: Hit, commit: CommitFacts, flags: Evidence['flags']): number {
  const atMs = commit.committedAtMs
  const date = Math.abs(atMs) <= timeMsMax ? new Date(atMs).toISOString().slice(0, 10) : ''
  const window = rule.windows?.find(({ from, to }) => from <= date && date <= to)
  if (!window) return rule.confidence
  flags.push(window.flag)
  return window.confidence
}

/** What repeats itself within its section, and what the tail repeats of the sections, is one piece. */
function withoutDuplicates(marks: readonly Mark[]): Mark[] {
  const kept = new Map<string, Mark>()
  const bySaying = new Map<string, string[]>()
  const inOrder = marks.toSorted((a, b) => Number(a.section === null) - Number(b.section === null))
  for (const mark of inOrder) {
    const { rule, excerpt } = mark.evidence
    const saying = mark.session
      ? `${rule}|${mark.session.id}`
      : `${rule}|${mark.agent?.tool ?? ''}|${mark.agent?.modelRaw ?? ''}|${mark.agent ? '' : (excerpt ?? '')}`
    const place = `${saying}|${mark.section ?? ''}`
    const earlier = kept.has(place)
      ? [place]
      : mark.section === null
        ? bySaying.get(saying)
        : undefined
    if (earlier === undefined) {
      kept.set(place, mark)
      bySaying.set(saying, [...(bySaying.get(saying) ?? []), place])
      continue
    }
    for (const each of earlier) kept.set(each, flagged(kept.get(each)!))
  }
  return [...kept.values()]
}

function flagged(mark: Mark): Mark {
  const flags = new Set([...mark.evidence.flags, 'duplicate' as const])
  return { ...mark, evidence: { ...mark.evidence, flags: [...flags].toSorted() } }
}

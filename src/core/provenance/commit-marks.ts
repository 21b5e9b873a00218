/**
 * Reads the marks of a commit's author, committer and message (provenance reference, 16.2 and 16.3).
 *
 * Accounts and addresses are matched, never display names and never bare words; the display name gives the
 * model. In a squash a mark inside a section speaks for the section, one in the tail for the commit with the
 * flag `squash`; the same mark in both is one piece, flagged `duplicate`.
 */
import type { Evidence } from '../../contracts/change.ts'
import { readAssistant } from './assistant.ts'
import type { CommitFacts, Person } from './commit-facts.ts'
import type { Identified } from './identities.ts'
import { excerptMax, type Mark } from './mark.ts'
import type { MessageLine, ReadMessage } from './message.ts'
import { type Agent, agentOf, readDisplayName, toolNamed } from './models.ts'
import type { ReadyRule, RuleBook } from './rule-book.ts'

const trailer = /^([A-Za-z][A-Za-z0-9-]*):[ \t]*(.+?)[ \t]*$/
const identityValue = /^(.*?)\s*<([^<>]*)>$/
const indentedCost = 0.05
const marksMax = 500
/** The last instant that a date can hold (ECMAScript). */
const timeMsMax = 8.64e15

/** A mark before its place in the message is weighed. */
interface Hit {
  readonly rule: ReadyRule
  readonly agent: Agent | null
  readonly session: Mark['session']
  readonly excerpt: string
}

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
    if (rule.pattern?.test(message.subject)) {
      const agent = agentOf(rule.tool, null, book.modelAliases)
      const hit = { rule, agent, session: null, excerpt: message.subject }
      marks.push(whole(hit, 'message:L1', commit))
    }
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

function personHits(target: 'author' | 'committer', commit: CommitFacts, book: RuleBook): Hit[] {
  const person = commit[target]
  const { account } = book.identities.identify(person)
  // A committer that is the author too says nothing new.
  if (target === 'committer' && book.identities.identify(commit.author).account === account)
    return []
  return book.of(target).flatMap((rule): Hit[] => {
    if (rule.match.accounts && account && speaksFor(rule, account)) {
      return [{ rule, ...byIdentity(account.tool, person, book), excerpt: shown(person) }]
    }
    if (!rule.pattern?.test(person.name)) return []
    const agent = agentOf(rule.tool, null, book.modelAliases)
    return [{ rule, agent, session: null, excerpt: '' }]
  })
}

function trailerHits(key: string, value: string, book: RuleBook): Hit[] {
  if (key === '') return []
  return book.of('trailer-identity').flatMap((rule): Hit[] => {
    if (!rule.trailerKeys?.includes(key)) return []
    const match = identityValue.exec(value)
    const person = match ? { name: match[1]!, email: match[2]! } : null
    const found = person && book.identities.identify(person)
    if (rule.match.assistant) return assistantHits(rule, { value, person, found }, book)
    if (!person || !found) return []
    const email = person.email.trim().toLowerCase()
    const listed = rule.match.emails?.includes(email) ?? false
    const known = found.account !== null && speaksFor(rule, found.account)
    if ((!listed && !known) || rule.match.notEmails?.includes(email)) return []
    const tool = rule.tool === 'by-identity' ? (found.account?.tool ?? 'unknown') : rule.tool
    return [{ rule, ...byIdentity(tool, person, book), excerpt: `${key}: ${shown(person)}` }]
  })
}

interface Value {
  readonly value: string
  readonly person: Person | null
  readonly found: Identified | null
}

/** An address that is no agent's makes it a person, whatever the name. */
function assistantHits(rule: ReadyRule, { value, person, found }: Value, book: RuleBook): Hit[] {
  const named = readAssistant(person ? person.name : value)
  const account = found?.account?.class === 'agent' ? found.account : null
  const isPerson = person !== null && account === null
  const assistant = isPerson ? null : (named ?? (account && { tool: account.tool, modelRaw: null }))
  if ((assistant !== null) !== (rule.match.assistant === 'known')) return []
  if (assistant === null) return [{ rule, agent: null, session: null, excerpt: '' }]
  const agent = agentOf(assistant.tool, assistant.modelRaw, book.modelAliases)
  return [{ rule, agent, session: null, excerpt: value }]
}

function lineHits({ text }: MessageLine, book: RuleBook): Hit[] {
  return book.of('message-line').flatMap((rule): Hit[] => {
    const match = rule.pattern?.exec(text)
    if (!match) return []
    const { tool: group, model, id, url } = match.groups ?? {}
    const tool =
      rule.tool === 'by-group'
        ? group === undefined
          ? 'unknown'
          : (readAssistant(group)?.tool ?? toolNamed(group))
        : rule.tool === 'generic'
          ? 'unknown'
          : rule.tool
    const agent = agentOf(tool, rule.model === 'group' ? (model ?? null) : null, book.modelAliases)
    const session =
      rule.session && id ? { id, traceIds: [], ...(url === undefined ? {} : { url }) } : null
    return [{ rule, agent, session, excerpt: text }]
  })
}

function speaksFor(rule: ReadyRule, account: NonNullable<Identified['account']>): boolean {
  if (account.class !== 'agent' || account.mute === true) return false
  const reviewer = account.role === 'review-suggestion'
  return rule.match.accounts === (reviewer ? 'reviewers' : 'agents')
}

function byIdentity(
  tool: string,
  { name }: Person,
  book: RuleBook,
): Pick<Hit, 'agent' | 'session'> {
  const said = readDisplayName(name)
  return { agent: agentOf(said.tool ?? tool, said.modelRaw, book.modelAliases), session: null }
}

function shown({ name, email }: Person): string {
  return `${name} <${email}>`
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
  }
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

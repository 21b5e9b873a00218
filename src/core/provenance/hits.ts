/**
 * What the rules find in a person, a trailer or a line: the rule, the agent and the session, before anybody asks where
 * it stands. Accounts and addresses are matched, never display names and never bare words.
 */
import { readAssistant } from './assistant.ts'
import type { CommitFacts, Person } from './commit-facts.ts'
import type { Identified } from './identities.ts'
import type { LineMatch } from './line-pattern.ts'
import type { Mark } from './mark.ts'
import type { MessageLine } from './message.ts'
import { type Agent, agentOf, readDisplayName, toolNamed } from './models.ts'
import type { ReadyRule, RuleBook } from './rule-book.ts'

export const trailer = /^([A-Za-z][A-Za-z0-9-]*):[ \t]*(.+?)[ \t]*$/
/** What follows the address is no part of it. */
export const identityValue = /^(.*?)\s*<([^<>]*)>/
const noReply = '@users.noreply.github.com'

/** A mark before its place in the message is weighed. */
export interface Hit {
  readonly rule: ReadyRule
  readonly agent: Agent | null
  readonly session: Mark['session']
  readonly excerpt: string
}

export function personHits(
  target: 'author' | 'committer',
  commit: CommitFacts,
  book: RuleBook,
): Hit[] {
  const person = commit[target]
  const { account } = book.identities.identify(person)
  // A committer that is the author too says nothing new.
  if (target === 'committer' && book.identities.identify(commit.author).account === account)
    return []
  return book.of(target).flatMap((rule): Hit[] => {
    if (rule.match.accounts && account && speaksFor(rule, account)) {
      return [{ rule, ...byIdentity(account.tool, person, book), excerpt: shown(person) }]
    }
    const match = rule.pattern?.match(person.name)
    return match ? [patternHit(rule, match, '', book)] : []
  })
}

export function trailerHits(key: string, value: string, book: RuleBook): Hit[] {
  if (key === '') return []
  return book.of('trailer-identity').flatMap((rule): Hit[] => {
    if (!rule.trailerKeys?.includes(key)) return []
    const said = rule.pattern?.match(value)
    if (said) return [patternHit(rule, said, `${key}: ${value}`, book)]
    const match = identityValue.exec(value)
    const person = match ? { name: match[1]!, email: match[2]! } : null
    const found = person && book.identities.identify(person)
    if (rule.match.assistant) return assistantHits(rule, { value, person, found }, book)
    if (!person || !found) return []
    const email = person.email.trim().toLowerCase()
    const listed =
      (rule.match.emails?.some((each) => each.toLowerCase() === email) ?? false) ||
      (rule.match.github?.some((each) => `${each.toLowerCase()}${noReply}` === email) ?? false)
    const known = found.account !== null && speaksFor(rule, found.account)
    if ((!listed && !known) || rule.match.notEmails?.includes(email)) return []
    const tool = named(rule.tool) ?? found.account?.tool ?? 'unknown'
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

export function lineHits({ text }: MessageLine, book: RuleBook): Hit[] {
  const [, key = '', value = ''] = trailer.exec(text) ?? []
  return book.of('message-line').flatMap((rule): Hit[] => {
    const keyed = rule.trailerKeys !== null
    if (keyed && !rule.trailerKeys.includes(key.toLowerCase())) return []
    const match = rule.pattern?.match(keyed ? value : text)
    return match ? [patternHit(rule, match, text, book)] : []
  })
}

/** What a pattern's groups say of the tool, the model and the session. */
export function patternHit(
  rule: ReadyRule,
  { groups }: LineMatch,
  excerpt: string,
  book: RuleBook,
): Hit {
  const { tool, model, session } = rule
  const group = typeof tool === 'object' ? groups[tool.group] : undefined
  const byGroup = group === undefined ? null : (readAssistant(group)?.tool ?? toolNamed(group))
  const raw = model?.from === 'group' ? (groups[model.group ?? 'model'] ?? null) : null
  const id = session ? groups[session.group] : undefined
  const url = session?.url === true ? groups['url'] : undefined
  return {
    rule,
    agent: agentOf(named(tool) ?? byGroup ?? 'unknown', raw, book.modelAliases),
    session: id ? { id, traceIds: [], ...(url === undefined ? {} : { url }) } : null,
    excerpt,
  }
}

/** Null where the rule leaves the tool to what it meets. */
function named(tool: ReadyRule['tool']): string | null {
  return typeof tool === 'object' || ['generic', 'by-identity', 'by-value'].includes(tool)
    ? null
    : tool
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

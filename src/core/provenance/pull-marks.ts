/**
 * Marks of the pull request that a commit came with: who opened it, the branch's name, the body's footer, and labels
 * that a user's own rules give a meaning (rules P1 to P3 and L1). They speak for the request's commits, and weaker than
 * anything that the commits say themselves. Source: provenance reference, sections 10 and 16.4.
 */
import { type Hit, patternHit } from './hits.ts'
import { excerptMax, type Mark } from './mark.ts'
import { readMessage } from './message.ts'
import { agentOf } from './models.ts'
import type { PullFacts } from './pull-request.ts'
import type { ReadyRule, RuleBook } from './rule-book.ts'

export function pullMarks(pull: PullFacts | null, book: RuleBook): Mark[] {
  if (pull === null) return []
  const said: readonly [ReadyRule['target'], readonly string[]][] = [
    ['head-ref', pull.headRef === null ? [] : [pull.headRef]],
    ['label', pull.labels],
    ['pr-body', readMessage(`\n${pull.footers.join('\n')}`).lines.map(({ text }) => text)],
  ]
  const marks = authorMarks(pull, book)
  for (const [target, texts] of said) {
    for (const rule of book.of(target)) {
      for (const text of texts) {
        const match = rule.pattern?.match(text)
        if (!match) continue
        marks.push(markOf(patternHit(rule, match, match.text, book), pull))
        break
      }
    }
  }
  return marks
}

function authorMarks(pull: PullFacts, book: RuleBook): Mark[] {
  const account = pull.author === null ? null : book.identities.ofLogin(pull.author)
  if (account === null || account.class !== 'agent' || account.mute === true) return []
  return book
    .of('pr-author')
    .filter(
      ({ match }) =>
        match.accounts === (account.role === 'review-suggestion' ? 'reviewers' : 'agents'),
    )
    .map((rule) => {
      const agent = agentOf(account.tool, null, book.modelAliases)
      return markOf({ rule, agent, session: null, excerpt: pull.author! }, pull)
    })
}

function markOf({ rule, agent, excerpt }: Hit, pull: PullFacts): Mark {
  return {
    evidence: {
      rule: rule.id,
      source: rule.source,
      role: rule.role,
      scope: 'pr',
      confidence: rule.confidence,
      locator: pull.number > 0 ? `pull:${pull.number}` : 'message:L1',
      excerpt: excerpt.slice(0, excerptMax),
      flags: [],
    },
    order: 0,
    agent,
    session: null,
    section: null,
  }
}

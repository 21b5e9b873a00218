import { describe, expect, it } from 'vitest'
import { RulesFile } from '../../../src/contracts/provenance-rules.ts'
import { noRecords } from '../../../src/core/provenance/commit-facts.ts'
import { describeChange } from '../../../src/core/provenance/describe-change.ts'
import { RuleBook } from '../../../src/core/provenance/rule-book.ts'
import { defaultRules } from '../../../src/core/provenance/rules/default-rules.ts'
import { extendRules } from '../../../src/core/provenance/rules/extend-rules.ts'
import { commit, described, repo } from './facts.ts'

const noReply = 'users.noreply.github.com'
const accounts = defaultRules.identities!
const house: RulesFile = { schemaVersion: 1, rulesVersion: 'house-1', rules: [] }

function under(own: RulesFile, over: Parameters<typeof commit>[0]) {
  const book = new RuleBook(extendRules(defaultRules, [own]))
  return describeChange(commit(over), { repo, book }).change
}

describe('the rules that ship', () => {
  it('hold their schema, and have one meaning each', () => {
    expect(RulesFile.parse(defaultRules)).toEqual(defaultRules)
    const ids = defaultRules.rules.map(({ id }) => id)
    expect(new Set(ids).size).toBe(ids.length)
  })

  it.each(accounts.filter(({ email }) => email !== undefined).map((each) => [each.email!, each]))(
    'know %s as a co-author by the exact address alone',
    (email, { tool, mute }) => {
      const by = (address: string) =>
        described({ message: `x\n\nCo-authored-by: Some Name <${address}>` }).provenance
      const known = by(email.toUpperCase())
      expect(known.agents.map((each) => each.tool)).toEqual(mute ? [] : [tool])
      expect(by(`x${email}`).state).toBe('unknown')
      expect(by(email.replace('@', '@x.')).state).toBe('unknown')
    },
  )

  it.each(
    accounts.filter(({ slug }) => slug !== undefined).map((each) => [each.slug!, each] as const),
  )('know %s as an author by its account', (slug, account) => {
    const id = account.githubId === undefined ? '' : `${account.githubId}+`
    const author = { name: 'Any Name', email: `${id}${slug}@${noReply}` }
    const { author: who, provenance } = described({ author })
    expect(who).toMatchObject({ class: account.class, tool: account.tool })
    const expected =
      account.class === 'automation' ? 'automation' : account.role ? 'review-suggestion' : 'ai'
    expect(provenance.state).toBe(expected)
    const other = { name: 'Any Name', email: `${slug.replace('[bot]', '')}-fan@${noReply}` }
    expect(described({ author: other }).author.class).toBe('human')
  })
})

describe('rules of one’s own', () => {
  it('give a label of pull requests a meaning', () => {
    const own: RulesFile = {
      ...house,
      rules: [
        {
          id: 'user/label',
          target: 'label',
          match: { pattern: 'ai-(?<tool>\\w+)$' },
          tool: { group: 'tool' },
          source: 'label',
          role: 'co-author',
          scope: 'pr',
          confidence: 0.8,
        },
      ],
    }
    const pull = {
      number: 5,
      author: null,
      headRef: null,
      mergedAtMs: null,
      labels: ['x', 'AI-devin'],
    }
    const none = { reviewers: [], checks: [], mergeCommit: null, commits: [], footers: [] }
    const linked = { ...noRecords, pull: { ...pull, ...none } }
    expect(under(own, { linked }).provenance).toMatchObject({
      state: 'ai',
      agents: [{ tool: 'devin' }],
      evidence: [{ rule: 'user/label', source: 'label', scope: 'pr', excerpt: 'AI-devin' }],
    })
  })

  it('read a house’s trailers, their model and session', () => {
    const own: RulesFile = {
      ...house,
      modelAliases: { 'House-Model-1': 'house/model-1' },
      rules: [
        {
          id: 'user/trailer',
          target: 'message-line',
          trailerKey: ['X-Agent'],
          match: { pattern: '(?<name>[a-z]+) (?<model>\\S+) (?<run>\\d+) (?<url>https:\\S+)$' },
          tool: { group: 'name' },
          model: { from: 'group', group: 'model' },
          session: { group: 'run', url: true },
          source: 'trailer',
          role: 'co-author',
          confidence: 0.9,
        },
      ],
    }
    const message = 'x\n\nx-agent: robo House-Model-1 42 https://agents.house/42'
    expect(under(own, { message }).provenance).toMatchObject({
      state: 'ai',
      agents: [{ tool: 'robo', model: 'house/model-1' }],
      sessions: [{ id: '42', url: 'https://agents.house/42' }],
    })
  })

  it('know accounts that nobody else knows, by address or by GitHub account', () => {
    const own: RulesFile = {
      ...house,
      identities: [{ email: 'robo@shop.dev', tool: 'robo', class: 'agent' }],
      rules: [
        {
          id: 'user/github',
          target: 'trailer-identity',
          trailerKey: ['Co-Authored-By'],
          match: { github: ['77+robo-two'] },
          tool: 'robo-two',
          source: 'trailer',
          role: 'co-author',
          confidence: 0.9,
        },
      ],
    }
    const author = { name: 'Robo', email: 'robo@shop.dev' }
    expect(under(own, { author }).provenance.agents).toMatchObject([{ tool: 'robo' }])
    const message = `x\n\nCo-authored-by: R <77+robo-two@${noReply}>`
    expect(under(own, { message }).provenance.evidence).toMatchObject([{ rule: 'user/github' }])
  })

  it('take the place of those of the same id, and may switch one off', () => {
    const f2 = defaultRules.rules.find(({ id }) => id === 'F2')!
    const message = 'aider: limits'
    expect(under(house, { message }).provenance.state).toBe('ai')
    const off: RulesFile = { ...house, rules: [{ ...f2, enabled: false }] }
    expect(under(off, { message }).provenance.state).toBe('unknown')
  })

  it('from nothing leave out what ships', () => {
    const message = 'x\n\nCo-Authored-By: Claude <noreply@anthropic.com>'
    expect(under({ ...house, extends: [] }, { message }).provenance.state).toBe('unknown')
  })

  it('of one writer count once', () => {
    const rule = (id: string, confidence: number): RulesFile['rules'][number] => ({
      id,
      target: 'message-line',
      match: { pattern: `${id.slice(5)}$` },
      tool: id.slice(5),
      source: 'footer',
      role: 'co-author',
      confidence,
      writerGroup: 'wrapper',
    })
    const own = { ...house, rules: [rule('user/one', 0.4), rule('user/two', 0.3)] }
    expect(under(own, { message: 'x\n\none\ntwo' }).provenance.state).toBe('unknown')
    const apart = { ...own, rules: own.rules.map((each) => ({ ...each, writerGroup: 'tool' })) }
    expect(under(apart, { message: 'x\n\none\ntwo' }).provenance.state).toBe('ai')
  })

  it('change the version that is stored with every answer, also when the author forgets it', () => {
    const version = (own: RulesFile) => under(own, {}).provenance.rulesVersion
    const one = version(house)
    expect(one).toMatch(
      new RegExp(`^${defaultRules.rulesVersion.replaceAll('.', '\\.')}\\+house-1-`),
    )
    expect(version({ ...house, modelAliases: { a: 'b/c' } })).not.toBe(one)
  })

  it('that are new have an id of their own kind', () => {
    const x1 = defaultRules.rules.find(({ id }) => id === 'X1')!
    const own = { ...house, rules: [{ ...x1, id: 'mine' }] }
    expect(() => extendRules(defaultRules, [own])).toThrow(/provenance\.rules.*user\/.*mine/)
  })
})

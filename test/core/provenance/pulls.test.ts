import { describe, expect, it } from 'vitest'
import type { CommitFacts } from '../../../src/core/provenance/commit-facts.ts'
import { linkRecords } from '../../../src/core/provenance/link-records.ts'
import { readPullRequests } from '../../../src/core/provenance/pull-request.ts'
import { commit, described } from './facts.ts'

const sha = (letter: string) => letter.repeat(40)

/** `commits` newest first; answers the changes by the first letter of their commits. */
function changesOf(commits: readonly CommitFacts[], exported = '') {
  const { pulls } = readPullRequests(exported)
  const linked = linkRecords(commits, {
    traces: [],
    checkpoints: new Map(),
    pulls,
    codeOwners: null,
    squashes: new Map(),
  })
  return new Map(
    commits.map((each) => [
      each.sha[0]!,
      described({ ...each, linked: linked.get(each.sha) ?? null }),
    ]),
  )
}

const gh = (over: object = {}) =>
  JSON.stringify({ number: 812, author: { login: 'dana' }, headRefName: 'feature/x', ...over })
const squash = commit({ sha: sha('1'), message: 'cart: limits (#812)' })

describe('the pull request of a change', () => {
  it.each([
    ['Merge pull request #7 from dana/claude/limits', 'claude-code', 7],
    ['Merge pull request #7 from dana/codex/limits', 'codex', 7],
    ["Merge branch 'jules/limits' into 'main'", 'jules', undefined],
  ])('%j makes what it brought the work of %s', (message, tool, number) => {
    // m merges side commits 3 and 2 into main, which had 4.
    const changes = changesOf([
      commit({ sha: sha('5'), parents: [sha('4'), sha('3')], message }),
      commit({ sha: sha('3'), parents: [sha('2')] }),
      commit({ sha: sha('2'), parents: [sha('1')] }),
      commit({ sha: sha('4'), parents: [sha('1')] }),
    ])
    for (const each of ['2', '3']) {
      expect(changes.get(each)!.provenance).toMatchObject({
        state: 'ai',
        agents: [{ tool }],
        evidence: [{ rule: 'P2', source: 'branch', scope: 'pr', confidence: 0.7 }],
      })
      expect(changes.get(each)!.pr?.number).toBe(number)
    }
    expect(changes.get('4')!.provenance.state).toBe('unknown')
    expect(changes.get('5')!.provenance.lines).toEqual({ ai: [0, 0], human: 0, unknown: 0 })
  })

  it('of a merge inside another keeps its own commits', () => {
    const changes = changesOf([
      commit({
        sha: sha('9'),
        parents: [sha('1'), sha('8')],
        message: 'Merge pull request #2 from dana/plain',
      }),
      commit({
        sha: sha('8'),
        parents: [sha('7'), sha('6')],
        message: 'Merge pull request #1 from dana/claude/part',
      }),
      commit({ sha: sha('6'), parents: [sha('5')] }),
      commit({ sha: sha('7'), parents: [sha('5')] }),
    ])
    expect(changes.get('6')!.provenance.state).toBe('ai')
    expect(changes.get('7')!.provenance.state).toBe('unknown')
    expect(changes.get('7')!.pr?.number).toBe(2)
  })

  it.each([
    [{ author: { login: 'app/copilot-swe-agent' } }, 'P1', 'copilot', 0.95],
    [{ author: { login: 'devin-ai-integration[bot]' } }, 'P1', 'devin', 0.95],
    [{ headRefName: 'claude/limits' }, 'P2', 'claude-code', 0.7],
    [
      { body: 'Adds limits.\n\n🤖 Generated with [Claude Code](https://claude.com/claude-code)' },
      'P3',
      'claude-code',
      0.8,
    ],
  ])('as exported with %j is evidence by rule %s', (over, rule, tool, confidence) => {
    const change = changesOf([squash], gh(over)).get('1')!
    expect(change.provenance).toMatchObject({
      state: 'ai',
      agents: [{ tool }],
      evidence: [{ rule, scope: 'pr', confidence, locator: 'pull:812' }],
    })
  })

  it.each<[object, string]>([
    [{ author: { login: 'claude' } }, 'a person of that name'],
    [
      { body: '> Generated with [Claude Code]\n\n<!-- CURSOR_SUMMARY -->' },
      'a quotation and a summary',
    ],
    [{ headRefName: 'fix/claude' }, 'a branch that mentions a tool'],
    [{ labels: [{ name: 'AI' }] }, 'a label that no rule gives a meaning'],
    [{ author: { login: 'app/dependabot' } }, 'automation'],
  ])('with %j is no evidence: %s', (over, _because) => {
    expect(changesOf([squash], gh(over)).get('1')!.provenance.state).toBe('unknown')
  })

  it('brings its labels, reviewers and checks along, and no word of its body', () => {
    const text = gh({
      labels: [{ name: 'backend' }],
      body: 'secret plans',
      reviews: [{ author: { login: 'lee' } }, { author: { login: 'lee' } }],
      statusCheckRollup: [
        { name: 'build', conclusion: 'SUCCESS' },
        { context: 'ci', state: 'FAILURE' },
      ],
      mergedAt: '2026-07-10T12:00:00Z',
    })
    const change = changesOf([squash], text).get('1')!
    expect(change.pr).toEqual({
      number: 812,
      headRef: 'feature/x',
      author: 'dana',
      mergedAtMs: Date.parse('2026-07-10T12:00:00Z'),
      mergeMethod: 'unknown',
      labels: ['backend'],
      reviewers: ['lee'],
      checks: [
        { name: 'build', conclusion: 'success' },
        { name: 'ci', conclusion: 'failure' },
      ],
    })
    expect(JSON.stringify(change)).not.toContain('secret')
  })

  it.each([
    ['{"number":812,"user":{"login":"devin-ai-integration[bot]"},"head":{"ref":"x"}}', 'GitHub'],
    [
      '{"iid":812,"number":3,"author":{"username":"devin-ai-integration[bot]"},"source_branch":"x"}',
      'GitLab',
    ],
  ])('is read from the REST object %s of %s', (text) => {
    expect(changesOf([squash], text).get('1')!).toMatchObject({
      pr: { number: 812, headRef: 'x' },
      provenance: { state: 'ai', agents: [{ tool: 'devin' }] },
    })
  })

  it('is found by the commit that it became, whatever the subject says', () => {
    const plain = commit({ sha: sha('1'), message: 'cart: limits' })
    const merged = gh({ number: 9, mergeCommit: { oid: sha('1') }, headRefName: 'codex/x' })
    expect(changesOf([plain], `${merged}\n${gh()}`).get('1')!.provenance.agents).toMatchObject([
      { tool: 'codex' },
    ])
  })

  it('that became another commit is not that of a subject with its number', () => {
    const elsewhere = gh({ headRefName: 'codex/x', mergeCommit: { oid: sha('9') } })
    expect(changesOf([squash], elsewhere).get('1')!.provenance.state).toBe('unknown')
  })

  it('counts what is no pull request', () => {
    expect(readPullRequests('{"number":0}\n{}\nx\n{"number":1}')).toMatchObject({
      skipped: 3,
      pulls: [{ number: 1 }],
    })
  })
})

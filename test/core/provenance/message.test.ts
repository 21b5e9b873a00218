import { describe, expect, it } from 'vitest'
import { described } from './facts.ts'

const squash = `feat: add limiter (#812)

* feat: token bucket

Co-Authored-By: Claude Opus 4.6 <noreply@anthropic.com>

* fix: review comments

* test: more cases

Claude-Session: https://claude.ai/code/session_01AbCdEf

---------

Co-authored-by: Dana Roe <dana@roe.dev>
Co-authored-by: Claude Opus 4.6 <noreply@anthropic.com>
`

describe('a squash', () => {
  it('keeps its sections with their marks; the tail repeats them', () => {
    const change = described({ message: squash })
    expect(change).toMatchObject({ kind: 'squash', pr: { number: 812, mergeMethod: 'squash' } })
    expect(change.sections).toEqual([
      { subject: 'feat: token bucket', evidence: [0] },
      { subject: 'fix: review comments', evidence: [] },
      { subject: 'test: more cases', evidence: [1] },
    ])
    expect(change.provenance.evidence).toMatchObject([
      { rule: 'X1', scope: 'section', flags: ['duplicate'] },
      { rule: 'S1.claude-session', scope: 'section', flags: [] },
    ])
    expect(change.provenance.state).toBe('ai')
    expect(change.provenance.lines.ai).toEqual([0, 10])
    expect(change.coAuthors.map(({ name }) => name)).toEqual(['Claude Opus 4.6', 'Dana Roe'])
  })

  it('with a mark in the tail alone has it for the whole commit, flagged', () => {
    const message = squash
      .replace(/\n\nCo-Authored-By: Claude.*\n/, '\n')
      .replace(/Claude-Session.*/, '')
    const { provenance } = described({ message })
    expect(provenance.evidence).toMatchObject([{ rule: 'X1', scope: 'commit', flags: ['squash'] }])
  })

  it('takes indented trailers for .05 less', () => {
    const message = squash.replace('Co-Authored-By', '    Co-Authored-By').replace(/-{9}[^]*/, '')
    const { provenance } = described({ message })
    expect(provenance.evidence[0]).toMatchObject({
      rule: 'X1',
      confidence: 0.9,
      flags: ['indented'],
    })
  })

  it('as git itself writes it names its commits', () => {
    const sha = 'd'.repeat(40)
    const message = [
      'limiter',
      '',
      'Squashed commit of the following:',
      '',
      `commit ${sha}`,
      'Author: Dana Roe <dana@roe.dev>',
      '',
      '    feat: token bucket',
      '    ',
      '    Co-Authored-By: Claude <noreply@anthropic.com>',
    ].join('\n')
    const change = described({ message })
    expect(change).toMatchObject({ kind: 'squash', squashOf: [sha] })
    expect(change.sections).toEqual([{ subject: 'feat: token bucket', evidence: [0] }])
  })
})

describe('the kind of a change', () => {
  const sha = '0123456789abcdef0123456789abcdef01234567'
  it.each([
    ['Revert "cart: x"\n\nThis reverts commit ' + sha + '.', { kind: 'revert', reverts: [sha] }],
    [
      'cart: x\n\n(cherry picked from commit ' + sha + ')',
      { kind: 'cherry-pick', cherryPickedFrom: sha },
    ],
    ['chore(deps): bump left-pad from 1 to 2', { kind: 'dependency' }],
    ['Bump left-pad from 1.0 to 1.1 (#7)', { kind: 'dependency', pr: { number: 7 } }],
    ['chore(release): 1.2.3', { kind: 'release' }],
    ['v1.2.3', { kind: 'release' }],
    ['cart: release the lock', { kind: 'commit' }],
  ])('of %j is told', (message, expected) => {
    expect(described({ message })).toMatchObject(expected)
  })

  it('with two parents is a merge, which counts no lines and keeps its pull request', () => {
    const change = described({
      parents: ['1'.repeat(40), '2'.repeat(40)],
      message: 'Merge pull request #5 from acme/fix/cart',
    })
    expect(change).toMatchObject({ kind: 'merge', linesAdded: 0 })
    expect(change.pr).toEqual({ number: 5, headRef: 'fix/cart', mergeMethod: 'merge', labels: [] })
    expect(change.provenance.lines).toEqual({ ai: [0, 0], human: 0, unknown: 0 })
  })
})

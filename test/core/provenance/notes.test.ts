import { describe, expect, it } from 'vitest'
import { Change } from '../../../src/contracts/change.ts'
import { describeChange } from '../../../src/core/provenance/describe-change.ts'
import { readGitAiNote } from '../../../src/core/provenance/git-ai-note.ts'
import { book, commit, described, file, noted, noteOf, repo } from './facts.ts'

const session = 's_1f3ce0f8ee20e2'
const metadata = (over: object = {}) =>
  JSON.stringify({
    schema_version: 'authorship/3.0.0',
    git_ai_version: 'development:1.6.24',
    base_commit_sha: '7734793b756b3921c88db5375a8c156e9532447b',
    prompts: {},
    humans: { h_cc84e23eb791a2: { author: 'Dana Roe <dana@roe.dev>' } },
    sessions: {
      [session]: {
        agent_id: { tool: 'claude', id: '3f2c9a10', model: 'claude-fable-5' },
        human_author: 'Dana Roe <dana@roe.dev>',
        messages: [{ text: 'a secret prompt' }],
      },
    },
    ...over,
  })

const note = (entries: string, over: object = {}) => `${entries}---\n${metadata(over)}`
const cart = (...entries: string[]) => note(['src/cart.ts', ...entries].join('\n  ') + '\n')

describe('a Git AI note', () => {
  it('gives lines to a session and to a person; the rest stays unknown', () => {
    const change = Change.parse(
      noted(cart(`${session}::t_9f8e7d6c5b4a32 1-3,5`, 'h_cc84e23eb791a2 8-9')),
    )
    expect(change.provenance).toMatchObject({
      state: 'mixed',
      agents: [
        { tool: 'claude-code', modelRaw: 'claude-fable-5', model: 'anthropic/claude-fable-5' },
      ],
      sessions: [{ id: session, agent: 0, traceIds: ['t_9f8e7d6c5b4a32'] }],
      spans: [
        { path: 'src/cart.ts', start: 1, end: 3, by: 'ai', session: 0, evidence: 0 },
        { path: 'src/cart.ts', start: 5, end: 5, by: 'ai', session: 0, evidence: 0 },
        { path: 'src/cart.ts', start: 8, end: 9, by: 'human', evidence: 1 },
      ],
      lines: { ai: [4, 4], human: 2, unknown: 4 },
    })
    expect(change.provenance.evidence.map(({ rule }) => rule)).toEqual(['N1', 'N4'])
    expect(JSON.stringify(change)).not.toContain('secret')
  })

  it('is clamped to the lines that the commit added', () => {
    const { provenance } = noted(cart(`${session}::t_9f8e7d6c5b4a32 8-400`), {
      files: [
        file({
          added: [
            [2, 4],
            [9, 12],
          ],
        }),
      ],
    })
    expect(provenance.spans).toMatchObject([{ start: 9, end: 12 }])
    expect(provenance.evidence[0]!.flags).toEqual(['clamped'])
    expect(provenance.lines).toEqual({ ai: [4, 4], human: 0, unknown: 3 })
  })

  it('that meets no added line is stale and proves nothing', () => {
    const { provenance } = noted(cart(`${session}::t_9f8e7d6c5b4a32 100-200`))
    expect(provenance).toMatchObject({ state: 'unknown', agents: [], spans: [] })
    expect(provenance.evidence).toMatchObject([{ confidence: 0, flags: ['stale'] }])
  })

  it.each([
    ['1.4.0', 'N1', 0.99, 'the first exact version'],
    ['development:1.6.24', 'N1', 0.99, 'a development build'],
    ['1.3.9', 'N2', 0.9, 'the last inexact one'],
    ['', 'N2', 0.9, 'no version'],
    ['2.0.0', 'N1', 0.99, 'a later major'],
  ])('of version %s is %s: %s', (git_ai_version, rule, confidence) => {
    const { provenance } = noted(
      note(`src/cart.ts\n  ${session}::t_9f8e7d6c5b4a32 1\n`, { git_ai_version }),
    )
    expect(provenance.evidence).toMatchObject([{ rule, confidence }])
  })

  it.each([
    ['6ef2299e-a67f-432b-aa80-3d2fb4d28999 3,1-2', 'a UUID'],
    ['ai_agent 1-3', 'the literal'],
    ['866dabf162e96bcb 1-3', 'a legacy key without a prompt'],
    ['a1b2c3d 2-3,1', 'a key of seven digits'],
    ['s_ffffffffffffff::t_9f8e7d6c5b4a32 1-3', 'a session without a record'],
  ])('with %s is an AI that is not named: %s', (entry) => {
    const { provenance } = noted(cart(entry))
    expect(provenance).toMatchObject({ state: 'ai', lines: { ai: [3, 3] } })
    expect(provenance.evidence).toMatchObject([{ rule: 'N3', flags: ['unresolved-key'] }])
    expect(provenance.agents).toEqual([{ tool: 'unknown' }])
  })

  it('of the legacy form names tool and model from its prompts', () => {
    const prompts = {
      '866dabf162e96bcb': { agent_id: { tool: 'cursor', id: '1', model: 'claude-4.5-opus' } },
    }
    const { provenance } = noted(note('"src/my file.rs"\n  866dabf162e96bcb 1-5\n', { prompts }), {
      files: [file({ path: 'src/my file.rs' })],
    })
    expect(provenance.agents).toMatchObject([
      { tool: 'cursor', model: 'anthropic/claude-opus-4-5' },
    ])
  })

  it('that is empty, or of the producer’s own tests, says nothing', () => {
    expect(noted(`---\n${metadata()}`).provenance.state).toBe('unknown')
    const sessions = { [session]: { agent_id: { tool: 'mock_ai', id: '1', model: 'x' } } }
    const text = note(`src/cart.ts\n  ${session}::t_9f8e7d6c5b4a32 1-3\n`, { sessions })
    expect(noted(text).provenance).toMatchObject({ state: 'unknown', evidence: [] })
  })

  it('gives a line of two sessions to the later entry', () => {
    const other = 's_aaaaaaaaaaaaaa'
    const { provenance } = noted(
      cart(`${session}::t_9f8e7d6c5b4a32 1-5`, `${other}::t_9f8e7d6c5b4a32 4-6`),
    )
    expect(provenance.spans.map(({ start, end, evidence }) => [start, end, evidence])).toEqual([
      [1, 3, 0],
      [4, 6, 1],
    ])
    expect(provenance.evidence[1]!.flags).toContain('duplicate')
  })

  it('that gives a line to an AI and a person is mixed there, and the line unknown', () => {
    const { provenance } = noted(cart(`${session}::t_9f8e7d6c5b4a32 1-2`, 'human 2'))
    expect(provenance.spans.map(({ by }) => by)).toEqual(['ai', 'mixed'])
    expect(provenance).toMatchObject({
      state: 'mixed',
      lines: { ai: [1, 2], human: 0, unknown: 9 },
    })
  })

  it('with every added line a person’s is attested', () => {
    expect(noted(cart('h_cc84e23eb791a2 1-10')).provenance).toMatchObject({
      state: 'human-attested',
      lines: { ai: [0, 0], human: 10, unknown: 0 },
    })
  })

  it('beside a trailer raises the lower bound; the trailer the upper one', () => {
    const { provenance } = noted(
      cart(`${session}::t_9f8e7d6c5b4a32 1-3`, 'h_cc84e23eb791a2 9-10'),
      {
        message: 's\n\nCo-Authored-By: Claude <noreply@anthropic.com>',
      },
    )
    expect(provenance.lines).toEqual({ ai: [3, 8], human: 2, unknown: 5 })
    expect(provenance.agents).toHaveLength(1)
  })

  it('on a merge counts no lines', () => {
    const parents = ['1'.repeat(40), '2'.repeat(40)]
    const { provenance } = noted(cart(`${session}::t_9f8e7d6c5b4a32 1-3`), { parents })
    expect(provenance).toMatchObject({ state: 'unknown', spans: [], evidence: [] })
  })

  it.each([
    ['', 'no-divider', 'nothing'],
    ['src/cart.ts\n  ai_agent 1-3\n', 'no-divider', 'cut off'],
    ['---\nnot json', 'not-json', 'neither lines nor metadata'],
    ['---\n{"schema_version":"authorship/2.0.0"}', 'other-schema', 'an older schema'],
  ])('%j is refused as %s: %s', (text, reason) => {
    expect(readGitAiNote(text)).toEqual({ ok: false, reason })
    const { notesRefused } = describeChange(commit({ notes: [noteOf(text)] }), { repo, book })
    expect(notesRefused).toBe(1)
  })

  it('keeps the sound entries and counts the others', () => {
    const read = readGitAiNote('a.ts\n  ai_agent 1-3,x,9-2,0\n ai_agent 4\n  what 1\n---\n{}')
    expect(read).toMatchObject({ ok: true, note: { skipped: 5, entries: [{ ranges: [[1, 3]] }] } })
  })
})

describe('the older blob', () => {
  const blob = (author: string, agent_metadata: object | null = null) => ({
    ref: 'refs/ai/authorship/x',
    blob: 'c'.repeat(40),
    form: 'authorship-blob' as const,
    text: JSON.stringify({
      files: {
        'src/cart.ts': {
          file: 'src/cart.ts',
          authors: [{ author, lines: [2, [4, 6]], agent_metadata }],
        },
      },
      schema_version: 'authorship/0.0.1',
    }),
  })

  it('gives lines to a known agent', () => {
    const { provenance } = described({ notes: [blob('Claude')] })
    expect(provenance).toMatchObject({ state: 'ai', lines: { ai: [4, 4], unknown: 6 } })
    expect(provenance.evidence).toMatchObject([{ rule: 'N2' }])
  })

  it('gives lines to an agent that it only marks, and none to a name', () => {
    expect(described({ notes: [blob('Foo', {})] }).provenance.evidence).toMatchObject([
      { rule: 'N3' },
    ])
    expect(described({ notes: [blob('Jane Roe')] }).provenance.state).toBe('unknown')
  })
})

describe('a path in quotation marks', () => {
  it.each([
    ['"src/my cart.ts"', 'src/my cart.ts'],
    ['"src/two\nlines.ts"', 'src/two\nlines.ts'],
    ['"src/tab\there.ts"', 'src/tab\there.ts'],
  ])('%j is that of %j', (written, path) => {
    const text = `${written}\n  ai_agent 1-2\na.ts\n  ai_agent 1\n---\n{}`
    const change = noted(text, { files: [file({ path }), file({ path: 'a.ts' })] })
    expect(change.provenance.spans.map((span) => span.path).toSorted()).toEqual(
      ['a.ts', path].toSorted(),
    )
  })

  it('that is never closed takes nothing but itself', () => {
    const read = readGitAiNote('"src/open\n  ai_agent 1\n---\n{}')
    expect(read).toMatchObject({ ok: true, note: { entries: [] } })
  })
})

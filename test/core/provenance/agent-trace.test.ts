import { describe, expect, it } from 'vitest'
import { readAgentTrace } from '../../../src/core/provenance/agent-trace.ts'
import { linkRecords } from '../../../src/core/provenance/link-records.ts'
import { commit, described, file } from './facts.ts'

const sha = 'a'.repeat(40)
const parent = 'b'.repeat(40)

interface Edit {
  readonly lines: readonly [number, number]
  readonly type?: string
  readonly path?: string
  readonly revision?: string | null
  readonly at?: string
  readonly model?: string
  readonly url?: string
}

function record({
  lines,
  type = 'ai',
  path = 'src/cart.ts',
  revision = sha,
  at,
  model,
  url,
}: Edit) {
  const [start_line, end_line] = lines
  return JSON.stringify({
    version: '0.1.0',
    id: '550e8400-e29b-41d4-a716-446655440000',
    timestamp: at ?? '2026-07-10T11:00:00Z',
    ...(revision === null ? {} : { vcs: { type: 'git', revision } }),
    tool: { name: 'cursor', version: '2.4.0' },
    files: [
      {
        path,
        conversations: [
          {
            url: url ?? 'https://api.cursor.com/v1/conversations/12345?token=abc',
            contributor: { type, ...(model === undefined ? {} : { model_id: model }) },
            ranges: [{ start_line, end_line }],
          },
        ],
      },
    ],
  })
}

const noteOfTrace = (text: string) => ({
  ref: 'refs/notes/agent-trace',
  blob: 'c'.repeat(40),
  form: 'agent-trace' as const,
  text,
})
const added = (from: number, to: number) => ({ files: [file({ added: [[from, to]] })] })

/** The commit of the facts, with the records in a file of its repository. */
function filed(lines: readonly string[], over = {}) {
  const facts = commit({ ...added(2, 10), ...over })
  const texts = { traces: [{ path: '.agent-trace/traces.jsonl', text: lines.join('\n') }] }
  const linked = linkRecords([facts], {
    ...texts,
    checkpoints: new Map(),
    pulls: [],
    codeOwners: null,
    squashes: new Map(),
  })
  return described({ ...facts, linked: linked.get(facts.sha) ?? null }).provenance
}

describe('an Agent Trace record', () => {
  it('in a note gives its lines, clamped to what the commit added', () => {
    const text = record({ lines: [8, 14], model: 'anthropic/claude-opus-4-5-20251101' })
    const { provenance } = described({ notes: [noteOfTrace(text)], ...added(2, 10) })
    expect(provenance).toMatchObject({
      state: 'ai',
      lines: { ai: [3, 3], human: 0, unknown: 6 },
      agents: [{ tool: 'cursor', model: 'anthropic/claude-opus-4-5-20251101' }],
      sessions: [{ id: '12345', url: 'https://api.cursor.com/v1/conversations/12345' }],
      spans: [{ path: 'src/cart.ts', start: 8, end: 10, by: 'ai', session: 0 }],
      evidence: [{ rule: 'T1', source: 'agent-trace', confidence: 0.9, flags: ['clamped'] }],
    })
  })

  it.each<[string | null, number, string]>([
    [sha, 0.9, 'the commit itself'],
    [parent, 0.8, 'its parent, so that the position alone speaks'],
    [null, 0.8, 'nothing, as the first commit after it that holds its lines'],
  ])('in a file names %s: confidence %s, %s', (revision, confidence, _means) => {
    const { evidence, lines } = filed([record({ lines: [3, 4], revision })])
    expect(evidence).toMatchObject([
      { rule: 'T1', confidence, locator: '.agent-trace/traces.jsonl' },
    ])
    expect(lines.ai[0]).toBe(2)
  })

  it.each<[Edit, string]>([
    [{ lines: [3, 4], revision: 'd'.repeat(40) }, 'another commit'],
    [{ lines: [30, 40] }, 'lines that were not added'],
    [{ lines: [1, 1] }, 'the placeholder of an unknown position'],
    [{ lines: [1, 9] }, 'a length in place of a position'],
    [{ lines: [3, 4], path: '.sessions' }, 'a pseudo-file'],
    [{ lines: [3, 4], path: '/home/dana/elsewhere/x.ts' }, 'a file outside of the repository'],
    [{ lines: [3, 4], type: 'unknown' }, 'a contributor that is unknown'],
  ])('says nothing by %j: %s', (edit, _because) => {
    expect(filed([record(edit)])).toMatchObject({ state: 'unknown', evidence: [] })
  })

  it('keeps a range from line 1 where the commit added all of it', () => {
    expect(filed([record({ lines: [1, 9] })], added(1, 12)).lines.ai[0]).toBe(9)
  })

  it.each([
    ['src\\cart.ts', 'slashes of Windows'],
    ['./src/cart.ts', 'a leading dot'],
    ['/home/dana/app/src/cart.ts', 'an absolute path'],
    ['c:\\Users\\dana\\app\\src\\cart.ts', 'an absolute path of Windows'],
  ])('finds the file by %s: %s', (path) => {
    expect(filed([record({ lines: [3, 4], path })]).lines.ai[0]).toBe(2)
  })

  it('is overwritten line by line by the later one, in whatever order they stand', () => {
    const early = record({ lines: [2, 6], at: '2026-07-10T09:00:00Z', model: 'openai/gpt-5' })
    const late = record({ lines: [4, 8], at: '2026-07-10T10:00:00Z', type: 'human' })
    for (const lines of [
      [early, late],
      [late, early],
    ]) {
      const found = filed(lines)
      expect(found.spans).toMatchObject([
        { start: 2, end: 3, by: 'ai' },
        { start: 4, end: 8, by: 'human' },
      ])
      expect(found).toMatchObject({ state: 'mixed', lines: { ai: [2, 2], human: 5, unknown: 2 } })
    }
  })

  it('that calls its lines mixed raises the upper bound alone', () => {
    expect(filed([record({ lines: [2, 6], type: 'mixed' })])).toMatchObject({
      state: 'mixed',
      lines: { ai: [0, 5], human: 0, unknown: 9 },
    })
  })

  it('contradicts a Git AI note that gives the line to a person', () => {
    const text = 'src/cart.ts\n  h_cc84e23eb791a2 3-4\n---\n{}'
    const note = { ref: 'refs/notes/ai', blob: 'e'.repeat(40), form: 'git-ai-note' as const, text }
    const trace = noteOfTrace(record({ lines: [3, 4] }))
    expect(described({ notes: [note, trace], ...added(2, 10) }).provenance.state).toBe('conflict')
  })

  it('of one conversation with two models gives each its own lines', () => {
    const one = record({ lines: [2, 4], model: 'openai/gpt-5' })
    const two = record({ lines: [5, 9], model: 'anthropic/claude-opus-4-8' })
    const { agents, sessions, spans } = filed([one, two])
    expect(
      spans.map(({ start, session }) => [start, agents[sessions[session!]!.agent]!.model]),
    ).toEqual([
      [2, 'openai/gpt-5'],
      [5, 'anthropic/claude-opus-4-8'],
    ])
  })

  it.each([
    [parent, 0.8, 'its parent'],
    ['d'.repeat(40), null, 'another commit'],
  ])('in a note names %s: confidence %s, %s', (revision, confidence, _means) => {
    const { evidence } = described({
      notes: [noteOfTrace(record({ lines: [3, 4], revision }))],
      ...added(2, 10),
    }).provenance
    expect(evidence.map((each) => each.confidence)).toEqual(confidence === null ? [] : [confidence])
  })

  it('keeps of a local address no more than its last segment', () => {
    const url = 'file://c:\\Users\\dana\\agent-transcripts\\550e8400.jsonl'
    const { sessions, evidence } = filed([record({ lines: [3, 4], url })])
    expect(sessions).toMatchObject([{ id: '550e8400.jsonl' }])
    expect(JSON.stringify({ sessions, evidence })).not.toMatch(/dana|Users/)
  })

  it('of the flat form is one edit of an AI', () => {
    const flat = JSON.stringify({
      schema: 'agent-trace/v0.1.0',
      session_id: 'ses-1',
      file_path: '/home/dana/app/src/cart.ts',
      start_line: 3,
      end_line: 5,
      tool: 'claude-code',
      timestamp: '2026-07-10T09:00:00Z',
    })
    expect(filed([flat])).toMatchObject({
      lines: { ai: [3, 3] },
      agents: [{ tool: 'claude-code' }],
      sessions: [{ id: 'ses-1' }],
    })
  })

  it.each([
    ['{"version":"0.1.0"}', 0, 1, 'without files'],
    ['{"version":"2026","files":[]}', 0, 1, 'of no version'],
    [`${record({ lines: [1, 2] })}\nbroken\n`, 1, 1, 'beside a broken line'],
    [`[${record({ lines: [1, 2] })}]`, 1, 0, 'in an array'],
    ['{"version":"1.0","files":[]}', 1, 0, 'of the reference implementation’s version'],
    ['', 0, 0, 'of nothing'],
  ])('%j is read as %i records and %i skipped: %s', (text, records, skipped) => {
    expect(readAgentTrace(text)).toMatchObject({ records, skipped })
  })
})

import { describe, expect, it } from 'vitest'
import { linkRecords } from '../../../src/core/provenance/link-records.ts'
import { commit, described, file } from './facts.ts'

const id = '3fa81c90d2b4'
const session = (over: object = {}) =>
  JSON.stringify({
    checkpoint_id: id,
    session_id: '550e8400-e29b-41d4-a716-446655440001',
    agent: 'Claude Code',
    files_touched: ['src/cart.ts'],
    initial_attribution: { agent_lines: 6, total_committed: 10 },
    ...over,
  })

function checkpointed(
  texts: readonly string[] | null,
  message = `cart: x\n\nEntire-Checkpoint: ${id}`,
) {
  const facts = commit({ message, files: [file({ added: [[1, 10]] })] })
  const checkpoints = new Map(texts === null ? [] : [[id, texts]])
  const linked =
    linkRecords([facts], {
      traces: [],
      checkpoints,
      pulls: [],
      codeOwners: null,
      squashes: new Map(),
    }).get(facts.sha) ?? null
  return described({ ...facts, linked }).provenance
}

describe('an Entire checkpoint', () => {
  it('with its metadata names the agent and counts its lines', () => {
    expect(checkpointed([session()])).toMatchObject({
      state: 'ai',
      agents: [{ tool: 'claude-code' }],
      sessions: [{ id: '550e8400-e29b-41d4-a716-446655440001' }],
      lines: { ai: [0, 6], human: 0, unknown: 10 },
      evidence: [{ rule: 'C1', source: 'checkpoint', confidence: 0.95, scope: 'commit' }],
    })
  })

  it('without its metadata is an AI that is not named', () => {
    expect(checkpointed(null)).toMatchObject({
      state: 'ai',
      agents: [{ tool: 'unknown' }],
      lines: { ai: [0, 10] },
      evidence: [{ rule: 'C2', confidence: 0.85 }],
    })
  })

  it.each([
    [[session({ initial_attribution: { agent_lines: 400 } })], 10, 'no more than were added'],
    [
      [session(), session({ session_id: 'second', initial_attribution: { agent_lines: 3 } })],
      9,
      'of all sessions',
    ],
    [[session({ initial_attribution: undefined })], 10, 'all where nothing is counted'],
    [['broken', session()], 6, 'of what can be read'],
  ])('%# has an upper bound of %i lines', (texts, upper) => {
    expect(checkpointed(texts).lines.ai).toEqual([0, upper])
  })

  it('that touched other files says nothing of these', () => {
    const elsewhere = checkpointed([session({ files_touched: ['src/other.ts'] })])
    expect(elsewhere.lines.ai).toEqual([0, 0])
  })

  it('that counts no line of an agent is no evidence', () => {
    const none = checkpointed([session({ initial_attribution: { agent_lines: 0 } })])
    expect(none).toMatchObject({ state: 'unknown', lines: { ai: [0, 0] } })
  })

  it('keeps the useless name of an agent to itself', () => {
    expect(checkpointed([session({ agent: 'Agent' })]).agents).toMatchObject([{ tool: 'unknown' }])
  })
})

import { expect, it } from 'vitest'
import { withoutPath } from '../../../src/core/provenance/private-text.ts'
import { described } from './facts.ts'

it.each([
  ['claude-code', 'claude-code'],
  ['anthropic/claude-opus-4-5', 'anthropic/claude-opus-4-5'],
  ['Claude:claude-3-opus', 'Claude:claude-3-opus'],
  ['/home/dana/.claude/s.jsonl', 's.jsonl'],
  ['C:\\Users\\dana\\s.jsonl', 's.jsonl'],
  ['file:///home/dana/models/x.gguf', 'x.gguf'],
  ['~/x/y', 'y'],
  ['file:///home/dana', null],
  ['/Users/dana/', null],
  ['c:/users/dana', null],
  ['~', null],
  ['', null],
])('of %j is kept %j', (text, kept) => {
  expect(withoutPath(text)).toBe(kept)
})

it('keeps no path that a trailer names as its tool', () => {
  const { provenance } = described({ message: 'x\n\nAI-assistant: Claude at /home/dana/x' })
  expect(provenance).toMatchObject({ state: 'ai', agents: [{ tool: 'unknown' }] })
})

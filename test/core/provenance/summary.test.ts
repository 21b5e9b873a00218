import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { ProvenanceSummary } from '../../../src/contracts/provenance-summary.ts'
import { summarise } from '../../../src/core/provenance/summary.ts'
import { described, file, noteOf } from './facts.ts'

const at = (date: string) => Date.parse(`${date}T12:00:00Z`)
const claude = 'x\n\nCo-Authored-By: Claude Opus 4.6 <noreply@anthropic.com>'
const note = noteOf(
  'src/cart.ts\n  s_1f3ce0f8ee20e2::t_9f8e7d6c5b4a32 1-4\n---\n{"schema_version":"authorship/3.0.0","git_ai_version":"1.6.0","sessions":{"s_1f3ce0f8ee20e2":{"agent_id":{"tool":"cursor","id":"x","model":"gpt-5"}}}}',
)
const change = (date: string, over: Parameters<typeof described>[0] = {}) =>
  described({ committedAtMs: at(date), ...over })

function summary(changes: readonly ReturnType<typeof described>[]) {
  const facts = {
    repository: 'shop',
    revision: 'a'.repeat(40),
    sinceMs: null,
    notes: { read: 0, refused: 0 },
  }
  return ProvenanceSummary.parse(summarise({ changes, ...facts, completeness: 'complete' }))
}

describe('the summary of a history', () => {
  it('counts changes and lines by provenance, merges left out', () => {
    const found = summary([
      change('2026-07-01', { message: claude }),
      change('2026-07-02', { notes: [note] }),
      change('2026-07-02'),
      change('2026-07-03', { parents: ['b'.repeat(40), 'c'.repeat(40)], message: claude }),
    ])
    expect(found).toMatchObject({
      changes: 3,
      merges: 1,
      states: { ai: 2, unknown: 1, mixed: 0 },
      lines: { added: 30, ai: [4, 14], human: 0 },
      agents: [
        { tool: 'claude-code', model: 'anthropic/claude-opus-4-6', changes: 1, lines: [0, 10] },
        { tool: 'cursor', model: 'openai/gpt-5', changes: 1, sessions: 1, lines: [4, 4] },
      ],
    })
    expect(found.caveat).toContain('never that a person wrote it')
  })

  it('counts a change once that was picked into the same history', () => {
    const origin = 'd'.repeat(40)
    const pick = `x\n\n(cherry picked from commit ${origin})`
    const found = summary([
      change('2026-07-01', { sha: origin }),
      change('2026-07-02', { message: pick }),
    ])
    expect(found).toMatchObject({ changes: 1, twins: 1, lines: { added: 10 } })
    expect(summary([change('2026-07-02', { message: pick })])).toMatchObject({
      changes: 1,
      twins: 0,
    })
  })

  it('is in weeks from Monday while they are few, those without a change among them', () => {
    const { periods } = summary([change('2026-07-01'), change('2026-07-21')])
    expect(periods.map(({ start, changes }) => [start.slice(0, 10), changes])).toEqual([
      ['2026-06-29', 1],
      ['2026-07-06', 0],
      ['2026-07-13', 0],
      ['2026-07-20', 1],
    ])
  })

  it('is in calendar months over a longer time', () => {
    const { periods } = summary([change('2025-11-30'), change('2026-07-01')])
    expect(periods).toHaveLength(9)
    expect(periods[0]).toMatchObject({ start: '2025-11-01T00:00:00.000Z', changes: 1 })
    expect(periods.at(-1)).toMatchObject({ start: '2026-07-01T00:00:00.000Z', changes: 1 })
  })

  it('of nothing is empty, and clocks that were centuries wrong make no chart of centuries', () => {
    expect(summary([])).toMatchObject({ changes: 0, periods: [], agents: [] })
    const wild = [8.64e15, -8.64e15].map((committedAtMs) => described({ committedAtMs }))
    expect(summary(wild).periods.length).toBeLessThan(1_600)
  })

  it('has all changes in its periods, whatever their times, seed 4', () => {
    const times = fc.array(fc.integer({ min: -1e12, max: 4e12 }), { minLength: 1, maxLength: 40 })
    fc.assert(
      fc.property(times, (all) => {
        const changes = all.map((committedAtMs) =>
          described({ committedAtMs, files: [file({ added: [[1, 3]] })] }),
        )
        const { periods } = summary(changes)
        expect(periods.reduce((sum, each) => sum + each.changes, 0)).toBe(all.length)
        expect(periods.reduce((sum, each) => sum + each.lines.added, 0)).toBe(3 * all.length)
        for (let index = 1; index < periods.length; index++) {
          expect(periods[index]!.start).toBe(periods[index - 1]!.end)
        }
      }),
      { seed: 4, numRuns: 50 },
    )
  })
})

import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { chancesOf, namedCause } from '../../src/page/model/cause.ts'
import { roundTogether } from '../../src/page/model/largest-remainder.ts'
import {
  countsText,
  linesText,
  recordedLines,
  stateWord,
  states,
  writerOf,
} from '../../src/page/model/provenance-words.ts'
import { waterfallOf } from '../../src/page/model/waterfall.ts'
import { incident, namings } from '../browser/story/incidents.ts'
import { provenance, suspects } from '../browser/story/suspects.ts'

const seed = 20261122

describe('rounding together', () => {
  it('shows figures that add up to the shown sum, each less than one step off', () => {
    const bits = fc.array(fc.double({ min: -20, max: 20, noNaN: true }), { maxLength: 12 })
    fc.assert(
      fc.property(bits, (values) => {
        const shown = roundTogether(values, 0.1)
        const total = values.reduce((sum, value) => sum + value, 0)
        expect(shown.reduce((sum, value) => sum + value, 0)).toBeCloseTo(
          Math.round(total / 0.1) * 0.1,
          6,
        )
        shown.forEach((value, i) => expect(Math.abs(value - values[i]!)).toBeLessThan(0.1 + 1e-9))
      }),
      { seed },
    )
  })
})

describe('the waterfall', () => {
  const fall = waterfallOf(suspects)

  it('shows columns whose figures add up to their totals', () => {
    fall.columns.forEach((_, column) => {
      const sum = fall.rows.reduce((total, { cells }) => total + (cells[column] ?? 0), 0)
      expect(sum).toBeCloseTo(fall.totals[column]!, 6)
    })
    expect(fall.totals[0]).toBe(6.4)
  })

  it('heads its columns with the first two, outside and unseen', () => {
    expect(fall.columns.map(({ kind }) => kind)).toEqual([
      'change',
      'change',
      'external',
      'unobserved',
    ])
  })

  it('marks the rows that tell the first two apart, never the starting point', () => {
    expect(fall.rows.filter(({ separates }) => separates).map(({ label }) => label)).toEqual([
      'Code',
      'Error text',
    ])
  })

  it('starts every bar where the one before it ended', () => {
    const bars = fall.rows.flatMap(({ bar }) => bar ?? [])
    bars.slice(1).forEach((bar, i) => expect(bar.from).toBeCloseTo(bars[i]!.to, 9))
  })
})

describe('chances', () => {
  it('add up to 100, give or take one, and are never 100', () => {
    const shares = fc.array(fc.integer({ min: 1, max: 10_000 }), { minLength: 3, maxLength: 9 })
    fc.assert(
      fc.property(shares, (weights) => {
        const total = weights.reduce((sum, weight) => sum + weight, 0)
        const kinds = ['external', 'unobserved'] as const
        const list = weights.map((weight, i) => ({
          ...suspects[0]!,
          rank: i + 1,
          id: i < 2 ? null : `c${i}`,
          kind: kinds[i] ?? ('change' as const),
          probability: weight / total,
        }))
        const parts = chancesOf(list.toSorted((a, b) => b.probability - a.probability))
        const sum = parts.reduce((all, { text }) => all + (text === '<1 %' ? 0 : parseInt(text)), 0)
        expect(Math.abs(sum - 100)).toBeLessThanOrEqual(1)
        for (const { text } of parts) expect(text).toMatch(/^(<1|\d{1,2}) %$/)
      }),
      { seed },
    )
  })

  it('call what is not a change by what it is', () => {
    const names = chancesOf(suspects).map(({ name }) => name)
    expect(names).toContain('outside any release')
    expect(names).toContain('a change we cannot see')
  })
})

describe('naming', () => {
  it.each([
    { kind: 'change', titles: ['Cache cart totals (#812)'], chance: '91 %' },
    { kind: 'set', titles: null, chance: '93 %' },
    { kind: 'release', titles: ['Something in 1.42.0'], chance: '87 %' },
    { kind: 'external', titles: ['A cause outside any release'], chance: '82 %' },
    { kind: 'nobody', titles: null, chance: null },
  ])('$kind says whom and how sure', ({ kind, titles, chance }) => {
    const one = [incident, ...namings].find(({ naming }) => naming.kind === kind)!
    const said = namedCause(one, 'utc')
    expect(said.chance).toBe(chance)
    if (titles !== null) expect(said.titles).toEqual(titles)
  })

  it('puts none of a set in front', () => {
    const said = namedCause(namings[0]!, 'utc')
    expect(said.label).toBe('One of these 3 changes')
    expect(said.suspect).toBeNull()
    expect(said.titles).toHaveLength(3)
  })

  it('says when nobody is named, and when it is looked at again', () => {
    expect(namedCause(namings[3]!, 'utc').titles[0]).toBe(
      'Not clear yet. Looked at again at 06:03:00.',
    )
  })
})

describe('provenance', () => {
  it('never calls the unknown human', () => {
    const none = provenance('unknown', { ai: [0, 0], human: 0, unknown: 7 })
    const said = [stateWord.unknown, writerOf(none), linesText(none)].join(' ')
    expect(said).not.toMatch(/human/i)
    expect(writerOf(none)).toBe('no record')
  })

  it('has a word for every state and counts them in one order', () => {
    expect(new Set(states.map((state) => stateWord[state])).size).toBe(7)
    expect(countsText(incident.regressions[0]!.release.changes.provenance)).toBe(
      '4 AI, 1 mixed, 1 automation, 6 unknown',
    )
  })

  it('says how many lines are recorded, and how many are not', () => {
    expect(linesText(suspects[0]!.provenance!)).toBe(
      '3 of 6 added lines recorded as AI, 3 unknown.',
    )
  })
})

describe('the lines on record', () => {
  it('are joined by file, writer and what says so', () => {
    const own = provenance('ai', { ai: [7, 7], human: 2, unknown: 0 })
    const said = { role: 'author', scope: 'line', confidence: 0.9, locator: '', flags: [] } as const
    const note = { ...said, flags: [], source: 'git-note' as const, rule: 'N1' }
    const trace = { ...said, flags: [], source: 'agent-trace' as const, rule: 'T1' }
    const span = (start: number, end: number, evidence: number, by: 'ai' | 'human' = 'ai') => ({
      path: 'src/cart.ts',
      start,
      end,
      by,
      evidence,
    })
    const spans = [span(1, 3, 0), span(5, 5, 0), span(7, 9, 1), span(11, 12, 0, 'human')]
    const told = recordedLines({ ...own, spans, evidence: [note, trace] })
    expect(told).toEqual([
      { path: 'src/cart.ts', lines: '1–3, 5', by: 'AI', because: 'Git note, rule N1' },
      { path: 'src/cart.ts', lines: '7–9', by: 'AI', because: 'Agent trace, rule T1' },
      { path: 'src/cart.ts', lines: '11–12', by: 'a person', because: 'Git note, rule N1' },
    ])
  })
})

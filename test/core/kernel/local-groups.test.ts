import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { assignPartitions } from '../../../src/core/kernel/local-groups.ts'

const names = (count: number) => Array.from({ length: count }, (_, n) => `t/${n}`)

describe('assignPartitions', () => {
  it('deals every partition once, evenly, whatever was owned before', () => {
    const before = fc.array(fc.subarray(names(12)), { minLength: 1, maxLength: 5 })
    fc.assert(
      fc.property(before, (owned) => {
        const wants = names(12)
        const dealt = assignPartitions(owned.map((each) => ({ owned: each, wants })))
        expect(dealt.flat().sort()).toEqual([...wants].sort())
        const most = Math.max(...dealt.map(({ length }) => length))
        expect(most).toBeLessThanOrEqual(Math.ceil(12 / owned.length))
        expect(assignPartitions(owned.map((each) => ({ owned: each, wants })))).toEqual(dealt)
      }),
    )
  })

  it.each([
    { why: 'a member joins', owned: [names(6), []], kept: [3, 0] },
    { why: 'a member left', owned: [['t/0', 't/2']], kept: [2] },
    {
      why: 'nothing changed',
      owned: [
        ['t/0', 't/1', 't/2'],
        ['t/3', 't/4', 't/5'],
      ],
      kept: [3, 3],
    },
  ])('keeps as much as is even when $why', ({ owned, kept }) => {
    const dealt = assignPartitions(owned.map((each) => ({ owned: each, wants: names(6) })))
    expect(
      dealt.map((mine, at) => mine.filter((name) => owned[at]!.includes(name)).length),
    ).toEqual(kept)
  })

  it('gives a partition only to a member that reads its topic', () => {
    const dealt = assignPartitions([
      { owned: [], wants: ['a/0', 'b/0'] },
      { owned: [], wants: ['a/0'] },
    ])
    expect(dealt.flat().sort()).toEqual(['a/0', 'b/0'])
    expect(dealt[1]).not.toContain('b/0')
  })
})

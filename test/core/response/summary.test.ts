import { describe, expect, it } from 'vitest'
import type { Naming } from '../../../src/contracts/incident.ts'
import { summaryOf, type SummaryFacts } from '../../../src/core/response/summary.ts'

const suspects = ['Price carts in yen', 'Answer with a number'].map((title, at) => ({
  id: `shop@${at}`,
  title,
}))

const summary = (naming: Partial<Naming>, clause = 'POST /orders errors 0 % → 25 %') =>
  summaryOf({
    release: { version: '1.4.0', exposedAtMs: Date.parse('2026-06-10T12:00:00Z') },
    clause,
    naming: { kind: 'nobody', ids: [], probability: 0.98, because: '', ...naming },
    suspects,
    suggestion: null,
    state: 'open',
  } as unknown as SummaryFacts)

describe('the summary of an incident', () => {
  it.each([
    {
      clause: 'shop.orders 0.988 → 0.55',
      begins: 'shop.orders 0.988',
      why: 'a name as it was sent',
    },
    { clause: 'traffic down to 40 % of usual', begins: 'Traffic down', why: 'a word' },
  ])('begins with $begins: $why', ({ clause, begins }) => {
    expect(summary({}, clause)).toMatch(new RegExp(`^${begins}`))
  })

  it.each([
    ['a change', 'change', ['shop@0'], 'Likely cause: Price carts in yen (98 %).'],
    ['a set of one', 'set', ['shop@0'], 'Likely cause so far: Price carts in yen (98 %).'],
    ['a set of two', 'set', ['shop@0', 'shop@1'], 'One of 2 changes (98 % together).'],
    ['the release', 'release', ['rel_1'], 'Something in this release (98 %).'],
    ['external', 'external', [], 'The cause is likely outside any release (98 %).'],
    ['nobody', 'nobody', [], 'No cause stands out yet.'],
  ] as const)('says who it was, named as %s', (_, kind, ids, sentence) => {
    expect(summary({ kind, ids: [...ids] })).toBe(
      `POST /orders errors 0 % → 25 % since 1.4.0 came up at 12:00:00 UTC. ${sentence}`,
    )
  })
})

import { describe, expect, it } from 'vitest'
import { writtenBy } from '../../../src/cli/commands/releases.ts'
import type { Incident } from '../../../src/contracts/incident.ts'
import type { Release } from '../../../src/contracts/release.ts'

const release = (id: string, agents: Release['changes']['agents']) =>
  ({ id, changes: { agents } }) as unknown as Release
const claude = {
  tool: 'claude-code',
  model: 'anthropic/claude-opus-4-6',
  changes: 2,
  sessions: ['s1'],
}
const cursor = { tool: 'cursor', model: null, changes: 1, sessions: ['s2'] }
const releases = [
  release('rel_1', [claude]),
  release('rel_2', [cursor, claude]),
  release('rel_3', undefined),
]
const incidents = [
  { id: 'inc_1', regressions: [{ release: { id: 'rel_1' } }], suspects: [] },
  {
    id: 'inc_2',
    regressions: [],
    suspects: [
      {
        release: 'rel_2',
        provenance: { agents: [{ tool: 'cursor' }], sessions: [{ id: 's2', agent: 0 }] },
      },
    ],
  },
] as unknown as Incident[]

describe('releases backwards from who wrote', () => {
  it.each([
    [{ session: 's1' }, ['rel_1', 'rel_2']],
    [{ session: 's2' }, ['rel_2']],
    [{ tool: 'Cursor' }, ['rel_2']],
    [{ model: 'anthropic/claude-opus-4-6' }, ['rel_1', 'rel_2']],
    [{ model: 'claude-opus-4-6' }, ['rel_1', 'rel_2']],
    [{ model: 'opus-4-6' }, []],
    [{ tool: 'cursor', session: 's1' }, []],
    [{ session: 's9' }, []],
  ])('%j are %j', (question, ids) => {
    expect(writtenBy(releases, incidents, question).map(({ id }) => id)).toEqual(ids)
  })

  it('have the incidents in which they regressed, or in which that writer’s change is a suspect', () => {
    expect(writtenBy(releases, incidents, { session: 's1' }).map((each) => each.incidents)).toEqual(
      [['inc_1'], []],
    )
    expect(writtenBy(releases, incidents, { tool: 'cursor' })[0]!.incidents).toEqual(['inc_2'])
  })
})

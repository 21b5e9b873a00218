import { describe, expect, it } from 'vitest'
import { type Disturbance, simulate } from './simulate.ts'
import { toyDivergences, toyScenario } from './toy-scenario.ts'

const schedules: { why: string; kinds: Disturbance['kinds'] }[] = [
  { why: 'nothing', kinds: [] },
  { why: 'refused and repeated appends, lost answers', kinds: ['failures'] },
  { why: 'crashes at any await', kinds: ['crash'] },
  { why: 'paused processes that come back', kinds: ['pause'] },
  { why: 'a store that goes back', kinds: ['store-back'] },
  { why: 'an emptied store', kinds: ['store-empty'] },
  { why: 'all of it', kinds: ['failures', 'crash', 'pause', 'store-back', 'store-empty'] },
]
const seeds = Array.from(
  { length: Number(process.env['SIMULATION_SEEDS'] ?? 3) },
  (_, at) => at + Number(process.env['SIMULATION_SEED'] ?? 1),
)

describe('the engine under simulation', () => {
  for (const { why, kinds } of schedules) {
    it.each(seeds)(`gives what an undisturbed run gives through ${why} (seed %i)`, async (seed) => {
      const outcome = await simulate(toyScenario, seed, { kinds })
      expect(toyDivergences(outcome)).toEqual([])
    })
  }

  it('gives the same run for the same seed', async () => {
    const kinds: Disturbance['kinds'] = ['failures', 'crash', 'pause', 'store-back']
    const runs = [
      await simulate(toyScenario, 42, { kinds }),
      await simulate(toyScenario, 42, { kinds }),
    ]
    const shown = runs.map(({ topics, counts }) => JSON.stringify([counts, [...topics]]))
    expect(shown[0]).toBe(shown[1])
  })
})

import { describe, expect, it } from 'vitest'
import { SeedRunner } from './run-seed.ts'

const runner = new SeedRunner()
const seeds = Array.from({ length: 75 }, (_, at) => at + 1)

describe('the real engine and processors under simulation', () => {
  it.each(seeds)('hold every invariant through what seed %i does', async (seed) => {
    const { divergences, schedule } = await runner.run(seed)
    expect(divergences, schedule.join('\n')).toEqual([])
  })

  it.each(seeds.slice(0, 15))(
    'hold them with the logs of errors beside, which take their own way (seed %i)',
    async (seed) => {
      const { divergences, schedule } = await runner.runWithLogs(seed)
      expect(divergences, schedule.join('\n')).toEqual([])
    },
  )

  it('do the same for the same seed', async () => {
    const seed = 8
    const runs = [await new SeedRunner().run(seed), await new SeedRunner().run(seed)]
    expect(runs[1]).toEqual(runs[0])
  })
})

import { describe, expect, it } from 'vitest'
import { SeedRunner } from './run-seed.ts'

const runner = new SeedRunner()
/** Found by longer runs, and mended. */
const regressions = [832, 1594]
const seeds = [...Array.from({ length: 75 }, (_, at) => at + 76), ...regressions]

describe('the real engine and processors under simulation', () => {
  it.each(seeds)('hold every invariant through what seed %i does', async (seed) => {
    const { divergences, schedule } = await runner.run(seed)
    expect(divergences, schedule.join('\n')).toEqual([])
  })
})

import { describe, expect, it } from 'vitest'
import { realScenario, toldBy } from './real-scenario.ts'
import { type Disturbance, simulate } from './simulate.ts'

const kinds: Disturbance['kinds'] = ['failures', 'crash', 'pause', 'store-back']
const seeds = Array.from(
  { length: Number(process.env['SIMULATION_SEEDS'] ?? 3) },
  (_, at) => at + Number(process.env['SIMULATION_SEED'] ?? 1),
)

describe('the real processors under simulation', () => {
  it.each(seeds)(
    'tell what an undisturbed run tells, each alert under one id (seed %i)',
    async (seed) => {
      const calm = toldBy(await simulate(realScenario, seed, { kinds: [] }))
      const rough = toldBy(await simulate(realScenario, seed, { kinds }))

      expect(calm.incidents).toHaveLength(1)
      expect(rough).toEqual(calm)
    },
    120_000,
  )
})

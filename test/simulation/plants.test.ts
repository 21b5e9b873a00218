import { describe, expect, it } from 'vitest'
import { planOf } from './plan.ts'
import { SeedRunner } from './run-seed.ts'

/** The first seed that finds it, of `npm run -s simulate -- --plant NAME`, and what it breaks then. */
const found = [
  {
    plant: 'counter',
    seed: 1,
    invariant: 'one-content',
    why: 'made again, records get other numbers',
  },
  {
    plant: 'lost-outbox',
    seed: 19,
    invariant: 'function-of-log',
    why: 'what was committed is never told',
  },
  {
    plant: 'publish-first',
    seed: 8,
    invariant: 'one-content',
    why: 'the next owner tells it otherwise',
  },
  { plant: 'two-topics', seed: 1, invariant: 'same-told', why: 'their order is another each time' },
  { plant: 'no-fence', seed: 1, invariant: 'fenced', why: 'a zombie writes over its successor' },
  {
    plant: 'no-base',
    seed: 17,
    invariant: 'function-of-log',
    why: 'a delta is laid over another state',
  },
  { plant: 'ttl', seed: 1, invariant: 'function-of-log', why: 'windows go while nobody writes' },
  {
    plant: 'clock',
    seed: 1,
    invariant: 'one-content',
    why: 'windows close before their data came',
  },
  { plant: 'no-dedupe', seed: 1, invariant: 'function-of-log', why: 'repeats count twice' },
] as const

describe('the test of the test', () => {
  it.each(found)('finds $plant with seed $seed: $why', async ({ plant, seed, invariant }) => {
    const { divergences } = await new SeedRunner(plant).run(seed)
    expect(divergences.map((each) => each.invariant)).toContain(invariant)
  })

  it.each(found)('finds no $plant where nothing goes wrong', async ({ plant, seed }) => {
    const { divergences } = await new SeedRunner(plant).runCalm(planOf(seed).feed)
    expect(divergences).toEqual([])
  })

  it.each([8, 10])(
    'takes versions that decide otherwise for no bug, one after the other (seed %i)',
    async (seed) => {
      const { divergences } = await new SeedRunner('mixed-versions').run(seed)
      expect(divergences).toEqual([])
    },
  )
})

import { describe, expect, it } from 'vitest'
import { nextFormat } from './next-format.ts'
import { type Plan, planOf } from './plan.ts'
import { SeedRunner } from './run-seed.ts'

const seeds = Array.from({ length: 8 }, (_, at) => at + 1)

/** Two of today's version; one after the other of the next comes, and one of today's goes. */
function rollingRestart(seed: number): Plan {
  const fault = { forMs: 0, steps: 1, byMs: 0 }
  return {
    ...planOf(seed),
    processes: 2,
    apart: false,
    faults: [
      { ...fault, atMs: 20_000, kind: 'join', who: 0 },
      { ...fault, atMs: 30_000, kind: 'crash', who: 0 },
      { ...fault, atMs: 45_000, kind: 'join', who: 0 },
      { ...fault, atMs: 60_000, kind: 'crash', who: 0 },
    ],
  }
}

describe('a version whose state has the next format', () => {
  it.each(seeds)(
    'works side by side with today’s through a rolling restart (seed %i)',
    async (seed) => {
      const runner = new SeedRunner(() => nextFormat(2))
      const { divergences, schedule } = await runner.runPlan(rollingRestart(seed))
      expect(divergences, schedule.join('\n')).toEqual([])
    },
  )

  it('is refused by today’s version by name, with the way back, and goes on itself', async () => {
    // A process of the next version dies while one of today's is there to take its units.
    const plan = rollingRestart(1)
    const dies = { atMs: 32_000, kind: 'crash', who: 0.99, forMs: 0, steps: 1, byMs: 0 } as const
    const faults = [plan.faults[0]!, dies, plan.faults[2]!]
    const runner = new SeedRunner(() => nextFormat(2))
    const { divergences, schedule } = await runner.runPlan({ ...plan, faults })
    expect(divergences, schedule.join('\n')).toEqual([])
    expect(schedule.join('\n')).toMatch(
      /process [01] refuses: state of (detect|attribute): expected format \d or \d; the newer version that wrote it goes on with it, and with another store\.path or redis\.keyPrefix all is built again from the topics, got format \d/u,
    )
  })

  it.each(seeds)(
    'changes nothing in what seed %i does, whichever version a process has',
    async (seed) => {
      const { divergences, schedule } = await new SeedRunner(() => nextFormat(1)).run(seed)
      expect(divergences, schedule.join('\n')).toEqual([])
    },
  )
})

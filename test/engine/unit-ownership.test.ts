/** Who works on a unit: a fenced owner no longer, one that stops until it has drained, then the next. */
import { describe, expect, it } from 'vitest'
import { windowMs } from '../simulation/toy.ts'
import { closing, count, detect, tick, world } from './unit-world.ts'

describe('a unit', () => {
  it('lets a fenced zombie commit nothing more', async () => {
    const { clock, log, store, start } = await world()
    await log.append([count(1, 0)])
    const run = await start(detect)
    await clock.advance(3_000)
    const owner = await store.open('detect/0', clock.now())
    await log.append([count(2, 0)])
    await clock.advance(1_500)
    const { next } = (await store.open('detect/0', 0)) as { next: number }
    expect(next).toBe(owner.next)
    expect(run.units()[0]!.fenced).toBeGreaterThan(0)
  })

  it('drains at a stop: the turn at hand is published and committed, then the group is left', async () => {
    const { clock, log, store, start, found } = await world()
    const run = await start(detect)
    await clock.advance(100)
    await log.append([count(1, 0), tick(2, closing)])
    const stopped = run.stop(5_000)
    await clock.advance(100)
    expect(await stopped).toBe('drained')
    expect(await found()).toHaveLength(1)
    expect((await store.open('detect/0', 0)).next).toBe(2)
    await log.append([count(3, windowMs), tick(4, closing + windowMs)])
    await clock.advance(5_000)
    expect(await found()).toHaveLength(1)
  })

  it('hands a partition over: the state goes on in the other process', async () => {
    const { clock, log, start, found } = await world()
    const one = await start(detect)
    await log.append([count(1, 0)])
    await clock.advance(2_000)
    const two = await start(detect)
    const stopped = one.stop(5_000)
    await clock.advance(100)
    await stopped
    await log.append([count(2, 0), tick(3, closing)])
    await clock.advance(3_000)
    expect(two.units()).toHaveLength(1)
    expect(await found()).toEqual([{ startMs: 0, key: 'a', n: 2, late: false }])
  })
})

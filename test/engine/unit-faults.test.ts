/** What a unit does about a store gone back, a log that is away or lost records, a topic made anew and a bug. */
import { describe, expect, it } from 'vitest'
import type { MemoryStore } from '../../src/adapters/memory/memory-store.ts'
import { UnreachableError } from '../../src/core/kernel/errors.ts'
import type { EventLog } from '../../src/ports/event-log.ts'
import type { Processor } from '../../src/processors/processor.ts'
import { overriding } from '../simulation/overriding.ts'
import { windowMs } from '../simulation/toy.ts'
import { closing, count, detect, tick, world } from './unit-world.ts'

describe('a unit', () => {
  it.each([
    {
      why: 'went back',
      disturb: (store: MemoryStore, copy: ReadonlyMap<string, unknown>) => store.goBack(copy),
    },
    { why: 'was emptied', disturb: (store: MemoryStore) => store.empty() },
  ])('builds the same again when the store $why', async ({ disturb }) => {
    const { clock, log, store, start, found } = await world()
    await start(detect)
    await log.append([count(1, 0)])
    await clock.advance(2_000)
    const copy = store.copy()
    await log.append([count(2, 0)])
    await clock.advance(2_000)
    disturb(store, copy)
    await log.append([count(3, 0), tick(4, closing)])
    await clock.advance(5_000)
    const last = (await found()).at(-1)
    expect(last).toEqual({ startMs: 0, key: 'a', n: 3, late: false })
  })

  it('takes no input while its outputs cannot be published, and goes on when they can', async () => {
    const { clock, log, start, found } = await world()
    let reachable = false
    const flaky = overriding(log as EventLog, {
      append: (records) =>
        reachable ? log.append(records) : Promise.reject(new UnreachableError('log: no answer')),
    })
    const run = await start(detect, { log: flaky })
    await log.append([count(1, 0), tick(2, closing)])
    await clock.advance(3_000)
    await log.append([count(3, windowMs), tick(4, closing + windowMs)])
    await clock.advance(10_000)
    expect(run.units()[0]).toMatchObject({ state: 'blocked', reason: 'log: no answer', records: 2 })
    reachable = true
    await clock.advance(10_000)
    expect(run.units()[0]).toMatchObject({ state: 'running', reason: null, records: 4 })
    expect(await found()).toHaveLength(2)
  })

  it('counts records that retention removed before they were read, and tells its machine', async () => {
    const { clock, log, store, start } = await world()
    const first = await start(detect)
    await log.append([count(1, 0)])
    await clock.advance(2_000)
    const stopped = first.stop(5_000)
    await clock.advance(10)
    await stopped
    await log.append([count(2, 0), count(3, 0)])
    await clock.advance(7_200_000)
    await log.append([count(4, 0)])
    const lost: number[] = []
    const watching: Processor = {
      ...detect,
      open: (unit, entries) => {
        const machine = detect.open(unit, entries)
        return overriding(machine, { lost: (gone) => void lost.push(gone) })
      },
    }
    const run = await start(watching)
    await clock.advance(2_000)
    expect(lost).toEqual([2])
    expect(run.units()[0]).toMatchObject({ lost: 2, records: 1 })
    expect((await store.open('detect/0', 0)).next).toBe(4)
  })

  it('is refused when its topic was made anew, also when that has grown meanwhile', async () => {
    const { clock, log, store, start } = await world()
    const { generation } = await store.open('detect/0', 1)
    const changes = { puts: [], deletes: [], deletedGroups: [] }
    const applied = { logTimeMs: 0, units: [] }
    await store.commit('detect/0', { generation, base: 0, next: 50, applied, changes })
    const run = await start(detect)
    await clock.advance(2_000)
    const { state, reason } = run.units()[0]!
    expect(state).toBe('refused')
    expect(reason).toContain('its stored offset 50 lies beyond the end of events')
    expect(reason).toContain('`culprit topics reset events`')
    await log.append(Array.from({ length: 60 }, (_, n) => count(n, 0)))
    await clock.advance(20_000)
    expect(run.units()[0]).toMatchObject({ state: 'refused', records: 0 })
  })

  it('tells of a bug in a machine and leaves the turn uncommitted', async () => {
    const { clock, log, store, start, bugs } = await world()
    const buggy: Processor = {
      ...detect,
      open: () => ({
        apply: () => {
          throw new Error('a bug')
        },
        changedCount: 0,
        takeChanges: () => ({ puts: [], deletes: [], deletedGroups: [] }),
      }),
    }
    const run = await start(buggy)
    await log.append([count(1, 0)])
    await clock.advance(2_000)
    expect(bugs).toEqual([new Error('a bug')])
    expect(run.units()[0]).toMatchObject({ state: 'blocked', reason: 'a bug' })
    expect((await store.open('detect/0', 0)).next).toBeNull()
  })
})

/** Each result once and with the same bytes: across crashes, repeated records, a lost checkpoint and any turns. */
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { TurnLimits } from '../../src/engine/read-turn.ts'
import type { CheckpointStore, Commit } from '../../src/ports/checkpoint-store.ts'
import type { EventLog } from '../../src/ports/event-log.ts'
import { overriding } from '../simulation/overriding.ts'
import { decode, encode, toyAttribute, windowMs } from '../simulation/toy.ts'
import { seededRandom } from '../support/random.ts'
import { closing, count, detect, hang, tick, world } from './unit-world.ts'

describe('a unit', () => {
  it('publishes before it commits, so a crash between gives the same record again', async () => {
    const { clock, log, store, start, records } = await world()
    await log.append([count(1, 0), count(2, 0), tick(3, closing)])
    const commits: Commit[] = []
    const dying = overriding(store as CheckpointStore, {
      commit: (_unit, commit) => {
        commits.push(commit)
        return hang
      },
    })
    const first = await start(detect, { store: dying })
    await clock.advance(3_000)
    expect(commits).toHaveLength(1)
    expect(await records('found')).toHaveLength(1)
    const stopped = first.stop(0)
    await clock.advance(1)
    expect(await stopped).toBe('deadline')

    await start(detect)
    await clock.advance(3_000)
    const [one, two, ...rest] = await records('found')
    expect(rest).toEqual([])
    expect({ ...two, offset: 0, atMs: 0 }).toEqual({ ...one, offset: 0, atMs: 0 })
  })

  it('drops what was published twice, by position', async () => {
    const { clock, log, start, found } = await world()
    await log.append([count(1, 0), count(2, 0), count(1, 0), count(2, 0), count(3, 0)])
    const run = await start(detect)
    await log.append([count(3, 0), tick(4, closing)])
    await clock.advance(3_000)
    expect(await found()).toEqual([{ startMs: 0, key: 'a', n: 3, late: false }])
    expect(run.units()[0]).toMatchObject({ records: 7, repeated: 3 })
  })

  it('commits an outbox first, and publishes it before anything else when opened again', async () => {
    const { clock, log, store, start, records } = await world()
    const append = (n: number, startMs: number) =>
      log.append([
        {
          topic: 'found',
          partition: 0,
          key: null,
          headers: { 'culprit-position': `detect/0@${n}.0` },
          value: encode({ startMs, key: 'a', n: 1, late: false }),
        },
      ])
    await append(1, 0)
    const mute = overriding(log as EventLog, { append: () => hang })
    const first = await start(toyAttribute, { log: mute })
    await clock.advance(3_000)
    expect(await records('totals')).toEqual([])
    expect((await store.open('attribute/0', 0)).outbox).toHaveLength(1)
    const stopped = first.stop(1_000)
    await clock.advance(2_000)
    expect(await stopped).toBe('deadline')

    await append(2, windowMs)
    await start(toyAttribute)
    await clock.advance(3_000)
    const totals = (await records('totals')).map(({ value }) => decode<{ revision: number }>(value))
    expect(totals.map(({ revision }) => revision)).toEqual([1, 2])
  })

  it('learns from compacted topics what its predecessors published when it has no checkpoint', async () => {
    const { clock, log, start, records } = await world()
    const total = (key: string, revision: number, lastMs: number) => ({
      topic: 'totals',
      partition: 0,
      key,
      headers: {},
      value: encode({ key, revision, total: 10 * revision, windows: revision, lastMs }),
    })
    await log.append([total('a', 6, 0), total('b', 2, 0), total('a', 7, windowMs)])
    await log.append([
      {
        topic: 'found',
        partition: 0,
        key: null,
        headers: { 'culprit-position': 'detect/0@9.0' },
        value: encode({ startMs: 2 * windowMs, key: 'a', n: 5, late: false }),
      },
    ])
    await start(toyAttribute, { limits: { changedMax: 1 } })
    await clock.advance(3_000)
    const last = (await records('totals')).at(-1)!
    expect(decode(last.value)).toMatchObject({ key: 'a', revision: 8, total: 75 })
  })

  it('gives the same bytes however its input is cut into turns, and reopened from any commit', async () => {
    const bytesOf = async (seed: number, limits: Partial<TurnLimits>, stops: readonly number[]) => {
      const { clock, log, start, records } = await world()
      const random = seededRandom(seed)
      for (let n = 0; n < 150; n++) {
        const atMs = n * 700
        const startMs = Math.floor(atMs / windowMs) * windowMs
        const key = `k${Math.floor(random() * 4)}`
        await log.append([n % 5 === 4 ? tick(n, atMs) : count(n, startMs, key)])
        // Some of it was published twice.
        if (random() < 0.1) await log.append([count(Math.max(0, n - 3), startMs, key)])
      }
      let run = await start(detect, { limits })
      for (const ms of [...stops, 60_000]) {
        await clock.advance(ms)
        const stopped = run.stop(60_000)
        await clock.advance(10)
        await stopped
        run = await start(detect, { limits })
      }
      const seen = new Set<string>()
      return (await records('found'))
        .map(({ headers, value }) => JSON.stringify([headers, decode(value)]))
        .filter((line) => !seen.has(line) && seen.add(line))
        .join('\n')
    }
    const limits = fc.record({
      changedMax: fc.integer({ min: 1, max: 30 }),
      bytesMax: fc.integer({ min: 1, max: 5_000 }),
      turnMs: fc.integer({ min: 1, max: 1_000 }),
    })
    const stops = fc.array(fc.integer({ min: 0, max: 50 }), { maxLength: 4 })
    await fc.assert(
      fc.asyncProperty(fc.integer({ min: 1, max: 99 }), limits, stops, async (seed, cut, at) => {
        expect(await bytesOf(seed, cut, at)).toBe(await bytesOf(seed, {}, []))
      }),
      { numRuns: 15 },
    )
  })
})

import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { MemoryLog } from '../../src/adapters/memory/memory-log.ts'
import { MemoryStore } from '../../src/adapters/memory/memory-store.ts'
import { UnreachableError } from '../../src/core/kernel/errors.ts'
import type { TurnLimits } from '../../src/engine/read-turn.ts'
import { runProcessor } from '../../src/engine/run-processor.ts'
import type { CheckpointStore, Commit } from '../../src/ports/checkpoint-store.ts'
import type { EventLog, LogRecord, NewRecord } from '../../src/ports/event-log.ts'
import type { Processor } from '../../src/processors/processor.ts'
import { seededRandom } from '../support/random.ts'
import {
  decode,
  encode,
  type Found,
  graceMs,
  toyAttribute,
  toyDetect,
  windowMs,
} from '../simulation/toy.ts'
import { VirtualClock } from '../simulation/virtual-clock.ts'

const forever = { kind: 'forever' } as const
const detect = toyDetect(['u'])
const hang = new Promise<never>(() => undefined)

async function world() {
  const clock = new VirtualClock(1_000_000)
  const log = new MemoryLog(clock)
  const store = new MemoryStore()
  await log.ensureTopics([
    { name: 'events', partitions: 1, retention: { kind: 'time', ms: 3_600_000 } },
    { name: 'found', partitions: 1, retention: forever },
    { name: 'totals', partitions: 1, retention: { kind: 'compacted' } },
  ])
  const bugs: unknown[] = []
  const start = (
    processor: Processor,
    more: { log?: EventLog; store?: CheckpointStore; limits?: Partial<TurnLimits> } = {},
  ) =>
    runProcessor({
      processor,
      log: more.log ?? log,
      store: more.store ?? store,
      clock,
      groupPrefix: '',
      ...(more.limits === undefined ? {} : { limits: more.limits }),
      failed: (error) => void bugs.push(error),
    })
  const records = async (topic: string) => {
    const found: LogRecord[] = []
    await log.readAll(topic, (record) => void found.push(record))
    return found
  }
  const found = async () => (await records('found')).map(({ value }) => decode<Found>(value))
  return { clock, log, store, start, records, found, bugs }
}

/** Overrides single calls of an object and passes the others on. */
function wrapped<T extends object>(target: T, overrides: Partial<T>): T {
  return new Proxy(target, {
    get: (object, name) => {
      const own = overrides[name as keyof T] ?? object[name as keyof T]
      return typeof own === 'function' && own === object[name as keyof T]
        ? (own.bind(object) as unknown)
        : own
    },
  })
}

function event(n: number, value: unknown): NewRecord {
  const headers = { 'culprit-position': `u@${n}.0` }
  return { topic: 'events', partition: 0, key: null, headers, value: encode(value) }
}
const count = (n: number, startMs: number, key = 'a') => event(n, { key, startMs, n: 1 })
const tick = (n: number, timeMs: number) => event(n, { kind: 'tick', units: { u: timeMs } })
const closing = windowMs + graceMs

describe('a unit', () => {
  it('publishes before it commits, so a crash between gives the same record again', async () => {
    const { clock, log, store, start, records } = await world()
    await log.append([count(1, 0), count(2, 0), tick(3, closing)])
    const commits: Commit[] = []
    const dying = wrapped(store as CheckpointStore, {
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
    const mute = wrapped(log as EventLog, { append: () => hang })
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
    const flaky = wrapped(log as EventLog, {
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
        return wrapped(machine, { lost: (gone) => void lost.push(gone) })
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

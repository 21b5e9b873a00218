import { describe, expect, it } from 'vitest'
import { MemoryLog } from '../../src/adapters/memory/memory-log.ts'
import { MemoryStore } from '../../src/adapters/memory/memory-store.ts'
import { resetTopic } from '../../src/engine/reset-topic.ts'
import { type ProcessorRun, runProcessor } from '../../src/engine/run-processor.ts'
import { TickWriter } from '../../src/engine/tick-writer.ts'
import type { Processor } from '../../src/processors/processor.ts'
import {
  decode,
  encode,
  type Found,
  toyAttribute,
  toyDetect,
  toyIngest,
  type Total,
  windowMs,
} from '../simulation/toy.ts'
import { VirtualClock } from '../simulation/virtual-clock.ts'

const forever = { kind: 'forever' } as const
const processors = [toyIngest, toyDetect(['ingest/0', 'ingest/1']), toyAttribute]
/** Longer than a window, its grace, the delay of a unit at its end and the turns on the way. */
const longMs = 3 * windowMs

/** The whole chain on one log and store: a count goes in, and comes out in the total of its key. */
async function chain() {
  const clock = new VirtualClock(1_000_000)
  const log = new MemoryLog(clock)
  const store = new MemoryStore()
  await log.ensureTopics([
    { name: 'raw', partitions: 2, retention: forever },
    { name: 'events', partitions: 2, retention: forever },
    { name: 'found', partitions: 1, retention: forever },
    { name: 'totals', partitions: 1, retention: { kind: 'compacted' } },
  ])
  const failed = (error: unknown) => {
    throw error
  }
  const ticks = new TickWriter({ log, clock, topic: 'events', unit: 'ticks/0', failed })
  ticks.start()
  const start = (processor: Processor) => {
    const own = processor.name === 'ingest' ? { store: null, ticks } : { store }
    return runProcessor({ processor, log, clock, groupPrefix: 'g-', failed, ...own })
  }
  const runs = new Map<string, ProcessorRun>()
  for (const processor of processors) runs.set(processor.name, await start(processor))
  const stop = async (name: string) => {
    const stopped = runs.get(name)!.stop(5_000)
    await clock.advance(1_000)
    await stopped
  }
  const restart = async (name: string) => {
    runs.set(name, await start(processors.find((each) => each.name === name)!))
  }
  /** One of each key, and time for them to come through. */
  const countOnce = async () => {
    for (const [partition, key] of ['a', 'b', 'c', 'd'].entries()) {
      const value = encode({ events: [{ key, atMs: clock.now(), n: 1 }] })
      const place = { topic: 'raw', partition: partition % 2, key: null, headers: {} }
      await log.append([{ ...place, value }])
    }
    await clock.advance(longMs)
  }
  const totals = async () => {
    const last = new Map<string, number>()
    await log.readAll('totals', ({ value }) => {
      const { key, total } = decode<Total>(value)
      last.set(key, total)
    })
    return ['a', 'b', 'c', 'd'].map((key) => last.get(key) ?? 0)
  }
  const late = async () => {
    const found: Found[] = []
    await log.readAll('found', ({ value }) => void found.push(decode<Found>(value)))
    return found.filter((each) => each.late).length
  }
  const reset = (topic: string, force = false) => {
    const processor = processors.find(({ inputs }) => inputs.includes(topic))!
    const own = processor.name === 'ingest' ? null : store
    return resetTopic({ log, store: own, clock, groupPrefix: 'g-', processor, topic, force })
  }
  const states = (name: string) =>
    runs
      .get(name)!
      .units()
      .map(({ state }) => state)
  const unitsOf = async (topic: string) => {
    const names = new Set<string>()
    await log.readAll(topic, ({ headers }) => {
      const [name] = headers['culprit-position']!.split('@')
      if (!name!.startsWith('ticks/')) names.add(name!)
    })
    return [...names].sort()
  }
  return { clock, log, store, stop, restart, countOnce, totals, late, reset, states, unitsOf }
}

describe('a topic that was made anew', () => {
  it.each([
    { topic: 'events', reader: 'detect', units: 2 },
    { topic: 'found', reader: 'attribute', units: 1 },
  ])(
    'of $reader is refused until it is reset, and then nothing is dropped or counted twice',
    async ({ topic, reader, units }) => {
      const { clock, log, countOnce, totals, late, reset, states } = await chain()
      await countOnce()
      await countOnce()
      expect(await totals()).toEqual([2, 2, 2, 2])

      log.makeAnew(topic)
      await clock.advance(2_000)
      expect(states(reader)).toEqual(Array.from({ length: units }, () => 'refused'))
      const answer = await reset(topic)
      expect(answer.status).toBe('reset')
      expect(answer.units.map(({ act }) => act)).toEqual(
        Array.from({ length: units }, () => 'restarted'),
      )
      await clock.advance(6_000)
      expect(states(reader)).toEqual(Array.from({ length: units }, () => 'running'))
      await countOnce()
      await countOnce()
      await clock.advance(longMs)
      expect(await totals()).toEqual([4, 4, 4, 4])
      expect(await late()).toBe(0)
    },
  )

  it('has another name in positions from then on, and the same one in ticks', async () => {
    const { clock, log, countOnce, reset, unitsOf } = await chain()
    await countOnce()
    log.makeAnew('events')
    await clock.advance(2_000)
    await reset('events')
    const epoch = clock.now().toString(36)
    await clock.advance(6_000)
    await countOnce()
    expect(await unitsOf('found')).toEqual([
      'detect/0',
      `detect/0~${epoch}`,
      'detect/1',
      `detect/1~${epoch}`,
    ])
    const told = new Set<string>()
    await log.readAll('events', ({ value }) => {
      for (const unit of Object.keys(decode<{ units?: object }>(value).units ?? {})) told.add(unit)
    })
    expect([...told]).toEqual(['ingest/0', 'ingest/1'])
  })

  it('of ingest waits for its members to stop, since their offset is the word', async () => {
    const { clock, log, countOnce, totals, late, reset, states, stop, restart } = await chain()
    await countOnce()
    await countOnce()
    log.makeAnew('raw')
    await clock.advance(2_000)
    expect(states('ingest')).toEqual(['refused', 'refused'])
    expect((await reset('raw')).status).toBe('busy')
    await stop('ingest')
    expect((await reset('raw')).status).toBe('reset')
    await restart('ingest')
    await countOnce()
    await clock.advance(longMs)
    expect(await totals()).toEqual([3, 3, 3, 3])
    expect(await late()).toBe(0)
  })

  it('needs no reset where the group forgot its offsets with it: they get an epoch of their own', async () => {
    const { clock, log, countOnce, totals, stop, restart, unitsOf } = await chain()
    await countOnce()
    await stop('ingest')
    const group = 'g-ingest'
    const before = await unitsOf('events')
    log.makeAnew('raw')
    log.forgetOffsets(group)
    await clock.advance(1)
    await restart('ingest')
    await clock.advance(1_000)
    await countOnce()
    await clock.advance(longMs)
    expect(await totals()).toEqual([2, 2, 2, 2])
    expect((await unitsOf('events')).length).toBe(2 * before.length)
  })

  it('is not believed to be where no unit stands beyond its end, unless that is said', async () => {
    const { clock, store, countOnce, totals, reset, states } = await chain()
    await countOnce()
    const before = [await store.place('detect/0'), await store.place('detect/1')]
    const answer = await reset('events')
    expect(answer.status).toBe('current')
    expect(answer.units.map(({ act }) => act)).toEqual(['left', 'left'])
    expect([await store.place('detect/0'), await store.place('detect/1')]).toEqual(before)

    // Forced, all is read again, and what was taken is known by its position.
    expect((await reset('events', true)).status).toBe('reset')
    await clock.advance(6_000)
    expect(states('detect')).toEqual(['running', 'running'])
    await countOnce()
    expect(await totals()).toEqual([2, 2, 2, 2])
  })

  it('restarts units that it has outgrown as well, and after a reset that broke off only the rest', async () => {
    const { clock, log, store, reset, stop } = await chain()
    await stop('detect')
    const changes = { puts: [], deletes: [], deletedGroups: [] }
    const applied = { logTimeMs: 0, units: [] }
    for (const unit of ['detect/0', 'detect/1']) {
      const { generation, commit: base } = await store.open(unit, clock.now())
      await store.commit(unit, { generation, base, next: 50, applied, changes })
    }
    const grow = (count: number) =>
      log.append(
        Array.from({ length: count }, () => {
          const value = encode({ key: 'a', startMs: 0, n: 1 })
          return { topic: 'events', partition: 1, key: null, headers: {}, value }
        }),
      )
    log.makeAnew('events')
    await grow(60)
    expect((await reset('events')).units).toMatchObject([
      { unit: 'detect/0', next: 50, end: 0, act: 'restarted' },
      { unit: 'detect/1', next: 50, end: 60, act: 'restarted' },
    ])

    log.makeAnew('events')
    for (const unit of ['detect/0', 'detect/1']) {
      const { generation, commit: base } = await store.open(unit, clock.now())
      await store.commit(unit, { generation, base, next: 40, applied, changes })
    }
    await clock.advance(10)
    await store.restart('detect/1', clock.now())
    expect((await reset('events')).units).toMatchObject([
      { unit: 'detect/0', next: 40, act: 'restarted' },
      { unit: 'detect/1', next: 0, act: 'left' },
    ])
  })
})

import { describe, expect, it } from 'vitest'
import { MemoryLog } from '../../src/adapters/memory/memory-log.ts'
import { MemoryStore } from '../../src/adapters/memory/memory-store.ts'
import { runProcessor } from '../../src/engine/run-processor.ts'
import type { CheckpointStore } from '../../src/ports/checkpoint-store.ts'
import type { Processor } from '../../src/processors/processor.ts'
import { overriding } from '../simulation/overriding.ts'
import {
  decode,
  encode,
  type Found,
  graceMs,
  toyDetect,
  toyIngest,
  windowMs,
} from '../simulation/toy.ts'
import { VirtualClock } from '../simulation/virtual-clock.ts'

const partitions = 4
const closing = windowMs + graceMs

/** Members of one group on one log and store, and every load of a unit's state that they ask for. */
async function world() {
  const clock = new VirtualClock(1_000_000)
  const log = new MemoryLog(clock)
  const memory = new MemoryStore()
  const forever = { kind: 'forever' } as const
  await log.ensureTopics([
    { name: 'raw', partitions, retention: forever },
    { name: 'events', partitions, retention: forever },
    { name: 'found', partitions: 1, retention: forever },
  ])
  const loads: string[] = []
  const store = overriding<CheckpointStore>(memory, {
    open: (unit, nowMs) => {
      loads.push(unit)
      return memory.open(unit, nowMs)
    },
  })
  const failed = (error: unknown) => {
    throw error
  }
  const start = (processor: Processor = toyDetect(['u'])) => {
    const shared = { processor, log, clock, groupPrefix: '', failed }
    return runProcessor({ ...shared, store: processor.name === 'ingest' ? null : store })
  }
  const end = async (run: Awaited<ReturnType<typeof start>>) => {
    const stopped = run.stop(5_000)
    await clock.advance(100)
    await stopped
  }
  let n = 0
  const append = (value: object, partition: number) => {
    const headers = { 'culprit-position': `u@${n++}.0` }
    return log.append([{ topic: 'events', partition, key: null, headers, value: encode(value) }])
  }
  const everywhere = async (value: object) => {
    for (let partition = 0; partition < partitions; partition++) await append(value, partition)
  }
  const count = (startMs: number) => everywhere({ key: 'a', startMs, n: 1 })
  const tick = (timeMs: number) => everywhere({ kind: 'tick', units: { u: timeMs } })
  const found = async () => {
    const records: Found[] = []
    await log.readAll('found', ({ value }) => void records.push(decode<Found>(value)))
    return records.map((each) => each.n)
  }
  return { clock, log, memory, start, end, loads, count, tick, found }
}

describe('a rebalance', () => {
  it('loads what moves, and nothing of what stays', async () => {
    const { clock, start, end, loads, count, tick, found } = await world()
    await start()
    await count(0)
    await clock.advance(2_000)
    expect(loads).toHaveLength(partitions)

    const second = await start()
    await clock.advance(10)
    const moved = second.units().map(({ unit }) => unit)
    expect(loads.slice(partitions).sort()).toEqual([...moved].sort())
    expect(moved).toHaveLength(partitions / 2)

    await count(0)
    await clock.advance(2_000)
    await end(second)
    await clock.advance(10)
    expect(loads.slice(partitions + moved.length).sort()).toEqual([...moved].sort())

    await tick(closing)
    await clock.advance(2_000)
    expect(await found()).toEqual([2, 2, 2, 2])
  })

  it('ends the turn at hand of what stays with a commit, and its records are read once', async () => {
    const { clock, memory, start, count } = await world()
    const first = await start()
    await clock.advance(10)
    await count(0)
    // Read, and waiting for more before it is committed.
    await clock.advance(10)
    await start()
    await clock.advance(100)
    const kept = first.units()
    expect(kept).toHaveLength(partitions / 2)
    for (const { unit, records, commits, next } of kept) {
      expect({ unit, records, commits, next }).toEqual({ unit, records: 1, commits: 1, next: 1 })
      expect((await memory.open(unit, 0)).next).toBe(1)
    }
  })

  it('loads a unit again that another member had in between, once a commit of it is refused', async () => {
    const { clock, log, memory, start, loads, count, tick, found } = await world()
    const run = await start()
    await count(0)
    await clock.advance(2_000)
    await memory.open('detect/0', clock.now())
    // Every reader is lost, and all partitions come back.
    const other = await log.join({ group: 'detect', topics: [], assigned: () => undefined })
    await count(0)
    await clock.advance(2_000)
    await other.leave()
    await tick(closing)
    await clock.advance(4_000)
    expect(loads.slice(partitions)).toEqual(['detect/0'])
    expect(run.units().map(({ fenced }) => fenced)).toEqual([1, 0, 0, 0])
    expect(await found()).toEqual([2, 2, 2, 2])
  })

  it('waits while its partition is being dealt, and says so', async () => {
    const { clock, log, start } = await world()
    const run = await start()
    await clock.advance(10)
    await log.close()
    await clock.advance(2_000)
    expect(run.units()[0]).toMatchObject({
      state: 'waiting',
      reason: 'its partition is being dealt',
    })
    const stopped = run.stop(1_000)
    await clock.advance(10)
    expect(await stopped).toBe('drained')
  })

  it('begins anew from the group’s offset where no state is kept', async () => {
    const { clock, log, start } = await world()
    const first = await start(toyIngest)
    const raw = (partition: number) =>
      log.append([
        {
          topic: 'raw',
          partition,
          key: null,
          headers: {},
          value: encode({ events: [{ key: 'a', atMs: clock.now(), n: 1 }] }),
        },
      ])
    for (let partition = 0; partition < partitions; partition++) await raw(partition)
    await clock.advance(2_000)
    await start(toyIngest)
    await clock.advance(10)
    for (let partition = 0; partition < partitions; partition++) await raw(partition)
    await clock.advance(2_000)
    expect(first.units().map(({ next }) => next)).toEqual([2, 2])
    const written: string[] = []
    await log.readAll('events', ({ headers }) => void written.push(headers['culprit-position']!))
    expect(new Set(written).size).toBe(written.length)
    expect(written).toHaveLength(2 * partitions)
  })
})

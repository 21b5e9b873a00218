import { describe, expect, it } from 'vitest'
import { MemoryLog } from '../../src/adapters/memory/memory-log.ts'
import { MemoryStore } from '../../src/adapters/memory/memory-store.ts'
import { runProcessor } from '../../src/engine/run-processor.ts'
import { TickWriter } from '../../src/engine/tick-writer.ts'
import type { TopicSpec } from '../../src/ports/event-log.ts'
import {
  decode,
  encode,
  type Total,
  toyAttribute,
  toyDetect,
  toyIngest,
} from '../simulation/toy.ts'
import { VirtualClock } from '../simulation/virtual-clock.ts'

const topics: TopicSpec[] = [
  { name: 'raw', partitions: 2, retention: { kind: 'forever' } },
  { name: 'events', partitions: 3, retention: { kind: 'forever' } },
  { name: 'found', partitions: 1, retention: { kind: 'forever' } },
  { name: 'totals', partitions: 1, retention: { kind: 'compacted' } },
]

async function startAll() {
  const clock = new VirtualClock(1_000_000)
  const log = new MemoryLog(clock)
  const store = new MemoryStore()
  await log.ensureTopics(topics)
  const failed = (error: unknown) => {
    throw error
  }
  const ticks = new TickWriter({ log, clock, topic: 'events', unit: 'ticks/0', failed })
  const runs = [
    await runProcessor({
      processor: toyIngest,
      log,
      store: null,
      clock,
      ticks,
      groupPrefix: '',
      failed,
    }),
    await runProcessor({
      processor: toyDetect(['ingest/0', 'ingest/1']),
      log,
      store,
      clock,
      groupPrefix: '',
      failed,
    }),
    await runProcessor({ processor: toyAttribute, log, store, clock, groupPrefix: '', failed }),
  ]
  ticks.start()
  const append = (partition: number, key: string, n: number) =>
    log.append([
      {
        topic: 'raw',
        partition,
        key: null,
        headers: {},
        value: encode({ events: [{ key, atMs: clock.now(), n }] }),
      },
    ])
  const totals = async () => {
    const found: Total[] = []
    await log.readAll('totals', (record) => void found.push(decode<Total>(record.value)))
    return found.map(({ key, total, revision }) => ({ key, total, revision }))
  }
  return { clock, log, store, runs, append, totals, ticks }
}

describe('runProcessor', () => {
  it('carries records through a chain of processors, closing windows by ticks alone', async () => {
    const { clock, append, totals } = await startAll()
    await append(0, 'a', 1)
    await append(1, 'a', 2)
    await append(1, 'b', 4)
    await clock.advance(14_000)
    expect(await totals()).toEqual([])
    await clock.advance(10_000)
    expect(await totals()).toEqual(
      expect.arrayContaining([
        { key: 'a', total: 3, revision: 1 },
        { key: 'b', total: 4, revision: 1 },
      ]),
    )
  })

  it('lets no tick speak for a time that has not come when records wait for the next turn', async () => {
    const { clock, log, append, start } = await startIngest({ bytesMax: 600 })
    await clock.advance(100_000)
    await start()
    for (let n = 0; n < 3; n++) await append(0, ['a', 'b', 'c', 'd', 'e'])
    await clock.advance(5_000)

    const ahead: string[] = []
    await log.readAll('events', ({ value, atMs }) => {
      const { units = {} } = decode<{ units?: Record<string, number> }>(value)
      for (const [unit, timeMs] of Object.entries(units)) {
        if (timeMs > atMs) ahead.push(`${unit} is ${timeMs - atMs} ms ahead`)
      }
    })
    expect(ahead).toEqual([])
  })
})

/** Ingest alone, with room in a turn for about two records of five events. */
async function startIngest(limits: { readonly bytesMax: number }) {
  const clock = new VirtualClock(1_000_000)
  const log = new MemoryLog(clock)
  await log.ensureTopics(topics)
  const failed = (error: unknown) => {
    throw error
  }
  const ticks = new TickWriter({ log, clock, topic: 'events', unit: 'ticks/0', failed })
  const start = async () => {
    const shared = { log, clock, ticks, limits, groupPrefix: '', failed }
    await runProcessor({ ...shared, processor: toyIngest, store: null })
    ticks.start()
  }
  const append = (partition: number, keys: readonly string[]) => {
    const value = encode({ events: keys.map((key) => ({ key, atMs: clock.now(), n: 1 })) })
    return log.append([{ topic: 'raw', partition, key: null, headers: {}, value }])
  }
  return { clock, log, append, start }
}

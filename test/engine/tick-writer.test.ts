import { describe, expect, it } from 'vitest'
import { MemoryLog } from '../../src/adapters/memory/memory-log.ts'
import { UnreachableError } from '../../src/core/kernel/errors.ts'
import { TickWriter } from '../../src/engine/tick-writer.ts'
import type { LogRecord, NewRecord } from '../../src/ports/event-log.ts'
import { decode } from '../simulation/toy.ts'
import { VirtualClock } from '../simulation/virtual-clock.ts'

async function writer(append?: (records: readonly NewRecord[]) => Promise<void>) {
  const clock = new VirtualClock()
  const log = new MemoryLog(clock)
  await log.ensureTopics([{ name: 'events', partitions: 3, retention: { kind: 'forever' } }])
  const failed: unknown[] = []
  const ticks = new TickWriter({
    log: {
      append: append ?? ((records) => log.append(records)),
      partitionCount: (topic) => log.partitionCount(topic),
    },
    clock,
    topic: 'events',
    unit: 'ticks/0123456789abcdef',
    failed: (error) => void failed.push(error),
  })
  const records = async () => {
    const found: LogRecord[] = []
    await log.readAll('events', (record) => void found.push(record))
    return found
  }
  return { clock, ticks, records, failed }
}

describe('TickWriter', () => {
  it('writes one tick a second to every partition, with all units that have heard something', async () => {
    const { clock, ticks, records } = await writer()
    ticks.add('ingest/b/0', () => ({ timeMs: 7, telemetry: 2 }))
    ticks.add('ingest/a/0', () => ({ timeMs: 5, telemetry: 1 }))
    ticks.add('ingest/c/0', () => ({ timeMs: null, telemetry: 0 }))
    ticks.start()
    await clock.advance(2_500)
    const written = await records()
    expect(written.map(({ partition }) => partition)).toEqual([0, 0, 1, 1, 2, 2])
    expect(JSON.stringify(decode(written[0]!.value))).toBe(
      '{"kind":"tick","units":{"ingest/a/0":5,"ingest/b/0":7},"records":3}',
    )
    expect(written[1]!.headers['culprit-position']).toBe('ticks/0123456789abcdef@1.0')
    ticks.stop()
    await clock.advance(5_000)
    expect(await records()).toHaveLength(6)
  })

  it('writes nothing when no unit has heard anything: no tick, no time', async () => {
    const { ticks, records } = await writer()
    expect(await ticks.tick()).toBe('silent')
    expect(await records()).toEqual([])
  })

  it('carries the telemetry of a tick that could not be written into the next one', async () => {
    let reachable = false
    const written: NewRecord[] = []
    const { ticks, failed } = await writer((records) => {
      if (!reachable) return Promise.reject(new UnreachableError('log: no answer'))
      written.push(...records)
      return Promise.resolve()
    })
    ticks.add('u', () => ({ timeMs: 1, telemetry: 4 }))
    expect(await ticks.tick()).toBe('unreachable')
    reachable = true
    expect(await ticks.tick()).toBe('written')
    expect(decode(written[0]!.value)).toMatchObject({ records: 8 })
    expect(failed).toEqual([])
  })

  it('writes no second tick while one waits for its acknowledgement', async () => {
    const { ticks } = await writer(() => new Promise(() => undefined))
    ticks.add('u', () => ({ timeMs: 1, telemetry: 0 }))
    void ticks.tick()
    expect(await ticks.tick()).toBe('busy')
  })

  it('says once which units have left in order', async () => {
    const { ticks, records } = await writer()
    ticks.add('http/1', () => ({ timeMs: 1, telemetry: 0 }))
    expect(await ticks.end('http/1')).toBe('written')
    expect(await ticks.tick()).toBe('silent')
    expect(decode((await records())[0]!.value)).toEqual({
      kind: 'tick',
      units: {},
      records: 0,
      left: ['http/1'],
    })
  })

  it('says that a unit has left though a tick is under way', async () => {
    const written: NewRecord[] = []
    const acknowledged: (() => void)[] = []
    const { ticks } = await writer((records) => {
      written.push(...records)
      return new Promise((resolve) => acknowledged.push(resolve))
    })
    ticks.add('u', () => ({ timeMs: 1, telemetry: 0 }))
    ticks.add('http/1', () => ({ timeMs: 1, telemetry: 0 }))
    const underWay = ticks.tick()
    const ended = ticks.end('http/1')
    acknowledged.shift()!()
    expect(await underWay).toBe('written')
    await Promise.resolve()
    acknowledged.shift()!()
    expect(await ended).toBe('written')
    expect(decode(written.at(-1)!.value)).toMatchObject({ units: { u: 1 }, left: ['http/1'] })
  })
})

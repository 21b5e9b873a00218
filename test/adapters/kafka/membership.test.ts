import { describe, expect, it } from 'vitest'
import { okay } from '../../contract/event-log/reading.ts'
import { settled } from '../../simulation/virtual-clock.ts'
import { failure, fakeMembership, reading, sessionTimeoutMs } from './fake-consumer.ts'

const now = { bytesMax: 1_000_000, waitMs: 0 }
const offsetsOf = (fetched: { records: readonly { offset: number }[] }) =>
  fetched.records.map(({ offset }) => offset)

describe('a join', () => {
  it('pauses every partition and fetches nothing before a seek', async () => {
    const { consumer, reader } = await fakeMembership()
    consumer().join([0, 1])
    expect([...consumer().paused]).toEqual([0, 1])
    reader(1).seek(0)
    await settled()
    expect([...consumer().paused]).toEqual([0])
    expect(consumer().sought).toEqual(['1@0'])
  })

  it('hands out new readers, and the ones before are lost, kept partitions too', async () => {
    const { consumer, reader, joins } = await reading()
    const before = reader()
    const waiting = before.fetch({ bytesMax: 1, waitMs: 600_000 })
    consumer().join([0])
    expect(await waiting).toEqual({ status: 'lost' })
    expect(before.lost).toBe(true)
    expect(reader().lost).toBe(false)
    expect(joins()).toBe(2)
  })

  it('forgets a seek of the generation before', async () => {
    const { consumer, reader } = await fakeMembership()
    consumer().join([0])
    reader().seek(7)
    consumer().join([0])
    await settled()
    expect(consumer().sought).toEqual([])
    expect([...consumer().paused]).toEqual([0])
  })
})

describe('batches', () => {
  it('are taken from the offset that comes next, and resolved', async () => {
    const { consumer, reader } = await reading(5)
    await consumer().fetched(
      { partition: 0, from: 5, count: 2 },
      { partition: 0, from: 7, count: 1 },
    )
    expect(offsetsOf(okay(await reader().fetch(now)))).toEqual([5, 6, 7])
    expect(consumer().resolved).toEqual(['0@6', '0@7'])
  })

  it('are dropped unresolved after the first heartbeat that the group refused', async () => {
    const { consumer, reader } = await reading()
    const owner = reader()
    consumer().heartbeats = () => Promise.reject(failure('UNKNOWN_MEMBER_ID'))
    await consumer().fetched({ partition: 0, from: 0, count: 1 })
    consumer().heartbeats = () => Promise.resolve()
    await consumer().fetched({ partition: 0, from: 0, count: 1 })
    expect(consumer().resolved).toEqual([])
    expect(owner.lost).toBe(true)
    consumer().join([0])
    reader().seek(0)
    await settled()
    await consumer().fetched({ partition: 0, from: 0, count: 1 })
    expect(consumer().resolved).toEqual(['0@0'])
  })

  it('are fetched again when a heartbeat only found no broker', async () => {
    const { consumer, reader } = await reading()
    consumer().heartbeats = () => Promise.reject(failure('NETWORK_EXCEPTION'))
    await consumer().fetched({ partition: 0, from: 0, count: 1 })
    expect(reader().lost).toBe(false)
    consumer().heartbeats = () => Promise.resolve()
    await consumer().fetched({ partition: 0, from: 0, count: 1 })
    expect(offsetsOf(okay(await reader().fetch(now)))).toEqual([0])
  })

  it('that were fetched before a seek do not count, and the seek waits until they are gone', async () => {
    const { consumer, reader } = await reading()
    const { events } = consumer()
    consumer().emit(events.FETCH_START, { nodeId: '1' })
    consumer().emit(events.FETCH, { nodeId: '1' })
    reader().seek(50)
    await settled()
    await consumer().hand({ partition: 0, from: 0, count: 1 })
    consumer().emit(events.START_BATCH_PROCESS, {
      topic: 't',
      partition: 0,
      batchSize: 0,
      lastOffset: '70',
    })
    expect(consumer().sought).toEqual(['0@0'])
    consumer().emit(events.FETCH_START, { nodeId: '1' })
    expect(consumer().sought).toEqual(['0@0', '0@50'])
    await consumer().fetched({ partition: 0, from: 50, count: 1 })
    expect(offsetsOf(okay(await reader().fetch(now)))).toEqual([50])
  })

  it('from another offset than the next are dropped, and the position is taken up again', async () => {
    const { consumer, reader } = await reading(10)
    await consumer().fetched({ partition: 0, from: 3, count: 2 })
    await settled()
    expect(consumer().resolved).toEqual([])
    expect(consumer().sought).toEqual(['0@10', '0@10'])
    await consumer().fetched({ partition: 0, from: 10, count: 1 })
    expect(offsetsOf(okay(await reader().fetch(now)))).toEqual([10])
  })

  it('pause their partition when nobody takes them, and it goes on when half is taken', async () => {
    const { consumer, reader } = await reading()
    const bytes = 1024 * 1024
    await consumer().fetched({ partition: 0, from: 0, count: 16, bytes })
    expect([...consumer().paused]).toEqual([0])
    await reader().fetch({ bytesMax: bytes, waitMs: 0 })
    expect([...consumer().paused]).toEqual([0])
    await reader().fetch({ bytesMax: 8 * bytes, waitMs: 0 })
    expect([...consumer().paused]).toEqual([])
  })
})

describe('positions', () => {
  it('before what is kept are a gap, told once', async () => {
    const { consumer, reader, range, told } = await fakeMembership()
    Object.assign(range, { earliest: 30, end: 40 })
    consumer().join([0])
    reader().seek(10)
    await settled()
    expect(consumer().sought).toEqual(['0@30'])
    expect(await reader().fetch(now)).toMatchObject({ status: 'ok', gap: 20, next: 30 })
    expect(await reader().fetch(now)).toMatchObject({ status: 'ok', gap: 0 })
    expect(told).toEqual([{ kind: 'gap', topic: 't', partition: 0, records: 20 }])
  })

  it('that retention overtakes while reading are a gap as well', async () => {
    const { consumer, reader, range } = await reading(10, 100)
    range.earliest = 30
    await consumer().fetched({ partition: 0, from: 30, count: 2 })
    await settled()
    await consumer().fetched({ partition: 0, from: 30, count: 2 })
    const fetched = okay(await reader().fetch(now))
    expect({ gap: fetched.gap, offsets: offsetsOf(fetched) }).toEqual({
      gap: 20,
      offsets: [30, 31],
    })
  })

  it('behind the end are not fetched: the topic was made anew', async () => {
    const { consumer, reader } = await reading(11, 10)
    expect(await reader().fetch(now)).toEqual({ status: 'beyond-end', end: 10 })
    expect(consumer().sought).toEqual([])
  })

  it('at markers go on behind them', async () => {
    const { consumer, reader } = await reading(4)
    const marker = { topic: 't', partition: 0, batchSize: 0, lastOffset: '5' }
    consumer().emit(consumer().events.START_BATCH_PROCESS, marker)
    expect(okay(await reader().fetch(now)).next).toBe(6)
    await consumer().fetched({ partition: 0, from: 6, count: 1 })
    expect(offsetsOf(okay(await reader().fetch(now)))).toEqual([6])
  })

  it('before offsets that hold nothing go on at the end', async () => {
    const { clock, consumer, reader, fetches } = await reading(4, 9)
    await clock.advance(4_000)
    expect(fetches[0]).toMatchObject({ topic: 't', partition: 0, from: 4 })
    expect(consumer().sought).toEqual(['0@4', '0@9'])
    expect(okay(await reader().fetch(now))).toMatchObject({ next: 9, gap: 0 })
  })
})

describe('the end', () => {
  it('is claimed when everything before it was taken, and renewed while nothing comes', async () => {
    const { clock, consumer, reader, range } = await reading(0, 2)
    await consumer().fetched({ partition: 0, from: 0, count: 2 })
    expect(okay(await reader().fetch({ bytesMax: 1, waitMs: 0 })).end).toBeNull()
    expect(okay(await reader().fetch(now)).end).toMatchObject({ sentMonotonicMs: 0 })
    await clock.advance(5_000)
    expect(okay(await reader().fetch(now)).end?.sentMonotonicMs).toBeGreaterThanOrEqual(4_500)
    range.end = 3
    await clock.advance(500)
    expect(okay(await reader().fetch(now)).end).toBeNull()
  })

  it('asked for before records came says nothing against them', async () => {
    const { clock, consumer, reader, range } = await reading(0, 0)
    await clock.advance(600)
    await consumer().fetched({ partition: 0, from: 0, count: 3 })
    expect(offsetsOf(okay(await reader().fetch(now)))).toEqual([0, 1, 2])
    range.end = 3
    await clock.advance(600)
    expect(okay(await reader().fetch(now)).end?.sentMonotonicMs).toBe(1_000)
    expect(consumer().sought).toEqual(['0@0'])
  })

  it('that moves back before the position shows that the topic was made anew', async () => {
    const { clock, reader, range } = await reading(5, 5)
    range.end = 2
    await clock.advance(600)
    expect(await reader().fetch(now)).toEqual({ status: 'beyond-end', end: 2 })
  })

  it('is not claimed for a partition that is paused', async () => {
    const { clock, consumer, reader } = await reading(0, 16)
    const bytes = 1024 * 1024
    await consumer().fetched({ partition: 0, from: 0, count: 16, bytes })
    await clock.advance(5_000)
    expect(okay(await reader().fetch({ bytesMax: bytes, waitMs: 0 })).end).toBeNull()
  })
})

describe('a consumer that has come to its end', () => {
  it('is waited for when kafkajs restarts it', async () => {
    const { clock, consumer, consumers, reader } = await reading()
    const before = reader()
    const { events } = consumer()
    consumer().emit(events.CRASH, { error: new Error('broker gone'), restart: true })
    expect(before.lost).toBe(true)
    await clock.advance(5_000)
    expect(consumers).toHaveLength(1)
  })

  it('is made anew when kafkajs gives up, ever more slowly', async () => {
    const { clock, consumer, consumers, told, reader } = await reading()
    consumer().emit(consumer().events.CRASH, { error: new Error('no codec'), restart: false })
    await clock.advance(1_000)
    expect(consumers).toHaveLength(2)
    expect(told).toContainEqual({ kind: 'rebuilt', group: 'g', why: 'no codec' })
    consumer().join([0])
    reader().seek(3)
    await settled()
    expect(consumer().sought).toEqual(['0@3'])
    consumer().emit(consumer().events.CRASH, { error: new Error('no codec'), restart: false })
    await clock.advance(600)
    expect(consumers).toHaveLength(2)
    await clock.advance(600)
    expect(consumers).toHaveLength(3)
  })

  it('is made anew when it is silent for longer than both sessions', async () => {
    const { clock, consumers, told } = await reading(0, 0)
    await clock.advance(sessionTimeoutMs + 9_000)
    expect(consumers).toHaveLength(1)
    await clock.advance(3_000)
    expect(consumers).toHaveLength(2)
    expect(told.map(({ kind }) => kind)).toEqual(['stalled', 'rebuilt'])
  })

  it('is not taken for silent when the process itself stood still', async () => {
    const { clock, consumer, consumers } = await reading(0, 5)
    await clock.advance(1_000)
    clock.oversleep(600_000)
    await clock.advance(1_000)
    expect(consumers).toHaveLength(1)
    expect(consumer().disconnects).toBe(0)
  })

  it('has no say any more: neither its joins nor its batches count', async () => {
    const { clock, consumer, consumers, joins } = await reading()
    consumer().emit(consumer().events.CRASH, { error: new Error('gone'), restart: false })
    await clock.advance(1_000)
    const [old] = consumers
    old!.join([0])
    await old!.fetched({ partition: 0, from: 0, count: 1 })
    expect(joins()).toBe(1)
    expect(old!.resolved).toEqual([])
    expect(old!.disconnects).toBeGreaterThan(0)
  })
})

describe('leaving', () => {
  it('loses the readers, disconnects, and ignores a join that comes afterwards', async () => {
    const { membership, consumer, reader, joins } = await reading()
    const before = reader()
    await membership.leave()
    expect(before.lost).toBe(true)
    expect(consumer().disconnects).toBeGreaterThan(0)
    consumer().join([0])
    expect(joins()).toBe(1)
  })
})

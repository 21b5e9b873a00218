/**
 * What every EventLog has to do, whatever it is made of. Each adapter's test file calls this with a
 * factory. Topics have new names in every test, so one broker can serve them all.
 */
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type {
  EventLog,
  Fetched,
  LogRecord,
  Membership,
  NewRecord,
  PartitionReader,
  Retention,
} from '../../src/ports/event-log.ts'

export interface LogUnderTest {
  readonly log: EventLog
  /** The same data through a log opened anew; left out where nothing outlives the process. */
  readonly reopen?: () => Promise<EventLog>
  readonly close: () => Promise<void>
}

const encoder = new TextEncoder()
const decoder = new TextDecoder()
const text = ({ value }: LogRecord) => (value === null ? null : decoder.decode(value))
let topicNumber = 0

function newRecord(topic: string, value: string | null, more: Partial<NewRecord> = {}): NewRecord {
  const bytes = value === null ? null : encoder.encode(value)
  return { topic, partition: 0, key: null, headers: {}, ...more, value: bytes }
}

export function eventLogSuite(name: string, open: () => Promise<LogUnderTest>): void {
  describe(`EventLog: ${name}`, () => {
    let under: LogUnderTest
    let log: EventLog
    beforeAll(async () => {
      under = await open()
      log = under.log
    })
    afterAll(async () => under.close())

    const topic = async (partitions = 1, kind: Retention['kind'] = 'forever') => {
      const topicName = `contract-${name.replaceAll(/\W/g, '-')}-${process.pid}-${topicNumber++}`
      const retention: Retention = kind === 'time' ? { kind, ms: 3_600_000 } : { kind }
      await log.ensureTopics([{ name: topicName, partitions, retention }])
      return topicName
    }

    it('gives records back as they were appended, in order, with growing offsets', async () => {
      const events = await topic(2)
      await log.append([
        newRecord(events, 'one', { key: 'k', headers: { a: '1', b: 'ü' } }),
        newRecord(events, 'other', { partition: 1 }),
        newRecord(events, null, { key: 'gone' }),
        newRecord(events, ''),
      ])
      const { readers, leave } = await joined(log, [events])
      const [first, second] = [readers(events, 0), readers(events, 1)]
      const records = await readRecords(first, 3)
      expect(records.map(({ key, headers }) => ({ key, headers }))).toEqual([
        { key: 'k', headers: { a: '1', b: 'ü' } },
        { key: 'gone', headers: {} },
        { key: null, headers: {} },
      ])
      expect(records.map(text)).toEqual(['one', null, ''])
      expect(records.every(({ topic: of, partition }) => of === events && partition === 0)).toBe(
        true,
      )
      const offsets = records.map(({ offset }) => offset)
      expect(offsets).toEqual([...offsets].sort((a, b) => a - b))
      expect(new Set(offsets).size).toBe(3)
      expect((await readRecords(second, 1)).map(text)).toEqual(['other'])
      await leave()
    })

    it('keeps the order of appends that were made without waiting for each other', async () => {
      const events = await topic()
      const values = Array.from({ length: 200 }, (_, n) => String(n))
      await Promise.all(values.map((value) => log.append([newRecord(events, value)])))
      const { readers, leave } = await joined(log, [events])
      expect((await readRecords(readers(events, 0), 200)).map(text)).toEqual(values)
      await leave()
    })

    it('reads on from any offset that it gave, and again from an older one', async () => {
      const events = await topic()
      await log.append(Array.from({ length: 20 }, (_, n) => newRecord(events, String(n))))
      const { readers, leave } = await joined(log, [events])
      const reader = readers(events, 0)
      const all = await readRecords(reader, 20)
      reader.seek(all[12]!.offset)
      expect((await readRecords(reader, 8)).map(text)).toEqual(all.slice(12).map(text))
      reader.seek(all[3]!.offset)
      expect((await readRecords(reader, 17)).map(text)).toEqual(all.slice(3).map(text))
      await leave()
    })

    it('ends a fetch at the byte limit and goes on where it ended', async () => {
      const events = await topic()
      const values = Array.from({ length: 10 }, (_, n) => String(n).repeat(1_000))
      await log.append(values.map((value) => newRecord(events, value)))
      const { readers, leave } = await joined(log, [events])
      const reader = readers(events, 0)
      const first = await fetchSome(reader, { bytesMax: 1 })
      expect(first.records.length).toBeGreaterThan(0)
      expect(first.records.length).toBeLessThan(10)
      expect(first.end).toBeNull()
      const rest = await readRecords(reader, 10 - first.records.length)
      expect([...first.records, ...rest].map(text)).toEqual(values)
      await leave()
    })

    it('says that the end was found and when the fetch that found it was sent', async () => {
      const events = await topic()
      await log.append([newRecord(events, 'last')])
      const { readers, leave } = await joined(log, [events])
      const reader = readers(events, 0)
      let fetched = await fetchSome(reader, { bytesMax: 1_000_000 })
      const seen = [...fetched.records]
      while (fetched.end === null || seen.length === 0) {
        fetched = okay(await reader.fetch({ bytesMax: 1_000_000, waitMs: 1_000 }))
        seen.push(...fetched.records)
      }
      expect(seen.map(text)).toEqual(['last'])
      const later = okay(await reader.fetch({ bytesMax: 1_000_000, waitMs: 20 }))
      expect(later.records).toEqual([])
      expect(later.end!.sentMonotonicMs).toBeGreaterThanOrEqual(fetched.end.sentMonotonicMs)
      await leave()
    })

    it('wakes a fetch that waits at the end when a record comes', async () => {
      const events = await topic()
      const { readers, leave } = await joined(log, [events])
      const waiting = readRecords(readers(events, 0), 1)
      await log.append([newRecord(events, 'late')])
      expect((await waiting).map(text)).toEqual(['late'])
      await leave()
    })

    it('ends a waiting fetch without records when its signal is aborted', async () => {
      const events = await topic()
      const { readers, leave } = await joined(log, [events])
      const stop = new AbortController()
      const { signal } = stop
      const waiting = readers(events, 0).fetch({ bytesMax: 1_000, waitMs: 600_000, signal })
      stop.abort()
      expect(await waiting).toMatchObject({ status: 'ok', records: [] })
      await leave()
    })

    it('shows what was appended through a log opened anew', async ({ skip }) => {
      if (under.reopen === undefined) return skip('nothing outlives the process')
      const events = await topic(2)
      const compacted = await topic(1, 'compacted')
      await log.append([newRecord(events, 'kept', { partition: 1, key: 'k' })])
      await log.append(['a', 'b', 'a'].map((key, n) => newRecord(compacted, String(n), { key })))
      const { readers, leave } = await joined(log, [events], 'reopened')
      await readers(events, 0).commitOffset({ next: 0, epoch: 0 })
      await readers(events, 1).commitOffset({ next: 1, epoch: 5 })
      await leave()
      log = await under.reopen()
      await log.ensureTopics([
        { name: events, partitions: 2, retention: { kind: 'forever' } },
        { name: compacted, partitions: 1, retention: { kind: 'compacted' } },
      ])
      const again = await joined(log, [events], 'reopened')
      expect((await readRecords(again.readers(events, 1), 1)).map(text)).toEqual(['kept'])
      expect(await again.readers(events, 1).committedOffset()).toEqual({ next: 1, epoch: 5 })
      expect(await log.offsets(events, 1)).toEqual({ earliest: 0, end: 1 })
      expect(await lastByKey(log, compacted)).toEqual({ a: '2', b: '1' })
      await again.leave()
    })

    describe('groups', () => {
      it('gives every partition to one member, and hands over when members come and go', async () => {
        const events = await topic(4)
        const one = await joined(log, [events], 'handover')
        expect(one.owned()).toHaveLength(4)
        const before = one.readers(events, 0)
        const two = await joined(log, [events], 'handover')
        await until(() => one.owned().length === 2 && two.owned().length === 2)
        expect([...one.owned(), ...two.owned()].sort()).toEqual(
          [0, 1, 2, 3].map((partition) => `${events}/${partition}`),
        )
        expect(before.lost).toBe(true)
        expect(await before.fetch({ bytesMax: 1, waitMs: 0 })).toEqual({ status: 'lost' })
        expect(await before.heartbeat()).toBe(false)
        await one.leave()
        await until(() => two.owned().length === 4)
        await two.leave()
      })

      it('moves the fewest partitions when a member joins', async () => {
        const events = await topic(6)
        const one = await joined(log, [events], 'sticky')
        const two = await joined(log, [events], 'sticky')
        await until(() => two.owned().length === 3)
        const [ones, twos] = [one.owned(), two.owned()]
        const three = await joined(log, [events], 'sticky')
        await until(() => three.owned().length === 2 && one.owned().length === 2)
        expect(ones).toEqual(expect.arrayContaining(one.owned()))
        expect(twos).toEqual(expect.arrayContaining(two.owned()))
        for (const { leave } of [one, two, three]) await leave()
      })

      it('keeps the offsets of each group apart', async () => {
        const events = await topic()
        const one = await joined(log, [events], 'offsets-a')
        const two = await joined(log, [events], 'offsets-b')
        expect(await one.readers(events, 0).committedOffset()).toBeNull()
        const offset = { next: 7, epoch: 1_796_000_000_000 }
        expect(await one.readers(events, 0).commitOffset(offset)).toBe('ok')
        expect(await one.readers(events, 0).committedOffset()).toEqual(offset)
        expect(await two.readers(events, 0).committedOffset()).toBeNull()
        await one.leave()
        const back = await joined(log, [events], 'offsets-a')
        expect(await back.readers(events, 0).committedOffset()).toEqual(offset)
        for (const { leave } of [two, back]) await leave()
      })

      it('refuses the offset of a reader that was lost', async () => {
        const events = await topic()
        const { readers, leave } = await joined(log, [events], 'lost-offset')
        const reader = readers(events, 0)
        await leave()
        expect(await reader.commitOffset({ next: 3, epoch: 0 })).toBe('lost')
      })

      it('takes an offset for a group from outside, but not while anybody is in it', async () => {
        const events = await topic()
        const place = { topic: events, partition: 0 }
        const group = `offset-outside-${events}`
        expect(await log.groupOffset(group, place)).toBeNull()
        const { readers, leave } = await joined(log, [events], group)
        const own = { next: 3, epoch: 0 }
        expect(await readers(events, 0).commitOffset(own)).toBe('ok')
        expect(await log.setGroupOffset(group, place, { next: 0, epoch: 9 })).toBe('busy')
        expect(await log.groupOffset(group, place)).toEqual(own)
        await leave()
        const given = { next: 0, epoch: 9 }
        await until(async () => (await log.setGroupOffset(group, place, given)) === 'ok')
        const back = await joined(log, [events], group)
        expect(await back.readers(events, 0).committedOffset()).toEqual(given)
        await back.leave()
      })

      it('wakes a fetch that waits when its partition is lost', async () => {
        const events = await topic()
        const { readers, leave } = await joined(log, [events], 'lost-wait')
        const waiting = readers(events, 0).fetch({ bytesMax: 1, waitMs: 600_000 })
        await leave()
        expect(await waiting).toEqual({ status: 'lost' })
      })
    })

    it('says that a position lies beyond the end: the topic was made anew', async () => {
      const events = await topic()
      await log.append([newRecord(events, 'only')])
      const { readers, leave } = await joined(log, [events])
      const reader = readers(events, 0)
      reader.seek(1_000)
      expect(await reader.fetch({ bytesMax: 1_000, waitMs: 0 })).toEqual({
        status: 'beyond-end',
        end: 1,
      })
      await leave()
    })

    it('keeps at least the last record of each key of a compacted topic', async () => {
      const states = await topic(1, 'compacted')
      const append = (key: string, value: string | null) =>
        log.append([newRecord(states, value, { key })])
      for (let n = 0; n < 50; n++) await append(`k${n % 3}`, String(n))
      await append('k1', null)
      expect(await lastByKey(log, states)).toEqual({ k0: '48', k2: '47' })
      const { readers, leave } = await joined(log, [states])
      const reader = readers(states, 0)
      let fetched = await fetchSome(reader, { bytesMax: 1_000_000 })
      expect(fetched.gap).toBe(0)
      let last = fetched.records.at(-1)!
      while (fetched.end === null) {
        fetched = okay(await reader.fetch({ bytesMax: 1_000_000, waitMs: 1_000 }))
        last = fetched.records.at(-1) ?? last
      }
      expect(last).toMatchObject({ key: 'k1', value: null })
      await leave()
    })

    it('refuses another number of partitions than the topic was made with', async () => {
      const events = await topic(2)
      const again = { name: events, partitions: 3, retention: { kind: 'forever' } } as const
      await expect(log.ensureTopics([again])).rejects.toThrow(
        `topic ${events}: expected 2 partitions`,
      )
      expect(log.partitionCount(events)).toBe(2)
    })

    it('takes a topic of somebody else with the partitions that it has', async () => {
      const events = await topic(2)
      const again = { name: events, partitions: 3, retention: { kind: 'forever' } } as const
      await log.ensureTopics([{ ...again, foreign: true }])
      expect(log.partitionCount(events)).toBe(2)
    })

    it('tells the first offset kept and the one that comes next', async () => {
      const events = await topic()
      expect(await log.offsets(events, 0)).toEqual({ earliest: 0, end: 0 })
      await log.append([newRecord(events, 'a'), newRecord(events, 'b')])
      expect(await log.offsets(events, 0)).toEqual({ earliest: 0, end: 2 })
    })
  })
}

/** Joins and waits for the first assignment; every reader starts at the beginning. */
export async function joined(log: EventLog, topics: readonly string[], group?: string) {
  let owned: readonly PartitionReader[] | null = null
  const membership: Membership = await log.join({
    group: group ?? `group-${topicNumber++}`,
    topics,
    assigned: (readers) => {
      owned = readers
      for (const reader of readers) reader.seek(0)
    },
  })
  await until(() => owned !== null)
  return {
    readers: (topic: string, partition: number) =>
      owned!.find((reader) => reader.topic === topic && reader.partition === partition)!,
    owned: () => owned!.map(({ topic, partition }) => `${topic}/${partition}`),
    leave: () => membership.leave(),
  }
}

export function okay(fetched: Fetched) {
  if (fetched.status !== 'ok') throw new Error(`fetch answered ${fetched.status}`)
  return fetched
}

async function fetchSome(reader: PartitionReader, { bytesMax }: { bytesMax: number }) {
  for (;;) {
    const fetched = okay(await reader.fetch({ bytesMax, waitMs: 1_000 }))
    if (fetched.records.length > 0) return fetched
  }
}

export async function readRecords(reader: PartitionReader, count: number): Promise<LogRecord[]> {
  const records: LogRecord[] = []
  while (records.length < count) {
    records.push(...(await fetchSome(reader, { bytesMax: 1_000_000 })).records)
  }
  return records
}

async function lastByKey(log: EventLog, topic: string): Promise<Record<string, string>> {
  const last: Record<string, string> = {}
  await log.readAll(topic, (record) => {
    const value = text(record)
    if (value === null) delete last[record.key!]
    else last[record.key!] = value
  })
  return last
}

/** Waits for what a broker does in its own time; local logs have done it already. */
async function until(holds: () => boolean | Promise<boolean>): Promise<void> {
  for (let turn = 0; turn < 1_000; turn++) {
    if (await holds()) return
    await new Promise((resolve) => setTimeout(resolve, turn < 10 ? 0 : 20))
  }
  throw new Error('waited in vain')
}

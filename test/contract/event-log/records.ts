/** What an event log owes to whom appends records and reads them. */
import { expect, it } from 'vitest'
import { fetchSome, joined, lastByKey, newRecord, okay, readRecords, text } from './reading.ts'
import type { GivenLog } from './given-log.ts'

export function recordTests(given: () => GivenLog): void {
  it('gives records back as they were appended, in order, with growing offsets', async () => {
    const events = await given().topic(2)
    await given().log.append([
      newRecord(events, 'one', { key: 'k', headers: { a: '1', b: 'ü' } }),
      newRecord(events, 'other', { partition: 1 }),
      newRecord(events, null, { key: 'gone' }),
      newRecord(events, ''),
    ])
    const { readers, leave } = await joined(given().log, [events])
    const [first, second] = [readers(events, 0), readers(events, 1)]
    const records = await readRecords(first, 3)
    expect(records.map(({ key, headers }) => ({ key, headers }))).toEqual([
      { key: 'k', headers: { a: '1', b: 'ü' } },
      { key: 'gone', headers: {} },
      { key: null, headers: {} },
    ])
    expect(records.map(text)).toEqual(['one', null, ''])
    expect(records.every(({ topic: of, partition }) => of === events && partition === 0)).toBe(true)
    const offsets = records.map(({ offset }) => offset)
    expect(offsets).toEqual([...offsets].sort((a, b) => a - b))
    expect(new Set(offsets).size).toBe(3)
    expect((await readRecords(second, 1)).map(text)).toEqual(['other'])
    await leave()
  })

  it('keeps the order of appends that were made without waiting for each other', async () => {
    const events = await given().topic()
    const values = Array.from({ length: 200 }, (_, n) => String(n))
    await Promise.all(values.map((value) => given().log.append([newRecord(events, value)])))
    const { readers, leave } = await joined(given().log, [events])
    expect((await readRecords(readers(events, 0), 200)).map(text)).toEqual(values)
    await leave()
  })

  it('reads on from any offset that it gave, and again from an older one', async () => {
    const events = await given().topic()
    await given().log.append(Array.from({ length: 20 }, (_, n) => newRecord(events, String(n))))
    const { readers, leave } = await joined(given().log, [events])
    const reader = readers(events, 0)
    const all = await readRecords(reader, 20)
    reader.seek(all[12]!.offset)
    expect((await readRecords(reader, 8)).map(text)).toEqual(all.slice(12).map(text))
    reader.seek(all[3]!.offset)
    expect((await readRecords(reader, 17)).map(text)).toEqual(all.slice(3).map(text))
    await leave()
  })

  it('ends a fetch at the byte limit and goes on where it ended', async () => {
    const events = await given().topic()
    const values = Array.from({ length: 10 }, (_, n) => String(n).repeat(1_000))
    await given().log.append(values.map((value) => newRecord(events, value)))
    const { readers, leave } = await joined(given().log, [events])
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
    const events = await given().topic()
    await given().log.append([newRecord(events, 'last')])
    const { readers, leave } = await joined(given().log, [events])
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
    const events = await given().topic()
    const { readers, leave } = await joined(given().log, [events])
    const waiting = readRecords(readers(events, 0), 1)
    await given().log.append([newRecord(events, 'late')])
    expect((await waiting).map(text)).toEqual(['late'])
    await leave()
  })

  it('ends a waiting fetch without records when its signal is aborted', async () => {
    const events = await given().topic()
    const { readers, leave } = await joined(given().log, [events])
    const stop = new AbortController()
    const { signal } = stop
    const waiting = readers(events, 0).fetch({ bytesMax: 1_000, waitMs: 600_000, signal })
    stop.abort()
    expect(await waiting).toMatchObject({ status: 'ok', records: [] })
    await leave()
  })

  it('shows what was appended through a log opened anew', async ({ skip }) => {
    if (!given().outlives) return skip('nothing outlives the process')
    const events = await given().topic(2)
    const compacted = await given().topic(1, 'compacted')
    await given().log.append([newRecord(events, 'kept', { partition: 1, key: 'k' })])
    await given().log.append(
      ['a', 'b', 'a'].map((key, n) => newRecord(compacted, String(n), { key })),
    )
    const { readers, leave } = await joined(given().log, [events], 'reopened')
    await readers(events, 0).commitOffset({ next: 0, epoch: 0 })
    await readers(events, 1).commitOffset({ next: 1, epoch: 5 })
    await leave()
    await given().reopen()
    await given().log.ensureTopics([
      { name: events, partitions: 2, retention: { kind: 'forever' } },
      { name: compacted, partitions: 1, retention: { kind: 'compacted' } },
    ])
    const again = await joined(given().log, [events], 'reopened')
    expect((await readRecords(again.readers(events, 1), 1)).map(text)).toEqual(['kept'])
    expect(await again.readers(events, 1).committedOffset()).toEqual({ next: 1, epoch: 5 })
    expect(await given().log.offsets(events, 1)).toEqual({ earliest: 0, end: 1 })
    expect(await lastByKey(given().log, compacted)).toEqual({ a: '2', b: '1' })
    await again.leave()
  })
}

/** What an event log owes of its topics: their partitions, their ends and what a compacted one keeps. */
import { expect, it } from 'vitest'
import { fetchSome, joined, lastByKey, newRecord, okay } from './reading.ts'
import type { GivenLog } from './given-log.ts'

export function topicTests(given: () => GivenLog): void {
  it('says that a position lies beyond the end: the topic was made anew', async () => {
    const events = await given().topic()
    await given().log.append([newRecord(events, 'only')])
    const { readers, leave } = await joined(given().log, [events])
    const reader = readers(events, 0)
    reader.seek(1_000)
    expect(await reader.fetch({ bytesMax: 1_000, waitMs: 0 })).toEqual({
      status: 'beyond-end',
      end: 1,
    })
    await leave()
  })

  it('keeps at least the last record of each key of a compacted topic', async () => {
    const states = await given().topic(1, 'compacted')
    const append = (key: string, value: string | null) =>
      given().log.append([newRecord(states, value, { key })])
    for (let n = 0; n < 50; n++) await append(`k${n % 3}`, String(n))
    await append('k1', null)
    expect(await lastByKey(given().log, states)).toEqual({ k0: '48', k2: '47' })
    const { readers, leave } = await joined(given().log, [states])
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
    const events = await given().topic(2)
    const again = { name: events, partitions: 3, retention: { kind: 'forever' } } as const
    await expect(given().log.ensureTopics([again])).rejects.toThrow(
      `topic ${events}: expected 2 partitions`,
    )
    expect(given().log.partitionCount(events)).toBe(2)
  })

  it('takes a topic of somebody else with the partitions that it has', async () => {
    const events = await given().topic(2)
    const again = { name: events, partitions: 3, retention: { kind: 'forever' } } as const
    await given().log.ensureTopics([{ ...again, foreign: true }])
    expect(given().log.partitionCount(events)).toBe(2)
  })

  it('tells the first offset kept and the one that comes next', async () => {
    const events = await given().topic()
    expect(await given().log.offsets(events, 0)).toEqual({ earliest: 0, end: 0 })
    await given().log.append([newRecord(events, 'a'), newRecord(events, 'b')])
    expect(await given().log.offsets(events, 0)).toEqual({ earliest: 0, end: 2 })
  })
}

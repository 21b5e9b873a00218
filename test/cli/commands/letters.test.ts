import { describe, expect, it } from 'vitest'
import { MemoryLog } from '../../../src/adapters/memory/memory-log.ts'
import { findLetter, newestLetters, sentAgain } from '../../../src/cli/commands/letters.ts'
import { topicNames } from '../../../src/processors/topics.ts'

const topics = topicNames('culprit.')
const clock = {
  now: () => 1_000,
  monotonic: () => 0,
  timer: () => () => undefined,
  yield: () => Promise.resolve(),
}

async function logWith(letters: readonly [partition: number, atMs: number, from: string][]) {
  const log = new MemoryLog(clock)
  await log.ensureTopics([
    { name: topics.deadLetters, partitions: 2, retention: { kind: 'forever' } },
  ])
  await log.append(
    letters.map(([partition, atMs, from]) => ({
      topic: topics.deadLetters,
      partition,
      key: null,
      value: Buffer.from(`bytes at ${atMs}`),
      headers: {
        'culprit-reason': 'malformed',
        'culprit-topic': from,
        'content-type': 'application/json',
        ce_id: 'a',
      },
      atMs,
    })),
  )
  return log
}

describe('dead letters', () => {
  it('are listed by time over all partitions, the newest of them', async () => {
    const log = await logWith([
      [0, 100, 'otlp_spans'],
      [0, 300, 'otlp_spans'],
      [1, 200, 'http/v1/events'],
    ])
    const letters = await newestLetters(log, topics.deadLetters, 2)

    expect(letters.map(({ id, from, reason }) => [id, from, reason])).toEqual([
      ['1@0', 'http/v1/events', 'malformed'],
      ['0@1', 'otlp_spans', 'malformed'],
    ])
  })

  it('are found by their name, or not', async () => {
    const log = await logWith([[1, 100, 'otlp_spans']])

    const letter = await findLetter(log, topics.deadLetters, '1@0')
    expect(Buffer.from(letter!.value).toString()).toBe('bytes at 100')
    expect(await findLetter(log, topics.deadLetters, '0@0')).toBeNull()
  })

  it.each([
    { from: 'otlp_metrics', to: 'otlp_metrics', why: 'a topic is its own way back' },
    { from: 'http/v1/events', to: 'deployments', why: 'the door of events leads there too' },
    { from: 'culprit.alerts', to: null, why: 'it is no input' },
  ])('from $from go back to $to: $why', async ({ from, to }) => {
    const log = await logWith([[1, 100, from]])
    const letter = (await findLetter(log, topics.deadLetters, '1@0'))!
    const record = sentAgain(letter, topics, () => 4)

    expect(record?.topic ?? null).toBe(to)
    if (record === null) return
    expect(record.headers).toEqual({ 'content-type': 'application/json', ce_id: 'a' })
    expect(record.value).toEqual(letter.value)
  })
})

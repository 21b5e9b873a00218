import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { InlineEngine } from '../../src/engine/inline.ts'
import type { LogRecord } from '../../src/ports/event-log.ts'
import type { Processor } from '../../src/processors/processor.ts'
import { seededRandom } from '../support/random.ts'
import { decode, encode, foldRaw, toyAttribute, toyDetect, windowMs } from '../simulation/toy.ts'

const partitions = { events: 3, found: 1, totals: 1 }

/** What a door or a replay pushes: folded telemetry of one unit with ticks between, from a seed. */
function input(seed: number, count: number) {
  const random = seededRandom(seed)
  return Array.from({ length: count }, (_, n) => {
    const atMs = 1_000_000 + n * 400
    const events = [{ key: `k${Math.floor(random() * 4)}`, atMs, n: 1 }]
    return { n, atMs, ...foldRaw({ events }, atMs) }
  })
}

function run(seed: number, reopenAt: readonly number[]): { bytes: string; records: LogRecord[] } {
  const records: LogRecord[] = []
  const engine = new InlineEngine({
    processors: [toyDetect(['replay/0']), toyAttribute],
    partitions,
    emit: (record) => void records.push(record),
    keepsCheckpoints: true,
  })
  for (const { n, atMs, outputs, times } of input(seed, 120)) {
    engine.offer(outputs, { unit: 'replay/0', offset: n, atMs })
    const tick = { kind: 'tick', units: { 'replay/0': times.timeMs } }
    for (let partition = 0; partition < 3; partition++) {
      const value = encode(tick)
      engine.push({ topic: 'events', partition, key: null, headers: {}, value, atMs })
    }
    if (reopenAt.includes(n)) engine.reopen()
  }
  const bytes = JSON.stringify(
    records.map(({ value, ...rest }) => ({ ...rest, value: decode(value) })),
  )
  return { bytes, records }
}

describe('InlineEngine', () => {
  it('gives the same bytes wherever its machines are closed and opened from their checkpoints', () => {
    const cuts = fc.uniqueArray(fc.nat({ max: 119 }), { maxLength: 12 })
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 1_000 }), cuts, (seed, reopenAt) => {
        expect(run(seed, reopenAt).bytes).toBe(run(seed, []).bytes)
      }),
      { numRuns: 40 },
    )
  })

  it('follows each record to the end: every window is found once, with a position', () => {
    const { records } = run(7, [])
    const revisions = records.map(({ value }) => decode<{ key: string; revision: number }>(value))
    expect(new Set(revisions.map(({ key, revision }) => `${key} ${revision}`)).size).toBe(
      records.length,
    )
    expect(records.length).toBeGreaterThan((120 * 400) / windowMs)
    expect(records[0]!.headers['culprit-position']).toMatch(/^attribute\/0@\d+\.0$/)
  })

  it('drops what is pushed again under a position that was taken', () => {
    const found: unknown[] = []
    const engine = new InlineEngine({
      processors: [toyAttribute],
      partitions,
      emit: ({ value }) => void found.push(decode(value)),
    })
    const push = (offset: number, startMs: number) =>
      engine.push({
        topic: 'found',
        partition: 0,
        key: null,
        headers: { 'culprit-position': `detect/0@${offset}.0` },
        value: encode({ startMs, key: 'a', n: 1, late: false }),
        atMs: 1,
      })
    push(5, 10_000)
    push(5, 20_000)
    push(4, 30_000)
    expect(found).toHaveLength(1)
    push(6, 20_000)
    expect(found).toHaveLength(2)
  })

  it('puts what is pushed while a record is followed behind what that record causes', () => {
    const order: string[] = []
    const engine = new InlineEngine({
      processors: [echo('events', 'found')],
      partitions,
      emit: ({ key }) => {
        order.push(key!)
        if (key === 'a') engine.push(event('late'))
      },
    })
    engine.push(event('a'))
    engine.push(event('b'))
    expect(order).toEqual(['a', 'late', 'b'])
  })

  it('refuses two processors on one topic: its order is fixed for one state', () => {
    const processors = [echo('events', 'found'), echo('events', 'totals')]
    const make = () => new InlineEngine({ processors, partitions, emit: () => undefined })
    expect(make).toThrow('two processors read events')
  })
})

const event = (key: string) => ({
  topic: 'events',
  partition: 0,
  key,
  headers: {},
  value: null,
  atMs: 1,
})

function echo(from: string, to: string): Processor {
  return {
    name: 'detect',
    inputs: [from],
    order: 'publish-then-commit',
    open: () => ({
      apply: ({ key }) => [{ topic: to, key, partitionBy: key!, value: null, headers: {} }],
      changedCount: 0,
      takeChanges: () => ({ puts: [], deletes: [], deletedGroups: [] }),
    }),
  }
}

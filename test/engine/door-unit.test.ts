import { describe, expect, it } from 'vitest'
import { MemoryLog } from '../../src/adapters/memory/memory-log.ts'
import { UnreachableError } from '../../src/core/kernel/errors.ts'
import { type DoorLimits, DoorUnit } from '../../src/engine/door-unit.ts'
import type { LogRecord, NewRecord } from '../../src/ports/event-log.ts'
import { encode } from '../simulation/toy.ts'
import { VirtualClock } from '../simulation/virtual-clock.ts'

async function openDoor(limits: Partial<DoorLimits> = {}) {
  const clock = new VirtualClock(1_000_000)
  const log = new MemoryLog(clock)
  await log.ensureTopics([{ name: 'events', partitions: 1, retention: { kind: 'forever' } }])
  const waiting: (() => void)[] = []
  let answer: 'at-once' | 'wait' | 'refuse' = 'at-once'
  const append = async (records: readonly NewRecord[]) => {
    if (answer === 'refuse') throw new UnreachableError('log: no answer')
    if (answer === 'wait') await new Promise<void>((resolve) => waiting.push(resolve))
    await log.append(records)
  }
  const door = new DoorUnit<string>({
    log: { append, partitionCount: (topic) => log.partitionCount(topic) },
    clock,
    hex: '0123456789abcdef',
    limits,
  })
  let folds = 0
  const accept = (bodyHash: string | null, eventMs = clock.now()) =>
    door.accept({
      bodyHash,
      bytes: 100,
      arrivedMs: clock.now(),
      fold: () => {
        folds++
        const output = {
          topic: 'events',
          key: 'k',
          partitionBy: 'k',
          value: encode(1),
          headers: {},
        }
        const arrivedMs = clock.now()
        const times = { timeMs: eventMs, arrivedMs, lagMs: arrivedMs - eventMs, telemetry: 1 }
        return { outputs: [output, output], times, answer: `fold ${folds}` }
      },
    })
  const records = async () => {
    const found: LogRecord[] = []
    await log.readAll('events', (record) => void found.push(record))
    return found
  }
  const now = () => ({ monotonicMs: clock.monotonic(), wallMs: clock.now() })
  return {
    clock,
    door,
    accept,
    records,
    now,
    folds: () => folds,
    answers: (next: typeof answer) => {
      answer = next
    },
    acknowledge: async () => {
      for (const resolve of waiting.splice(0)) resolve()
      await clock.advance(0)
    },
  }
}

describe('DoorUnit', () => {
  it('appends under its own unit, with a counter as offset', async () => {
    const { accept, records } = await openDoor()
    expect(await accept('a')).toEqual({ status: 'appended', answer: 'fold 1' })
    await accept('b')
    expect((await records()).map(({ headers }) => headers['culprit-position'])).toEqual([
      'http/0123456789abcdef@0.0',
      'http/0123456789abcdef@0.1',
      'http/0123456789abcdef@1.0',
      'http/0123456789abcdef@1.1',
    ])
  })

  it.each([
    { afterMs: 299_999, folds: 1, why: 'five minutes are not over' },
    { afterMs: 300_000, folds: 2, why: 'it is forgotten' },
  ])('folds a body $folds times when it comes again after $afterMs ms: $why', async (row) => {
    const { clock, accept, folds } = await openDoor()
    await accept('same')
    await clock.advance(row.afterMs)
    const again = await accept('same')
    expect(folds()).toBe(row.folds)
    expect(again.status).toBe(row.folds === 1 ? 'repeated' : 'appended')
  })

  it('answers a retry that overtakes the first answer with that answer', async () => {
    const { accept, answers, acknowledge, folds } = await openDoor()
    answers('wait')
    const first = accept('same')
    const retry = accept('same')
    await acknowledge()
    expect([await first, await retry]).toEqual([
      { status: 'appended', answer: 'fold 1' },
      { status: 'repeated', answer: 'fold 1' },
    ])
    expect(folds()).toBe(1)
  })

  it('answers with a time to retry when the log does not, and folds the retry anew', async () => {
    const { accept, answers, records } = await openDoor()
    answers('refuse')
    expect(await accept('same')).toEqual({ status: 'unreachable', retryAfterSeconds: 5 })
    answers('at-once')
    expect(await accept('same')).toEqual({ status: 'appended', answer: 'fold 2' })
    expect((await records())[0]!.headers['culprit-position']).toBe('http/0123456789abcdef@1.0')
  })

  it.each([{ requestsMax: 2 }, { bytesMax: 200 }])(
    'is busy beyond %o in flight',
    async (limits) => {
      const { door, accept, answers, acknowledge } = await openDoor(limits)
      answers('wait')
      const flying = [accept('a'), accept('b')]
      expect(door.closed).toBe('busy')
      expect(await accept('c')).toEqual({ status: 'busy', retryAfterSeconds: 1 })
      await acknowledge()
      await Promise.all(flying)
      expect(door.closed).toBeNull()
    },
  )

  it('closes once everything taken is answered', async () => {
    const { door, accept, answers, acknowledge, clock } = await openDoor()
    answers('wait')
    const flying = accept(null)
    let closed = false
    const closing = door.close().then(() => {
      closed = true
    })
    expect(await accept('late')).toEqual({ status: 'busy', retryAfterSeconds: 1 })
    await clock.advance(10)
    expect(closed).toBe(false)
    await acknowledge()
    await clock.advance(10)
    await closing
    expect((await flying).status).toBe('appended')
  })

  it('tells in a tick only what lay in its sockets at the tick before', async () => {
    const { clock, door, accept, now } = await openDoor()
    expect(door.take(now()).timeMs).toBeNull()
    await clock.advance(1_000)
    // Nothing ever came: the wall clock at the last tick, less two seconds.
    expect(door.take(now()).timeMs).toBe(1_000_000 - 2_000)
    await accept('a', 1_000_900)
    await clock.advance(1_000)
    expect(door.take(now())).toEqual({ timeMs: 1_000_900, telemetry: 1 })
    await clock.advance(600_000)
    // A process that wakes knows nothing of the time that it slept.
    expect(door.take(now()).timeMs).toBe(1_000_900)
    await clock.advance(1_000)
    expect(door.take(now()).timeMs).toBe(1_601_000 + 1_000 - 2_000)
  })

  it('does not speak beyond a request that is not acknowledged', async () => {
    const { clock, door, accept, answers, acknowledge, now } = await openDoor()
    await accept('a', 1_000_000)
    door.take(now())
    await clock.advance(5_000)
    answers('wait')
    const flying = accept('b')
    await clock.advance(60_000)
    door.take(now())
    await clock.advance(1_000)
    expect(door.take(now()).timeMs).toBe(1_000_000 + 5_000 - 2_000)
    await acknowledge()
    await flying
    expect(door.take(now()).timeMs).toBeGreaterThan(1_050_000)
  })
})

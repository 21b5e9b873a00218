import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { AppendQueue, type PartitionBatch } from '../../../src/adapters/kafka/append-queue.ts'
import type { KafkaEvent } from '../../../src/adapters/kafka/kafka-event.ts'
import { UnreachableError } from '../../../src/core/kernel/errors.ts'
import type { NewRecord } from '../../../src/ports/event-log.ts'
import { settled, VirtualClock } from '../../simulation/virtual-clock.ts'
import { seededRandom } from '../../support/random.ts'

const withinMs = 10_000
const decoder = new TextDecoder()
const numberOf = ({ value }: NewRecord) => Number(decoder.decode(value!))

function record(number: number, partition = 0, bytes = 0): NewRecord {
  const value = new TextEncoder().encode(String(number).padStart(bytes, '0'))
  return { topic: 't', partition, key: null, value, headers: {} }
}

type Send = (batches: readonly PartitionBatch[]) => Promise<ReadonlySet<string>>
const named = (batches: readonly PartitionBatch[]) =>
  new Set(batches.map(({ topic, partition }) => `${topic}/${partition}`))

function queueOn(send: Send) {
  const clock = new VirtualClock()
  const events: KafkaEvent[] = []
  const sends: PartitionBatch[][] = []
  const queue = new AppendQueue({
    send: (batches) => {
      sends.push([...batches])
      return send(batches)
    },
    clock,
    told: (event) => events.push(event),
    withinMs,
  })
  return { queue, clock, events, sends }
}

const numbers = (batches: readonly PartitionBatch[]) =>
  batches.map(({ records }) => records.map(numberOf))

describe('AppendQueue', () => {
  it('sends together what was appended together, in order', async () => {
    const { queue, sends } = queueOn((batches) => Promise.resolve(named(batches)))
    await Promise.all([0, 1, 2, 3].map((number) => queue.append([record(number)])))
    expect(sends.map(numbers)).toEqual([[[0, 1, 2, 3]]])
  })

  it('has one send under way, and puts what comes meanwhile into the next', async () => {
    const answers: (() => void)[] = []
    const { queue, sends } = queueOn(
      (batches) => new Promise((resolve) => answers.push(() => resolve(named(batches)))),
    )
    const done = [queue.append([record(0)])]
    await settled()
    done.push(queue.append([record(1)]), queue.append([record(2)]))
    await settled()
    expect(sends.map(numbers)).toEqual([[[0]]])
    answers.shift()!()
    await settled()
    answers.shift()!()
    await Promise.all(done)
    expect(sends.map(numbers)).toEqual([[[0]], [[1, 2]]])
  })

  it('cuts a large call into batches that a partition takes, and one larger record goes alone', async () => {
    const { queue, sends } = queueOn((batches) => Promise.resolve(named(batches)))
    const large = 500 * 1024
    await queue.append([record(0, 0, large), record(1, 0, large), record(2, 0, 1024 * 1024)])
    expect(sends.map(numbers)).toEqual([[[0]], [[1]], [[2]]])
  })

  it('sends again what the answer does not name, before anything that came later', async () => {
    let round = 0
    const { queue, sends, events, clock } = queueOn((batches) =>
      Promise.resolve(round++ === 0 ? new Set(['t/0']) : named(batches)),
    )
    const first = queue.append([record(0, 0), record(1, 1)])
    await settled()
    const second = queue.append([record(2, 1)])
    await clock.advance(1_000)
    await Promise.all([first, second])
    expect(sends.map(numbers)).toEqual([[[0], [1]], [[1]], [[2]]])
    expect(events).toEqual([{ kind: 'resent', partitions: 1 }])
  })

  it('tries again while the brokers say not now, and refuses at the deadline', async () => {
    const { queue, clock, sends } = queueOn(() => Promise.reject(new UnreachableError('down')))
    const refused = expect(queue.append([record(0)])).rejects.toThrow('down')
    await clock.advance(withinMs + 1_000)
    await refused
    expect(sends.length).toBeGreaterThan(5)
  })

  it('refuses what waits behind a send that does not end, without sending it', async () => {
    let end: (names: ReadonlySet<string>) => void = () => undefined
    const { queue, clock, sends } = queueOn(() => new Promise((resolve) => void (end = resolve)))
    const refusals = [0, 1].map((number) =>
      expect(queue.append([record(number, number)])).rejects.toBeInstanceOf(UnreachableError),
    )
    await settled()
    refusals.push(expect(queue.append([record(2)])).rejects.toBeInstanceOf(UnreachableError))
    await clock.advance(withinMs)
    await Promise.all(refusals)
    const late = queue.append([record(3)])
    await settled()
    expect(sends.map(numbers)).toEqual([[[0], [1]]])
    end(new Set(['t/0', 't/1']))
    await settled()
    end(new Set(['t/0']))
    await late
    expect(sends.map(numbers)).toEqual([[[0], [1]], [[3]]])
  })

  it('finds the call that cannot be stored, and stores the others', async () => {
    const bug = new Error('MESSAGE_TOO_LARGE')
    const { queue } = queueOn((batches) =>
      batches.some(({ records }) => records.map(numberOf).includes(1))
        ? Promise.reject(bug)
        : Promise.resolve(named(batches)),
    )
    const outcomes = await Promise.allSettled([0, 1, 2].map((n) => queue.append([record(n)])))
    expect(outcomes.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'fulfilled'])
    expect(outcomes[1]).toMatchObject({ reason: bug })
  })

  it('refuses everything that waits when it is closed', async () => {
    const { queue, clock } = queueOn(() => Promise.reject(new UnreachableError('down')))
    const refused = expect(queue.append([record(0)])).rejects.toBeInstanceOf(UnreachableError)
    await settled()
    const closed = queue.close()
    await clock.advance(1_000)
    await Promise.all([refused, closed])
    await expect(queue.append([record(1)])).rejects.toBeInstanceOf(UnreachableError)
  })

  it('keeps order and loses nothing on brokers that forget, fail and hang', async () => {
    await fc.assert(
      fc.asyncProperty(fc.integer(), fc.integer({ min: 1, max: 40 }), async (seed, calls) => {
        await hold(seed, calls)
      }),
      { numRuns: 100 },
    )
  })
})

/**
 * Appends numbers 0, 1, 2 … to three partitions on faulty brokers. What a receiver applies (nothing that
 * is not greater than all before) must hold every accepted number, and no refused number may be stored
 * behind the moment at which a later one was accepted.
 */
async function hold(seed: number, calls: number): Promise<void> {
  const random = seededRandom(seed)
  const stored: { number: number; at: number }[][] = [[], [], []]
  let step = 0
  const keep = ({ partition, records }: PartitionBatch) => {
    for (const each of records) stored[partition]!.push({ number: numberOf(each), at: step++ })
  }
  const { queue, clock } = queueOn(async (batches) => {
    if (random() < 0.5) await new Promise<void>((wake) => clock.timer(random() * 15_000, wake))
    const kept = batches.filter(() => random() < 0.8)
    kept.forEach(keep)
    if (random() < 0.3) throw new UnreachableError('not now')
    return named(kept.filter(() => random() < 0.8))
  })
  let number = 0
  const outcomes: Promise<void>[] = []
  const accepted: { numbers: number[][]; at: number }[] = []
  const refused: number[][][] = []
  for (let call = 0; call < calls; call++) {
    const own: number[][] = [[], [], []]
    const records = Array.from({ length: 1 + Math.floor(random() * 4) }, () => {
      const partition = Math.floor(random() * 3)
      own[partition]!.push(number)
      return record(number++, partition)
    })
    outcomes.push(
      queue.append(records).then(
        () => void accepted.push({ numbers: own, at: step++ }),
        () => void refused.push(own),
      ),
    )
    if (random() < 0.5) await clock.advance(random() * 4_000)
  }
  await clock.advance(1_000_000)
  await Promise.all(outcomes)
  for (const [partition, log] of stored.entries()) {
    const applied = new Set<number>()
    let greatest = -1
    for (const each of log) {
      if (each.number <= greatest) continue
      greatest = each.number
      applied.add(greatest)
    }
    for (const { numbers: own, at } of accepted) {
      expect(own[partition]!.filter((each) => !applied.has(each))).toEqual([])
      const least = Math.min(...own[partition]!)
      const early = refused.flatMap((call) => call[partition]!.filter((each) => each < least))
      const late = log.filter((each) => each.at > at && early.includes(each.number))
      if (own[partition]!.length > 0) expect(late).toEqual([])
    }
  }
}

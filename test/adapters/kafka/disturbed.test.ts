import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest'
import { UnreachableError } from '../../../src/core/kernel/errors.ts'
import type { LogRecord } from '../../../src/ports/event-log.ts'
import type { KafkaLogOptions } from '../../../src/adapters/kafka/open-kafka-log.ts'
import { KafkaBrokers } from '../../support/services/kafka-brokers.ts'
import { missingOf } from '../../support/services/service.ts'
import {
  follow,
  newName,
  newTopic,
  numbered,
  numberOf,
  type OpenedLog,
  openLog,
  until,
} from './open-log.ts'

const missing = missingOf(inject('services').kafka)

interface Own {
  readonly brokers: KafkaBrokers
  readonly opened: OpenedLog
}

/**
 * Brokers of a block's own with a log on them, where Java and the jars are at hand (null elsewhere): a broker in
 * a container cannot be disturbed.
 */
function ownBrokers(nodes: 1 | 3, options: Partial<KafkaLogOptions> = {}): () => Own | null {
  let own: Own | null = null
  beforeAll(async () => {
    const brokers = await KafkaBrokers.start({ nodes })
    if (!(brokers instanceof KafkaBrokers)) return
    own = { brokers, opened: await openLog(brokers.addresses, options) }
  })
  afterAll(async () => {
    await own?.opened.log.close()
    await own?.brokers.remove()
  })
  return () => own
}

/** Ends both, when all that was accepted has been read, without a gap. */
async function readToTheEnd(
  writer: ReturnType<typeof appending>,
  reader: Awaited<ReturnType<typeof follow>>,
): Promise<void> {
  await writer.stop()
  expect(writer.failures).toEqual([])
  await until(() => {
    const numbers = applied(reader.records)
    return writer.accepted.every((number) => numbers.has(number))
  }, 'everything accepted')
  expect(reader.failures).toEqual([])
  expect(reader.gaps).toEqual([])
  await reader.leave()
}

/** What a receiver applies, that drops what is not greater than all before, in each partition. */
function applied(records: readonly LogRecord[]): Set<number> {
  const greatest = new Map<number, number>()
  const numbers = new Set<number>()
  for (const record of records) {
    const number = numberOf(record)
    if (number <= (greatest.get(record.partition) ?? -1)) continue
    greatest.set(record.partition, number)
    numbers.add(number)
  }
  return numbers
}

/** Appends 0, 1, 2 … over all partitions, several calls at once, until told to stop. */
function appending({ log }: OpenedLog, topic: string, partitions: number) {
  const accepted: number[] = []
  const failures: unknown[] = []
  let number = 0
  let goesOn = true
  const run = async () => {
    while (goesOn) {
      const calls = Array.from({ length: 4 }, async () => {
        const records = Array.from({ length: partitions }, (_, partition) =>
          numbered(topic, number++, partition),
        )
        const numbers = records.map(({ value }) => Number(Buffer.from(value!).toString()))
        try {
          await log.append(records)
          accepted.push(...numbers)
        } catch (error) {
          if (!(error instanceof UnreachableError)) failures.push(error)
        }
      })
      await Promise.all(calls)
    }
  }
  const done = run()
  return {
    accepted,
    failures,
    stop: async () => {
      goesOn = false
      await done
    },
  }
}

describe.skipIf(missing !== null)('one broker that goes away and comes back', () => {
  const own = ownBrokers(1, { withinMs: 3_000 })

  it('loses nothing that was accepted, keeps order, and is read to the end', async ({ skip }) => {
    const given = own()
    if (given === null) return skip('no broker can be started here')
    const { brokers, opened } = given
    const topic = await newTopic(opened.log, 3)
    const reader = await follow(opened.log, topic, newName('group'))
    const writer = appending(opened, topic, 3)
    for (const end of ['killNode', 'stopNode'] as const) {
      const before = writer.accepted.length
      await until(() => writer.accepted.length > before + 300, 'appends before')
      await brokers[end]()
      await brokers.startNode()
      await until(() => writer.accepted.length > before + 600, 'appends after')
    }
    await readToTheEnd(writer, reader)
  })

  it('refuses while it stands still, and stores nothing refused behind what came later', async ({
    skip,
  }) => {
    const given = own()
    if (given === null) return skip('no broker can be started here')
    const { brokers, opened } = given
    const topic = await newTopic(opened.log)
    await opened.log.append([numbered(topic, 0)])
    brokers.freezeNode()
    const refused = [1, 2, 3].map((number) =>
      expect(opened.log.append([numbered(topic, number)])).rejects.toBeInstanceOf(UnreachableError),
    )
    await Promise.all(refused)
    brokers.thawNode()
    await until(
      () =>
        opened.log.append([numbered(topic, 4)]).then(
          () => true,
          () => false,
        ),
      'an append after the thaw',
    )
    const numbers: number[] = []
    await until(
      () =>
        opened.log
          .readAll(topic, (record) => numbers.push(numberOf(record)))
          .then(
            () => true,
            () => false,
          ),
      'reading after the thaw',
    )
    expect(numbers).toEqual([...numbers].sort((a, b) => a - b))
    expect(numbers.at(-1)).toBe(4)
  })

  it('is told from one that is there when it is opened, and inspected', async ({ skip }) => {
    const given = own()
    if (given === null) return skip('no broker can be started here')
    const { brokers, opened } = given
    await brokers.killNode()
    await expect(openLog(brokers.addresses)).rejects.toBeInstanceOf(UnreachableError)
    expect(await opened.log.inspect([])).toMatchObject({ reachable: false })
    await expect(opened.log.offsets('topic', 0)).rejects.toBeInstanceOf(UnreachableError)
    await brokers.startNode()
    await until(async () => (await opened.log.inspect([])).reachable, 'the same log to recover')
    await (await openLog(brokers.addresses)).log.close()
  })

  it('does not keep a log from closing', async ({ skip }) => {
    const given = own()
    if (given === null) return skip('no broker can be started here')
    const { brokers, opened } = given
    const topic = await newTopic(opened.log)
    const { log } = await openLog(brokers.addresses)
    await log.ensureTopics([{ name: topic, partitions: 1, retention: { kind: 'forever' } }])
    const reader = await follow(log, topic, newName('group'))
    await until(() => reader.owned().length === 1, 'the first assignment')
    brokers.freezeNode()
    const refused = expect(log.append([numbered(topic, 0)])).rejects.toBeInstanceOf(
      UnreachableError,
    )
    await log.close()
    await refused
    brokers.thawNode()
    expect(reader.owned()).toEqual([])
  })
})

describe.skipIf(missing !== null)('three brokers, killed and stopped in turn', () => {
  const own = ownBrokers(3)

  it('lose nothing that was accepted, and are read to the end', async ({ skip }) => {
    const given = own()
    if (given === null) return skip('no broker can be started here')
    const { brokers, opened } = given
    const topic = await newTopic(opened.log, 12)
    const reader = await follow(opened.log, topic, newName('group'))
    const writer = appending(opened, topic, 12)
    for (const [node, end] of [
      [1, 'killNode'],
      [2, 'stopNode'],
      [3, 'killNode'],
    ] as const) {
      const before = writer.accepted.length
      await until(() => writer.accepted.length > before + 1_200, `appends before node ${node}`)
      await brokers[end](node)
      await until(() => writer.accepted.length > before + 2_400, `appends without node ${node}`)
      await brokers.startNode(node)
      await until(() => writer.accepted.length > before + 3_600, `appends with node ${node}`)
    }
    await readToTheEnd(writer, reader)
  })
})

describe.skipIf(missing !== null)('a broker that asks for a login', () => {
  it('is used with the right one, and a wrong one is a fault of the settings', async ({ skip }) => {
    const login = { username: 'culprit', password: 'secret' }
    const brokers = await KafkaBrokers.start({ nodes: 1, login })
    if (!(brokers instanceof KafkaBrokers)) return skip('no broker can be started here')
    try {
      const sasl = { mechanism: 'plain', ...login } as const
      const { log } = await openLog(brokers.addresses, { sasl })
      const topic = await newTopic(log)
      await log.append([numbered(topic, 1)])
      await log.close()
      const wrong = openLog(brokers.addresses, { sasl: { ...sasl, password: 'wrong' } })
      await expect(wrong).rejects.toThrow('kafka.sasl: expected a login that the brokers take')
    } finally {
      await brokers.remove()
    }
  })
})

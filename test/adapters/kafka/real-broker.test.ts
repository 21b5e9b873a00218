import { createRequire } from 'node:module'
import kafkajs from 'kafkajs'
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest'
import { type LogRecord, unreadableHeader } from '../../../src/ports/event-log.ts'
import { joined, okay } from '../../contract/event-log/reading.ts'
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

const { kafka } = inject('services')
const missing = missingOf(kafka)
const numbers = (count: number) => Array.from({ length: count }, (_, number) => number)
/** An lz4 frame whose one block is stored as it is: the brokers take it, unlike those of lz4js. */
function storedLz4(bytes: Buffer): Buffer {
  const { hash } = createRequire(import.meta.url)('lz4js/xxh32.js') as {
    readonly hash: (seed: number, bytes: Uint8Array, from: number, length: number) => number
  }
  const independentBlocks = Buffer.from([0x60, 0x70])
  const check = (hash(0, independentBlocks, 0, independentBlocks.length) >>> 8) & 0xff
  const block = Buffer.alloc(4)
  block.writeUInt32LE((bytes.length | 0x80000000) >>> 0)
  const head = Buffer.from([0x04, 0x22, 0x4d, 0x18, ...independentBlocks, check])
  return Buffer.concat([head, block, bytes, Buffer.alloc(4)])
}

const anyBytes = { bytesMax: 1_000_000, waitMs: 1_000 }

describe.skipIf(missing !== null)(`Kafka${missing === null ? '' : `: ${missing}`}`, () => {
  let opened: OpenedLog
  let client: kafkajs.Kafka
  const brokers = 'missing' in kafka ? [] : [...kafka.brokers]
  beforeAll(async () => {
    opened = await openLog(brokers)
    client = new kafkajs.Kafka({ brokers, logLevel: kafkajs.logLevel.NOTHING })
  })
  afterAll(async () => opened.log.close())

  async function asAdmin<T>(act: (admin: kafkajs.Admin) => Promise<T>): Promise<T> {
    const admin = client.admin()
    await admin.connect()
    try {
      return await act(admin)
    } finally {
      await admin.disconnect()
    }
  }

  async function produce(topic: string, send: (producer: kafkajs.Producer) => Promise<unknown>) {
    const { DefaultPartitioner } = kafkajs.Partitioners
    const producer = client.producer({ createPartitioner: DefaultPartitioner })
    await producer.connect()
    await send(producer)
    await producer.disconnect()
    return topic
  }

  it.each([
    ['gzip', kafkajs.CompressionTypes.GZIP],
    ['snappy', kafkajs.CompressionTypes.Snappy],
    ['zstd', kafkajs.CompressionTypes.ZSTD],
    ['none', kafkajs.CompressionTypes.None],
  ])('reads what other producers packed: %s', async (_name, compression) => {
    const topic = await newTopic(opened.log)
    const messages = numbers(100).map((number) => ({ partition: 0, value: String(number) }))
    await produce(topic, (producer) => producer.send({ topic, compression, messages }))
    const { records, leave } = await follow(opened.log, topic, newName('group'))
    await until(() => records.length >= 100, 'the records of another producer')
    expect(records.map(numberOf)).toEqual(numbers(100))
    await leave()
  })

  it('reads what other producers packed: lz4', async () => {
    const topic = await newTopic(opened.log)
    const { LZ4 } = kafkajs.CompressionTypes
    const codecs = kafkajs.CompressionCodecs as Record<number, () => object>
    const reading = codecs[LZ4]!
    const compress = ({ buffer }: { buffer: Buffer }) => Promise.resolve(storedLz4(buffer))
    codecs[LZ4] = () => ({ ...reading(), compress })
    try {
      const messages = numbers(100).map((number) => ({ partition: 0, value: String(number) }))
      await produce(topic, (producer) => producer.send({ topic, compression: LZ4, messages }))
    } finally {
      codecs[LZ4] = reading
    }
    const { records, leave } = await follow(opened.log, topic, newName('group'))
    await until(() => records.length >= 100, 'the records of another producer')
    expect(records.map(numberOf)).toEqual(numbers(100))
    await leave()
  })

  it('counts what retention removed as a gap, and goes on with what is kept', async () => {
    const topic = await newTopic(opened.log)
    await opened.log.append(numbers(10).map((number) => numbered(topic, number)))
    await asAdmin(async (admin) => {
      await admin.fetchTopicOffsets(topic)
      const partitions = [{ partition: 0, offset: '6' }]
      await admin.deleteTopicRecords({ topic, partitions })
    })
    const { records, gaps, leave } = await follow(opened.log, topic, newName('group'))
    await until(() => records.length >= 4, 'what is kept')
    expect(records.map(numberOf)).toEqual([6, 7, 8, 9])
    expect(gaps).toEqual([6])
    expect(opened.told).toContainEqual({ kind: 'gap', topic, partition: 0, records: 6 })
    await leave()
  })

  it('says that a topic was made anew to a reader that comes back', async () => {
    const topic = await newTopic(opened.log)
    await opened.log.append(numbers(10).map((number) => numbered(topic, number)))
    await asAdmin(async (admin) => {
      await admin.deleteTopics({ topics: [topic] })
      await until(async () => !(await admin.listTopics()).includes(topic), 'the topic to go')
      await until(
        () =>
          admin.createTopics({ topics: [{ topic, numPartitions: 1 }] }).then(
            () => true,
            () => false,
          ),
        'the topic to come again',
      )
    })
    const { readers, leave } = await joined(opened.log, [topic])
    const reader = readers(topic, 0)
    reader.seek(10)
    const answer = { status: 'beyond-end', end: 0 }
    await until(async () => (await reader.fetch(anyBytes)).status !== 'ok', 'the position checked')
    expect(await reader.fetch(anyBytes)).toEqual(answer)
    await leave()
  })

  it('passes over transactions that were aborted, and finds the end behind their markers', async () => {
    const topic = await newTopic(opened.log)
    await opened.log.append([numbered(topic, 0)])
    const producer = client.producer({
      createPartitioner: kafkajs.Partitioners.DefaultPartitioner,
      transactionalId: newName('transaction'),
      idempotent: true,
      maxInFlightRequests: 1,
    })
    await producer.connect()
    for (const [value, end] of [
      ['1', 'commit'],
      ['2', 'abort'],
    ] as const) {
      const transaction = await producer.transaction()
      await transaction.send({ topic, messages: [{ partition: 0, value }] })
      await transaction[end]()
    }
    await producer.disconnect()
    const { readers, leave } = await joined(opened.log, [topic])
    const reader = readers(topic, 0)
    const seen: number[] = []
    let next = 0
    await until(async () => {
      const fetched = okay(await reader.fetch(anyBytes))
      seen.push(...fetched.records.map(numberOf))
      next = fetched.next
      return fetched.end !== null
    }, 'the end behind the markers')
    expect(seen).toEqual([0, 1])
    const { end } = await opened.log.offsets(topic, 0)
    expect(next).toBe(end)
    await leave()
  })

  it('tells of a batch that unpacks to more than the limit, and reads on behind it', async () => {
    const topic = await newTopic(opened.log)
    const producer = client.producer({
      createPartitioner: kafkajs.Partitioners.DefaultPartitioner,
    })
    await producer.connect()
    const zeros = Buffer.alloc(1024 * 1024)
    const messages = Array.from({ length: 140 }, () => ({ partition: 0, value: zeros }))
    const compression = kafkajs.CompressionTypes.ZSTD
    await opened.log.append([numbered(topic, 0)])
    await producer.send({ topic, compression, messages })
    await producer.disconnect()
    await opened.log.append([numbered(topic, 1)])
    const { readers, leave } = await joined(opened.log, [topic])
    const reader = readers(topic, 0)
    const records: LogRecord[] = []
    while (records.length < 142) records.push(...okay(await reader.fetch(anyBytes)).records)
    expect(records.map(({ offset }) => offset)).toEqual(numbers(142))
    expect([records[0]!, records[141]!].map(numberOf)).toEqual([0, 1])
    const gone = records.slice(1, 141)
    expect(gone.every(({ key, value }) => key === null && value === null)).toBe(true)
    expect(gone[0]!.headers).toEqual({ [unreadableHeader]: 'unreadable-batch' })
    expect(gone.slice(1).every(({ headers }) => Object.keys(headers).length === 0)).toBe(true)
    await leave()
  })

  it('rebuilds a consumer that kafkajs gave up, and reads on', async () => {
    const { told } = opened
    const topic = await newTopic(opened.log)
    const { GZIP } = kafkajs.CompressionTypes
    const codecs = kafkajs.CompressionCodecs as Record<number, () => object>
    const gzip = codecs[GZIP]!
    const decompress = () => Promise.reject(new kafkajs.KafkaJSNonRetriableError('broken'))
    let fails = true
    codecs[GZIP] = () => (fails ? { ...gzip(), decompress } : gzip())
    const { records, leave } = await follow(opened.log, topic, newName('group'))
    const from = told.length
    try {
      await produce(topic, (producer) =>
        producer.send({
          topic,
          compression: GZIP,
          messages: [{ partition: 0, value: '7' }],
        }),
      )
      await until(() => told.slice(from).some(({ kind }) => kind === 'rebuilt'), 'a rebuild')
      fails = false
      await until(() => records.length > 0, 'the record behind the crash')
    } finally {
      codecs[GZIP] = gzip
    }
    expect(records.map(numberOf)).toEqual([7])
    await leave()
  })

  it('sets no timers without end while nothing happens', async () => {
    const topic = await newTopic(opened.log)
    const { leave, owned } = await follow(opened.log, topic, newName('group'))
    await until(() => owned().length === 1, 'the first assignment')
    const original = globalThis.setTimeout
    let negative = 0
    let polls = 0
    globalThis.setTimeout = ((act: () => void, delayMs: number, ...rest: unknown[]) => {
      if (delayMs < 0) negative++
      return original(act, delayMs, ...(rest as []))
    }) as typeof setTimeout
    try {
      await until(() => ++polls > 20, 'a second of idling')
    } finally {
      globalThis.setTimeout = original
    }
    expect(negative).toBe(0)
    await leave()
  })

  it('describes brokers and topics, and those that do not exist', async () => {
    const name = newName('topic')
    const spec = { name, partitions: 2, retention: { kind: 'time', ms: 3_600_000 } } as const
    await opened.log.ensureTopics([spec])
    const found = await opened.log.inspect([name, 'not-there'])
    expect(found).toMatchObject({ reachable: true, why: null })
    expect(found.apis!.produce).toBeGreaterThanOrEqual(7)
    expect(found.brokers.some(({ isController }) => isController)).toBe(true)
    expect(found.topics).toMatchObject([
      { name, partitions: 2, cleanupPolicy: 'delete', retentionMs: 3_600_000 },
      { name: 'not-there', partitions: null, retentionMs: null },
    ])
  })
})

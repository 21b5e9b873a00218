import { execFile } from 'node:child_process'
import { join } from 'node:path'
import kafkajs from 'kafkajs'
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest'
import { openRedisStore } from '../../src/adapters/redis/open-redis-store.ts'
import type { RedisStore } from '../../src/adapters/redis/redis-store.ts'
import { type ProcessorRun, runProcessor } from '../../src/engine/run-processor.ts'
import { systemClock } from '../../src/engine/system-clock.ts'
import type { Processor } from '../../src/processors/processor.ts'
import { newName, type OpenedLog, openLog, until } from '../adapters/kafka/open-log.ts'
import { overriding } from '../simulation/overriding.ts'
import {
  decode,
  encode,
  graceMs,
  toyAttribute,
  toyDetect,
  toyIngest,
  type Total,
  windowMs,
} from '../simulation/toy.ts'
import { missingOf } from '../support/services/service.ts'

const { kafka, redis } = inject('services')
const missing = missingOf(kafka) ?? missingOf(redis)
const partitions = 2
const forever = { kind: 'forever' } as const

/** Toy processors under the names and on the topics of the real ones, so that the command knows them. */
function onTopics(toy: Processor, from: string, renamed: Readonly<Record<string, string>>) {
  const { restore, ...rest } = toy
  return {
    ...rest,
    inputs: [from],
    ...(restore === undefined
      ? {}
      : { restore: { ...restore, topics: restore.topics.map((topic) => renamed[topic]!) } }),
    open: (...given: Parameters<typeof toy.open>) => {
      const machine = toy.open(...given)
      return overriding(machine, {
        apply: (record) =>
          machine.apply(record).map((output) => ({ ...output, topic: renamed[output.topic]! })),
      })
    },
  }
}

describe.skipIf(missing !== null)(
  `a topic that was deleted and made again${missing === null ? '' : ` (${missing})`}`,
  () => {
    const prefix = `${newName('anew')}.`
    const [events, found, totals] = [
      `${prefix}service-events`,
      `${prefix}findings`,
      `${prefix}releases`,
    ]
    const commands = `${prefix}commands`
    const brokers = 'missing' in kafka ? [] : [...kafka.brokers]
    const url = 'missing' in redis ? '' : redis.url
    const specs = [
      { name: commands, partitions, retention: forever },
      { name: events, partitions, retention: forever },
      { name: found, partitions: 1, retention: forever },
      { name: totals, partitions: 1, retention: { kind: 'compacted' } as const },
    ]
    let opened: OpenedLog
    let store: RedisStore
    const bugs: unknown[] = []
    const runs: ProcessorRun[] = []
    beforeAll(async () => {
      opened = await openLog(brokers)
      store = await openRedisStore({
        url,
        cluster: false,
        password: null,
        tls: null,
        keyPrefix: prefix,
        expiryMs: 3_600_000,
        volatile: true,
        clock: systemClock,
        onLost: (lost) => void bugs.push(lost),
      })
      await opened.log.ensureTopics(specs)
    })
    afterAll(async () => {
      for (const run of runs.splice(0)) await run.stop(5_000)
      await store.close()
      await opened.log.close()
    })

    const start = async (processor: Processor) => {
      const run = await runProcessor({
        processor,
        log: opened.log,
        store: processor.name === 'ingest' ? null : store,
        clock: systemClock,
        groupPrefix: prefix,
        failed: (error) => void bugs.push(error),
      })
      runs.push(run)
      return run
    }
    const makeAnew = async (topic: string) => {
      const client = new kafkajs.Kafka({ brokers, logLevel: kafkajs.logLevel.NOTHING })
      const admin = client.admin()
      await admin.connect()
      await admin.deleteTopics({ topics: [topic] })
      await until(async () => !(await admin.listTopics()).includes(topic), `${topic} is deleted`)
      await admin.disconnect()
      await opened.log.ensureTopics(specs)
    }
    const reset = (topic: string) => culprit('topics', 'reset', topic)
    const culprit = (...words: readonly string[]) =>
      new Promise<{ code: number; says: string }>((resolve) => {
        const main = join(import.meta.dirname, '../../src/cli/main.ts')
        const settings = [`kafka.topicPrefix=${prefix}`, `redis.keyPrefix=${prefix}`].flatMap(
          (setting) => ['--set', setting],
        )
        const env = { ...process.env, KAFKA_BROKERS: brokers.join(','), REDIS_URL: url }
        execFile(
          process.execPath,
          [main, ...words, ...settings],
          { env },
          (error, stdout, stderr) => {
            resolve({ code: Number(error?.code ?? 0), says: `${stdout}${stderr}` })
          },
        )
      })
    let n = 0
    const append = async (value: object) => {
      n++
      await opened.log.append(
        Array.from({ length: partitions }, (_, partition) => ({
          topic: events,
          partition,
          key: null,
          headers: { 'culprit-position': `u@${n}.0` },
          value: encode(value),
        })),
      )
    }
    /** One count for each partition, in a window that closes at once. */
    const window = async (number: number) => {
      await append({ key: `k${number}`, startMs: number * windowMs, n: 1 })
      await append({ kind: 'tick', units: { u: (number + 1) * windowMs + graceMs } })
    }
    const told = async () => {
      const last = new Map<string, number>()
      await opened.log.readAll(totals, ({ value }) => {
        const { key, total } = decode<Total>(value)
        last.set(key, total)
      })
      return Object.fromEntries(last)
    }

    it('is read from its beginning once it is reset: nothing is dropped, nothing counted twice', async () => {
      const detect = await start(onTopics(toyDetect(['u']), events, { found }))
      // Each window has a key of its own: the toy takes one finding of a key and window.
      const perPartition: Processor = onTopics(toyAttribute, found, { totals })
      await start(perPartition)
      await window(1)
      await until(async () => (await told())['k1'] !== undefined, 'the first window is told')

      expect(await reset(events)).toMatchObject({ code: 1 })
      await makeAnew(events)
      await until(
        () =>
          detect.units().length === partitions &&
          detect.units().every(({ state }) => state === 'refused'),
        `every unit is refused: ${JSON.stringify(detect.units())}`,
      )
      expect((await culprit('doctor')).says).toContain(`culprit topics reset ${events}`)
      const { code, says } = await reset(events)
      expect(says).toMatch(/detect\/0 +stood at 2 of 0, begins anew/)
      expect(code).toBe(0)
      await until(
        () => detect.units().every(({ state }) => state === 'running'),
        `every unit runs: ${JSON.stringify(detect.units())}`,
      )
      await window(2)
      await window(3)
      await until(async () => (await told())['k3'] !== undefined, 'the third window is told')
      expect(await told()).toEqual({ k1: 1, k2: 1, k3: 1 })
      expect((await store.place('detect/0'))!.next).toBe(4)
      expect(bugs).toEqual([])
    })

    it('of ingest gets an epoch of its own by itself, since the group forgets its offsets with it', async () => {
      const ingest = onTopics(toyIngest, commands, { events })
      const run = await start(ingest)
      const send = (key: string) =>
        opened.log.append([
          {
            topic: commands,
            partition: 0,
            key: null,
            headers: {},
            value: encode({ events: [{ key, atMs: 0, n: 1 }] }),
          },
        ])
      const names = async () => {
        const seen = new Map<string, string>()
        await opened.log.readAll(events, ({ headers, value }) => {
          const position = headers['culprit-position']!
          const { key } = decode<{ key?: string }>(value)
          if (position.startsWith('ingest/')) seen.set(key!, position)
        })
        return seen
      }
      for (const key of ['before', 'b', 'c', 'd', 'e']) await send(key)
      await until(() => run.units()[0]?.next === 5, 'all came through')
      await makeAnew(commands)
      await send('after')
      await until(
        async () => (await names()).has('after'),
        `the new topic is read: ${JSON.stringify(run.units())}`,
      )
      const seen = await names()
      const [before, after] = [seen.get('before')!, seen.get('after')!]
      expect([before, after].map((position) => position.split('@')[1])).toEqual(['0.0', '0.0'])
      expect(before.split('@')[0]).not.toBe(after.split('@')[0])
    })
  },
)

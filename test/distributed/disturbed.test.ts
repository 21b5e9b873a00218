import { afterEach, describe, expect, inject, it } from 'vitest'
import { Arena } from '../support/distributed/arena.ts'
import { seed } from '../support/distributed/recording.ts'
import { missingOf } from '../support/services/service.ts'

const { kafka, redis } = inject('services')
const missing = missingOf(kafka) ?? missingOf(redis)
/** How often each thing goes wrong; more for a longer look. */
const times = Number(process.env['DISTURBANCES'] ?? 2)
const liveSeconds = Number(process.env['DISTURBED_SECONDS'] ?? 20)
const pause = (ms: number) => new Promise<void>((resolve) => void setTimeout(resolve, ms))

describe.skipIf(missing !== null)(
  `on Kafka and Redis nothing is lost and nothing doubled${missing === null ? '' : ` (${missing})`}`,
  () => {
    let arena: Arena
    afterEach(async () => {
      const codes = await arena.close()
      expect(new Set(codes), 'every worker ends in order').toEqual(new Set([0]))
    })

    /** Nothing comes twice at the append of the recording itself: what is doubled was doubled by the program. */
    async function holds(disturb: () => Promise<void>): Promise<void> {
      const { windows, expected, incidents, contradictions } = await arena.play(
        liveSeconds,
        disturb,
      )
      expect(windows, 'the windows are those of replay').toEqual(expected)
      expect(incidents).toHaveLength(1)
      expect(contradictions).toEqual([])
    }

    async function repeat(act: (n: number) => Promise<void>, everyMs: number): Promise<void> {
      for (let n = 0; n < times; n++) {
        await pause(everyMs)
        await act(n)
      }
    }

    it(`while workers are killed in turn (seed ${seed})`, async () => {
      arena = await Arena.open()
      await holds(() => repeat((n) => arena.replaceWorker(n % 2), 3_000))
    }, 600_000)

    it(`while Redis is killed and set back to a copy 5 s old (seed ${seed})`, async () => {
      arena = await Arena.open()
      await holds(() =>
        repeat(async () => {
          const back = arena.store.remember()
          await pause(5_000)
          await back()
        }, 3_000),
      )
    }, 600_000)

    it(`while everything in Redis is deleted half-way (seed ${seed})`, async () => {
      arena = await Arena.open()
      await holds(async () => {
        await pause((liveSeconds / 2) * 1_000)
        await arena.store.flush()
      })
    }, 600_000)

    it(`while brokers of three are stopped and killed in turn (seed ${seed})`, async () => {
      arena = await Arena.open({ nodes: 3 })
      const { brokers } = arena
      await holds(() =>
        repeat(async (n) => {
          const id = (n % 3) + 1
          await (n % 2 === 0 ? brokers.killNode(id) : brokers.stopNode(id))
          await pause(4_000)
          await brokers.startNode(id)
        }, 3_000),
      )
    }, 600_000)

    it(`while a worker is stopped for 40 s and goes on (seed ${seed})`, async () => {
      arena = await Arena.open()
      await holds(async () => {
        await pause(3_000)
        arena.workers[0]!.freeze()
        await pause(40_000)
        arena.workers[0]!.thaw()
      })
    }, 600_000)
  },
)

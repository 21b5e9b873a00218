import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest'
import { MemoryStore } from '../../../src/adapters/memory/memory-store.ts'
import { runProcessor } from '../../../src/engine/run-processor.ts'
import { systemClock } from '../../../src/engine/system-clock.ts'
import type { CheckpointStore } from '../../../src/ports/checkpoint-store.ts'
import { overriding } from '../../simulation/overriding.ts'
import { decode, encode, type Found, graceMs, toyDetect, windowMs } from '../../simulation/toy.ts'
import { missingOf } from '../../support/services/service.ts'
import { newName, type OpenedLog, openLog, until } from './open-log.ts'

const { kafka } = inject('services')
const missing = missingOf(kafka)
const partitions = 4

describe.skipIf(missing !== null)(`units on Kafka${missing === null ? '' : `: ${missing}`}`, () => {
  const logs: OpenedLog[] = []
  beforeAll(async () => {
    const brokers = 'missing' in kafka ? [] : [...kafka.brokers]
    logs.push(await openLog(brokers), await openLog(brokers))
  })
  afterAll(async () => {
    for (const { log } of logs) await log.close()
  })

  it('load what moves at a rebalance, and nothing of what stays', async () => {
    const [events, found, group] = [newName('events'), newName('found'), newName('g')]
    const forever = { kind: 'forever' } as const
    for (const { log } of logs) {
      await log.ensureTopics([
        { name: events, partitions, retention: forever },
        { name: found, partitions: 1, retention: forever },
      ])
    }
    const loads: string[] = []
    const memory = new MemoryStore()
    const store = overriding<CheckpointStore>(memory, {
      open: (unit, nowMs) => {
        loads.push(unit)
        return memory.open(unit, nowMs)
      },
    })
    const toy = toyDetect(['u'])
    const processor = {
      ...toy,
      inputs: [events],
      open: (...given: Parameters<typeof toy.open>) => {
        const machine = toy.open(...given)
        return overriding(machine, {
          apply: (record) => machine.apply(record).map((output) => ({ ...output, topic: found })),
        })
      },
    }
    const bugs: unknown[] = []
    const start = ({ log }: OpenedLog) =>
      runProcessor({
        processor,
        log,
        store,
        clock: systemClock,
        groupPrefix: group,
        failed: (error) => void bugs.push(error),
      })
    let n = 0
    const everywhere = async (value: object) => {
      n++
      await logs[0]!.log.append(
        Array.from({ length: partitions }, (_, partition) => ({
          topic: events,
          partition,
          key: null,
          headers: { 'culprit-position': `u@${n}.0` },
          value: encode(value),
        })),
      )
    }
    const count = () => everywhere({ key: 'a', startMs: 0, n: 1 })
    const runs = [await start(logs[0]!)]
    const units = () => runs.flatMap((run) => run.units())
    const settled = (wanted: number) =>
      until(
        () =>
          units().length === partitions &&
          units().every(({ state, next }) => state === 'running' && next === wanted),
        `every unit at ${wanted}: ${JSON.stringify(units())}`,
      )
    await count()
    await settled(1)
    expect(loads).toHaveLength(partitions)

    runs.push(await start(logs[1]!))
    await until(() => runs[1]!.units().length > 0, 'the second has its share')
    const moved = runs[1]!.units().map(({ unit }) => unit)
    await count()
    await settled(2)
    expect(loads.slice(partitions).sort()).toEqual([...moved].sort())
    expect(moved).toHaveLength(partitions / 2)

    await runs[1]!.stop(5_000)
    runs.pop()
    await until(() => units().length === partitions, 'the first has all again')
    await everywhere({ kind: 'tick', units: { u: windowMs + graceMs } })
    await settled(3)
    expect(loads.slice(partitions + moved.length).sort()).toEqual([...moved].sort())
    const sums: number[] = []
    await logs[0]!.log.readAll(found, ({ value }) => void sums.push(decode<Found>(value).n))
    expect(sums).toEqual([2, 2, 2, 2])
    await runs[0]!.stop(5_000)
    expect(bugs).toEqual([])
  })
})

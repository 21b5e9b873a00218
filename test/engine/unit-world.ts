/** A toy processor's world on memory and virtual time, and the records that its units read. */
import { MemoryLog } from '../../src/adapters/memory/memory-log.ts'
import { MemoryStore } from '../../src/adapters/memory/memory-store.ts'
import type { TurnLimits } from '../../src/engine/read-turn.ts'
import { runProcessor } from '../../src/engine/run-processor.ts'
import type { CheckpointStore } from '../../src/ports/checkpoint-store.ts'
import type { EventLog, LogRecord, NewRecord } from '../../src/ports/event-log.ts'
import type { Processor } from '../../src/processors/processor.ts'
import { decode, encode, type Found, graceMs, toyDetect, windowMs } from '../simulation/toy.ts'
import { VirtualClock } from '../simulation/virtual-clock.ts'

const forever = { kind: 'forever' } as const
export const detect = toyDetect(['u'])
/** Never settles: a call that its process did not live to see answered. */
export const hang = new Promise<never>(() => undefined)

export async function world() {
  const clock = new VirtualClock(1_000_000)
  const log = new MemoryLog(clock)
  const store = new MemoryStore()
  await log.ensureTopics([
    { name: 'events', partitions: 1, retention: { kind: 'time', ms: 3_600_000 } },
    { name: 'found', partitions: 1, retention: forever },
    { name: 'totals', partitions: 1, retention: { kind: 'compacted' } },
  ])
  const bugs: unknown[] = []
  const start = (
    processor: Processor,
    more: { log?: EventLog; store?: CheckpointStore; limits?: Partial<TurnLimits> } = {},
  ) =>
    runProcessor({
      processor,
      log: more.log ?? log,
      store: more.store ?? store,
      clock,
      groupPrefix: '',
      ...(more.limits === undefined ? {} : { limits: more.limits }),
      failed: (error) => void bugs.push(error),
    })
  const records = async (topic: string) => {
    const found: LogRecord[] = []
    await log.readAll(topic, (record) => void found.push(record))
    return found
  }
  const found = async () => (await records('found')).map(({ value }) => decode<Found>(value))
  return { clock, log, store, start, records, found, bugs }
}

function event(n: number, value: unknown): NewRecord {
  const headers = { 'culprit-position': `u@${n}.0` }
  return { topic: 'events', partition: 0, key: null, headers, value: encode(value) }
}
export const count = (n: number, startMs: number, key = 'a') => event(n, { key, startMs, n: 1 })
export const tick = (n: number, timeMs: number) => event(n, { kind: 'tick', units: { u: timeMs } })
export const closing = windowMs + graceMs

/**
 * Known bugs, planted from outside into the real engine and processors: the test of the test. Each is an
 * error that a plausible design would have made, and shows only when something goes wrong: an undisturbed
 * run with it passes every check that is not skipped.
 */
import { unwrapKafka } from '../../src/core/intake/cloudevents/unwrap.ts'
import { partitionOf } from '../../src/core/kernel/murmur2.ts'
import { positionHeader } from '../../src/core/kernel/positions.ts'
import { serviceName } from '../../src/core/kernel/service-key.ts'
import { foldDefaults } from '../../src/core/rollup/fold/settings.ts'
import type { Clock } from '../../src/ports/clock.ts'
import type { StoredEntry } from '../../src/ports/checkpoint-store.ts'
import type { EventLog, LogRecord, NewRecord } from '../../src/ports/event-log.ts'
import { serviceEventOutput } from '../../src/processors/ingest/outputs.ts'
import { readDeployments } from '../../src/processors/ingest/read-deployments.ts'
import type { InputRecord, Machine, Output, Processor } from '../../src/processors/processor.ts'
import { topics } from './feed.ts'
import type { Invariant } from './invariants.ts'
import { overriding } from './overriding.ts'
import type { FaultKind } from './plan.ts'
import type { SharedStore, StoreCalls } from './sim-store.ts'

export interface Shared {
  readonly log: EventLog
  readonly clock: Clock
}

export interface Owner {
  readonly clock: Clock
  readonly process: number
}

export interface Plant {
  begin?(shared: Shared): void
  processor?(processor: Processor, owner: Owner): Processor
  log?(log: EventLog, process: number): EventLog
  store?(store: SharedStore): StoreCalls
  /** What is stored, as today's version would have stored it. */
  stored?(entries: readonly StoredEntry[]): readonly StoredEntry[]
  /** A process whose version refuses the state that it finds exits and says why; no bug. */
  readonly refusalsAreExits?: true
  /** What does not hold with it by its nature, in undisturbed runs too. */
  readonly skips?: readonly Invariant[]
  /** Faults of which nobody claims that it stands them. */
  readonly without?: readonly FaultKind[]
}

export const plantNames = [
  'counter',
  'lost-outbox',
  'publish-first',
  'two-topics',
  'no-fence',
  'no-base',
  'ttl',
  'clock',
  'no-dedupe',
] as const
export type PlantName = (typeof plantNames)[number]

/** Besides the bugs: versions that decide otherwise side by side, which is none. */
export const plants: Record<PlantName | 'mixed-versions', () => Plant> = {
  counter: () => counter(),
  'lost-outbox': () => ({
    store: (store) => ({
      open: async (unit, nowMs) => ({ ...(await store.open(unit, nowMs)), outbox: [] }),
      commit: (unit, commit) => store.commit(unit, commit),
    }),
  }),
  'publish-first': () => ({
    ...mixedVersions,
    processor: (processor, owner) => ({
      ...mixed(processor, owner),
      order: 'publish-then-commit',
    }),
  }),
  'mixed-versions': () => ({ ...mixedVersions, processor: mixed }),
  'two-topics': () => twoTopics(),
  'no-fence': () => unchecked({ generation: true }),
  'no-base': () => unchecked({ base: true }),
  ttl: () => ttl(),
  clock: () => ({
    skips: ['function-of-log'],
    processor: (processor, { clock }) =>
      processor.name === 'detect' ? wrapped(processor, () => wallClockTicks(clock)) : processor,
  }),
  'no-dedupe': () => ({ log: withoutPositions }),
}

/** Sequence numbers that go on from the last acknowledged one, instead of positions. */
function counter(): Plant {
  const acknowledged = new Map<string, number>()
  return {
    skips: ['function-of-log'],
    log: (log) => {
      const sent = new Map<string, number>()
      // Sent again, a record keeps its number; made again, it gets another.
      const numbers = new WeakMap<NewRecord, number>()
      const numbered = (record: NewRecord): NewRecord => {
        const unit = unitOf(record)
        const n = numbers.get(record) ?? (sent.get(unit) ?? acknowledged.get(unit) ?? 0) + 1
        numbers.set(record, n)
        sent.set(unit, Math.max(n, sent.get(unit) ?? 0))
        return { ...record, headers: { ...record.headers, [positionHeader]: `${unit}@${n}.0` } }
      }
      const append = async (records: readonly NewRecord[]) => {
        await log.append(records.map(numbered))
        for (const record of records) {
          const unit = unitOf(record)
          acknowledged.set(unit, Math.max(acknowledged.get(unit) ?? 0, numbers.get(record)!))
        }
      }
      return overriding(log, { append })
    },
  }
}

function unitOf({ headers }: Pick<NewRecord, 'headers'>): string {
  const position = headers[positionHeader]!
  return position.slice(0, position.lastIndexOf('@'))
}

/**
 * Every second process words its releases and incidents otherwise, as a newer version may. What was told
 * then depends on who told it; but under one id there must be one wording, unless the store forgets.
 */
const mixedVersions = {
  skips: ['function-of-log', 'same-told'],
  without: ['store-back', 'store-empty'],
} as const satisfies Plant

const worded: readonly string[] = [topics.releases, topics.incidents, topics.alerts]

function mixed(processor: Processor, { process }: Owner): Processor {
  if (processor.name !== 'attribute' || process % 2 === 0) return processor
  const otherwise = (output: Output): Output => {
    if (!worded.includes(output.topic) || output.value === null) return output
    const said = JSON.parse(Buffer.from(output.value).toString()) as object
    return { ...output, value: Buffer.from(JSON.stringify({ ...said, by: 'the next version' })) }
  }
  return wrapped(processor, () => ({
    apply: (machine, record) => machine.apply(record).map(otherwise),
  }))
}

/** Deployments are taken from their own topic, as far as it has come, beside the service events. */
function twoTopics(): Plant {
  let shared: Shared | null = null
  const all = (): LogRecord[] => {
    const found: LogRecord[] = []
    void shared!.log.readAll(topics.deployments, (record) => void found.push(record))
    return found
  }
  return {
    skips: ['function-of-log'],
    begin: (given) => {
      shared = given
    },
    processor: (processor) => {
      if (processor.name !== 'detect') return processor
      return wrapped(processor, () => {
        let taken = 0
        return {
          apply: (machine, record) => {
            const arrived = all()
            const outputs = arrived
              .slice(taken)
              .flatMap((each) => deploymentsOf(each, record, shared!.log))
              .flatMap((each) => [...machine.apply(each)])
            taken = arrived.length
            return isOfKind(record, 'deployment') ? outputs : [...outputs, ...machine.apply(record)]
          },
        }
      })
    },
  }
}

/** The deployments of a record as service events of the partition of `beside`. */
function deploymentsOf(record: LogRecord, beside: InputRecord, log: EventLog): InputRecord[] {
  const context = { arrivedMs: record.atMs, settings: foldDefaults }
  const partitions = log.partitionCount(topics.serviceEvents)
  return readDeployments(unwrapKafka(record.headers, record.value), context)
    .deployments.filter(
      ({ service }) => partitionOf(serviceName(service), partitions) === beside.partition,
    )
    .map((each) => serviceEventOutput(each, topics.serviceEvents))
    .map(({ key, value, headers }) => ({ ...beside, key, value, headers }))
}

function unchecked(what: { readonly generation?: true; readonly base?: true }): Plant {
  return {
    store: (store) => ({
      open: (unit, nowMs) => store.open(unit, nowMs),
      commit: (unit, commit) => store.commit(unit, commit, what),
    }),
  }
}

const ttlMs = 12_000

/** Open windows are gone when nothing was written to them for a while, by the clock. */
function ttl(): Plant {
  const writtenMs = new Map<string, number>()
  let clock: Clock | null = null
  return {
    begin: (shared) => {
      clock = shared.clock
    },
    store: (store) => ({
      open: async (unit, nowMs) => {
        const checkpoint = await store.open(unit, nowMs)
        const lives = (group: string) =>
          !group.startsWith('open/') ||
          clock!.monotonic() - (writtenMs.get(`${unit} ${group}`) ?? 0) < ttlMs
        return { ...checkpoint, entries: checkpoint.entries.filter(({ group }) => lives(group)) }
      },
      commit: (unit, commit) => {
        for (const { group } of commit.changes.puts) {
          writtenMs.set(`${unit} ${group}`, clock!.monotonic())
        }
        return store.commit(unit, commit)
      },
    }),
  }
}

/** Every unit of a tick has come as far as this process's clock. */
function wallClockTicks(clock: Clock): Wrapping {
  return {
    apply: (machine, record) => {
      if (!isOfKind(record, 'tick')) return machine.apply(record)
      const tick = JSON.parse(Buffer.from(record.value!).toString()) as {
        units: Record<string, number>
      }
      const now = clock.now()
      const units = Object.fromEntries(Object.keys(tick.units).map((unit) => [unit, now]))
      return machine.apply({ ...record, value: Buffer.from(JSON.stringify({ ...tick, units })) })
    },
  }
}

/** Every record counts as newer than the one before, so nothing is recognised as a repeat. */
function withoutPositions(log: EventLog): EventLog {
  const renewed = (record: LogRecord): LogRecord => {
    if (record.headers[positionHeader] === undefined) return record
    const position = `${unitOf(record)}@${record.offset}.0`
    return { ...record, headers: { ...record.headers, [positionHeader]: position } }
  }
  return overriding(log, {
    join: (request) =>
      log.join({
        ...request,
        assigned: (readers) =>
          request.assigned(
            readers.map((reader) =>
              overriding(reader, {
                fetch: async (asked) => {
                  const fetched = await reader.fetch(asked)
                  if (fetched.status !== 'ok') return fetched
                  return { ...fetched, records: fetched.records.map(renewed) }
                },
              }),
            ),
          ),
      }),
  })
}

interface Wrapping {
  apply(machine: Machine, record: InputRecord): readonly Output[]
}

function wrapped(processor: Processor, wrapping: () => Wrapping): Processor {
  return {
    ...processor,
    open: (unit, entries) => {
      const machine = processor.open(unit, entries)
      const wrapper = wrapping()
      return overriding(machine, { apply: (record) => wrapper.apply(machine, record) })
    },
  }
}

function isOfKind({ value }: InputRecord, kind: string): boolean {
  return Buffer.from(value ?? [])
    .toString('latin1', 0, 40)
    .startsWith(`{"kind":"${kind}"`)
}

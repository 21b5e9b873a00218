/**
 * What must hold after every run, whatever was done to it.
 *
 * Nothing is excepted for a store that went back or was emptied: the topics are kept from their first
 * record on, so all is built again to the same state and told again under the same ids. Between runs may
 * differ what depends on how records of different partitions and ticks came to lie (`told.ts`).
 */
import type { ServiceEvent } from '../../src/contracts/service-events.ts'
import type { AuditEntry } from '../../src/contracts/audit-entry.ts'
import { positionHeader } from '../../src/core/kernel/positions.ts'
import { auditHash } from '../../src/core/response/audit-hash.ts'
import type { LogRecord } from '../../src/ports/event-log.ts'
import { attributeProcessor } from '../../src/processors/attribute/attribute.ts'
import { detectProcessor } from '../../src/processors/detect/detect.ts'
import { addBody, addBucket, addTo, countDifferences, type Counts } from './counts.ts'
import { topics } from './feed.ts'
import { entryDifferences, outputDifferences, remake } from './remake.ts'
import { gist, type Told, toldBy } from './told.ts'
import { attributeSettings, detectSettings } from './settings.ts'
import type { Outcome } from './world.ts'

export type Invariant =
  /** Nothing threw that is not an unreachable service. */
  | 'no-bug'
  /** Verdicts, incidents, alerts, suggestions and audit are those of the undisturbed run. */
  | 'same-told'
  /** One content per event id, and per position. */
  | 'one-content'
  /** Outputs and state of every unit are a function of its input. */
  | 'function-of-log'
  /** Closed windows are what a direct fold of the input gives. */
  | 'windows'
  | 'audit-chain'
  /** No commit of an old generation was taken. */
  | 'fenced'
  | 'in-out'
  /** No window closes before the ticks have come to its end: so none while all of ingest is down. */
  | 'no-tick-no-time'

export interface Divergence {
  readonly invariant: Invariant
  readonly what: string
}

export function divergences(
  outcome: Outcome,
  calm: Told,
  skips: readonly Invariant[],
): Divergence[] {
  const windows: Counts = new Map()
  const shown = (told: Told) => (outcome.feed.withLogs ? gist(told) : told)
  const wrong = remakeAll(outcome, windows)
  const found: readonly [Invariant, readonly string[]][] = [
    ['no-bug', outcome.bugs.map((bug) => (bug instanceof Error ? bug.stack! : String(bug)))],
    ['fenced', outcome.stale],
    ['one-content', contradictions(outcome)],
    ['no-tick-no-time', outcome.early],
    ['windows', windowDifferences(outcome, windows)],
    ['function-of-log', wrong],
    ['same-told', toldDifferences(shown(toldBy(outcome.topics)), shown(calm))],
    ['audit-chain', brokenChains(outcome.topics.get(topics.audit)!)],
    ['in-out', imbalance(outcome)],
  ]
  return found.flatMap(([invariant, all]) =>
    skips.includes(invariant) ? [] : all.map((what) => ({ invariant, what })),
  )
}

/** Runs every unit's input once through a machine of its own; fills `windows` on the way. */
function remakeAll(outcome: Outcome, windows: Counts): string[] {
  const { feed, topics: written, checkpoints } = outcome
  const detect = detectProcessor(detectSettings, topics, {
    bucketClosed: (key, track, bucket) => {
      if (track === 'spans') addBucket(windows, key, bucket)
    },
  })
  const attribute = attributeProcessor(attributeSettings, topics)
  const partitionCount = (topic: string) =>
    feed.topics.find(({ name }) => name === topic)!.partitions
  const wrong: string[] = []
  for (const processor of [detect, attribute]) {
    const topic = processor.inputs[0]!
    for (let partition = 0; partition < partitionCount(topic); partition++) {
      const records = written.get(topic)!.filter((each) => each.partition === partition)
      const made = remake(processor, { topic, partition, records }, partitionCount)
      wrong.push(...outputDifferences(made, written))
      const stored = checkpoints.get(made.unit)
      if (stored === undefined) {
        if (records.length > 0) wrong.push(`${made.unit} has no checkpoint`)
        continue
      }
      if (stored.next !== records.length) {
        wrong.push(`${made.unit} stands at ${stored.next} of ${records.length}`)
      }
      wrong.push(...entryDifferences(made, stored.entries))
    }
  }
  return wrong
}

/**
 * Over Kafka every span counts once, in its window. Over HTTP what a door has taken counts: a request whose
 * answer was lost is sent again and may count twice, and one that found no door for long may be late.
 */
function windowDifferences(
  { feed, topics: written, requests }: Outcome,
  windows: Counts,
): string[] {
  const expected: Counts = new Map()
  for (const { to, value, spans } of feed.arrivals) {
    if (to !== 'http' && to.topic === topics.spans && spans > 0) addBody(expected, value)
  }
  const [overKafka, overHttp]: [Counts, Counts] = [new Map(), new Map()]
  for (const [name, count] of windows) {
    if (name.startsWith('staging/')) overHttp.set(name, count)
    else overKafka.set(name, count)
  }
  for (const name of expected.keys()) if (name.includes('/skewed ')) expected.delete(name)
  const wrong = countDifferences(overKafka, expected)
  const taken = takenAtDoors(written.get(topics.serviceEvents)!)
  const answered: Counts = new Map()
  for (const request of requests) {
    if (request.answered) addBody(answered, request.arrival.value)
    else wrong.push('a request was never answered')
  }
  for (const [name, { requests: count }] of answered) {
    const has = taken.get(name)?.requests ?? 0
    if (has < count) wrong.push(`${name}: ${count} were answered for, ${has} are in the log`)
  }
  for (const [name, { requests: count }] of overHttp) {
    const has = taken.get(name)?.requests ?? 0
    if (has < count) wrong.push(`${name}: ${count} in the window, ${has} in the log`)
  }
  return wrong
}

/** What doors have appended, each position once. */
function takenAtDoors(records: readonly LogRecord[]): Counts {
  const taken: Counts = new Map()
  const seen = new Set<string>()
  for (const { headers, value } of records) {
    const position = headers[positionHeader]!
    if (!position.startsWith('http/') || seen.has(position)) continue
    seen.add(position)
    const event = JSON.parse(Buffer.from(value!).toString()) as ServiceEvent
    if (event.kind !== 'rollup') continue
    for (const { requests, errors } of event.rows) {
      const name = `${event.service} ${event.version} ${event.startMs}`
      addTo(taken, name, { requests, errors })
    }
  }
  return taken
}

function contradictions({ topics: written }: Outcome): string[] {
  const wrong = [...toldBy(written).contradictions]
  for (const [topic, records] of written) {
    const contents = new Map<string, Uint8Array>()
    for (const { partition, headers, value } of records) {
      const position = headers[positionHeader]
      if (position === undefined) continue
      const name = `${position} on ${topic}/${partition}`
      const before = contents.get(name)
      if (before !== undefined && Buffer.compare(before, value ?? new Uint8Array()) !== 0) {
        wrong.push(`${name} has two contents`)
      }
      contents.set(name, value ?? new Uint8Array())
    }
  }
  return wrong
}

function toldDifferences(told: Told, calm: Told): string[] {
  const wrong: string[] = []
  for (const id of new Set([...told.verdicts.keys(), ...calm.verdicts.keys()])) {
    const shown = [told, calm].map(({ verdicts }) => verdicts.get(id)?.join(', ') ?? 'nothing')
    if (shown[0] !== shown[1]) wrong.push(`release ${id}: ${shown[0]} instead of ${shown[1]}`)
  }
  for (const id of new Set([...told.events.keys(), ...calm.events.keys()])) {
    const shown = [told, calm].map(({ events }) => events.get(id) ?? 'nothing')
    if (shown[0] !== shown[1]) wrong.push(`${id}: ${shown[0]} instead of ${shown[1]}`)
  }
  return wrong
}

function brokenChains(records: readonly LogRecord[]): string[] {
  const wrong: string[] = []
  const chains = new Map<string, Map<number, AuditEntry>>()
  for (const { value } of records) {
    const entry = JSON.parse(Buffer.from(value!).toString()) as AuditEntry
    const chain = chains.get(entry.chain) ?? new Map<number, AuditEntry>()
    chains.set(entry.chain, chain.set(entry.n, entry))
  }
  for (const [name, chain] of chains) {
    for (const [n, { hash, ...entry }] of chain) {
      if (auditHash(entry) !== hash) wrong.push(`${name} ${n} has a wrong hash`)
      const before = chain.get(n - 1)
      if (before === undefined ? n > Math.min(...chain.keys()) : before.hash !== entry.prev) {
        wrong.push(`${name} is broken before ${n}`)
      }
    }
  }
  return wrong
}

function imbalance({ taken }: Outcome): string[] {
  const { seen, accepted, refused } = taken
  if (seen === accepted + refused) return []
  return [`${seen} spans in, ${accepted} accepted and ${refused} refused`]
}

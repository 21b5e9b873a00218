/** The toy processors under simulation, and what has to come out of them whatever happens. */
import type { LogRecord, NewRecord } from '../../src/ports/event-log.ts'
import type { Outcome, Scenario } from './simulate.ts'
import {
  decode,
  encode,
  type Found,
  type Raw,
  type Total,
  toyAttribute,
  toyDetect,
  toyIngest,
  windowMs,
} from './toy.ts'

const partitions = 2
const feedMs = 60_000
const forever = { kind: 'forever' } as const

export const toyScenario: Scenario = {
  topics: [
    { name: 'raw', partitions, retention: forever },
    { name: 'events', partitions: 3, retention: forever },
    { name: 'found', partitions: 1, retention: forever },
    { name: 'totals', partitions: 1, retention: { kind: 'compacted' } },
  ],
  tickTopic: 'events',
  stateless: toyIngest,
  stateful: [toyDetect(['ingest/0', 'ingest/1']), toyAttribute],
  feed: (random, startMs) => {
    const feed: { afterMs: number; record: NewRecord }[] = []
    for (let partition = 0; partition < partitions; partition++) {
      for (let afterMs = 100; afterMs < feedMs; afterMs += 20 + Math.floor(random() * 800)) {
        const events = Array.from({ length: 1 + Math.floor(random() * 4) }, () => ({
          key: `k${Math.floor(random() * 40)}`,
          atMs: startMs + afterMs - Math.floor(random() * 1_500),
          n: 1 + Math.floor(random() * 9),
        }))
        const value = encode({ events } satisfies Raw)
        feed.push({ afterMs, record: { topic: 'raw', partition, key: null, headers: {}, value } })
      }
    }
    return feed
  },
}

/** What is wrong with the outcome, in words; empty when everything holds. */
export function toyDivergences({ topics }: Outcome): string[] {
  const truth = new Map<string, number>()
  for (const { value } of topics.get('raw')!) {
    for (const { key, atMs, n } of decode<Raw>(value).events) {
      const window = `${Math.floor(atMs / windowMs) * windowMs} ${key}`
      truth.set(window, (truth.get(window) ?? 0) + n)
    }
  }
  const wrong: string[] = []
  const found = new Map<string, number>()
  for (const { value } of topics.get('found')!) {
    const { startMs, key, n, late } = decode<Found>(value)
    const window = `${startMs} ${key}`
    if (late) wrong.push(`${window}: ${n} came late`)
    if (found.has(window) && found.get(window) !== n) wrong.push(`${window}: two sums`)
    found.set(window, n)
  }
  wrong.push(...differences('window', found, truth))
  wrong.push(...totalDivergences(topics.get('totals')!, truth))
  return wrong
}

function totalDivergences(records: readonly LogRecord[], truth: Map<string, number>): string[] {
  const wrong: string[] = []
  const expected = new Map<string, number>()
  for (const [window, n] of truth) {
    const key = window.split(' ')[1]!
    expected.set(key, (expected.get(key) ?? 0) + n)
  }
  const revisions = new Map<string, string>()
  const last = new Map<string, Total>()
  for (const { value } of records) {
    const total = decode<Total>(value)
    const name = `${total.key} revision ${total.revision}`
    const stated = JSON.stringify(total)
    if ((revisions.get(name) ?? stated) !== stated) wrong.push(`${name} was stated in two ways`)
    revisions.set(name, stated)
    if (total.revision >= (last.get(total.key)?.revision ?? 0)) last.set(total.key, total)
  }
  // A revision that was committed in an outbox and never published would be missing.
  for (const { key, revision } of last.values()) {
    for (let n = 1; n < revision; n++) {
      if (!revisions.has(`${key} revision ${n}`)) wrong.push(`${key} revision ${n} is missing`)
    }
  }
  const totals = new Map([...last].map(([key, { total }]) => [key, total]))
  return [...wrong, ...differences('total', totals, expected)]
}

function differences(
  what: string,
  actual: ReadonlyMap<string, number>,
  expected: ReadonlyMap<string, number>,
): string[] {
  return [...new Set([...actual.keys(), ...expected.keys()])]
    .filter((name) => actual.get(name) !== expected.get(name))
    .map((name) => `${what} ${name}: ${actual.get(name)} instead of ${expected.get(name)}`)
}

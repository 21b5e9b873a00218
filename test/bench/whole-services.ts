/**
 * What a benchmark of whole workers stands on: a broker, a Redis and a log of this machine, with the topic of spans;
 * and how far a worker says that it has come.
 */
import { setTimeout as sleep } from 'node:timers/promises'
import type { EventLog } from '../../src/ports/event-log.ts'
import { openLog, topics } from '../support/distributed/input.ts'
import { KafkaBrokers } from '../support/services/kafka-brokers.ts'
import { RedisServer } from '../support/services/redis-server.ts'

/** Of the topic of spans. */
export const partitions = 3
const acceptedMs = 200

/** Where a worker finds them. */
export interface Where {
  readonly brokers: readonly string[]
  readonly redisUrl: string
}

export interface WholeServices {
  readonly log: EventLog
  readonly store: RedisServer
  readonly where: Where
}

/** Ends them with the run. */
export async function withServices<T>(
  spansKeptMs: number,
  run: (services: WholeServices) => Promise<T>,
): Promise<T> {
  const brokers = await KafkaBrokers.start({ nodes: 1 })
  if (!(brokers instanceof KafkaBrokers)) throw new Error(brokers.missing)
  const store = await RedisServer.start()
  const log = await openLog(brokers.addresses)
  try {
    const retention = { kind: 'time', ms: spansKeptMs } as const
    await log.ensureTopics([{ name: topics.spans, partitions, retention }])
    return await run({ log, store, where: { brokers: brokers.addresses, redisUrl: store.url } })
  } finally {
    await log.close()
    await brokers.remove()
    await store.stop()
  }
}

export async function metricsOf({ url }: { readonly url: string }): Promise<string> {
  return (await fetch(`${url}/metrics`)).text()
}

export function valueOf(text: string, name: string): number {
  const line = text.split('\n').find((each) => each.startsWith(`${name} `))
  return Number(line?.slice(name.length + 1) ?? 0)
}

export const acceptedSpans = (text: string): number =>
  valueOf(text, 'culprit_ingest_records_total{kind="spans",outcome="accepted"}')

export async function untilAccepted(worker: { readonly url: string }, spans: number) {
  while (acceptedSpans(await metricsOf(worker)) < spans) await sleep(acceptedMs)
}

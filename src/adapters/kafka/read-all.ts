/**
 * Reads a topic from its beginning to the ends it has now, partition by partition, without a group.
 *
 * Offsets that hold nothing (compacted away, markers of transactions) may lie before the end: a fetch that
 * brings nothing although the broker serves up to the end shows it. For topics that Culprit writes, which
 * hold no transactions: aborted records would be read.
 */
import { UnreachableError } from '../../core/kernel/errors.ts'
import type { Clock } from '../../ports/clock.ts'
import type { LogRecord } from '../../ports/event-log.ts'
import type { ClusterClient, Place } from './cluster-client.ts'
import { wait } from './deadline.ts'
import { toRecord } from './message.ts'

const againMs = 200
/** A leader that was just elected may not serve up to its end at once. */
const behindWithinMs = 10_000

export interface ReadAllOptions {
  readonly cluster: ClusterClient
  readonly clock: Clock
  readonly topic: string
  readonly partitions: number
  readonly visit: (record: LogRecord) => void
}

export async function readAll(options: ReadAllOptions): Promise<void> {
  const places = Array.from({ length: options.partitions }, (_, partition) => ({
    topic: options.topic,
    partition,
  }))
  const ranges = await Promise.all(places.map((place) => options.cluster.offsets(place)))
  for (const [at, place] of places.entries()) {
    const { earliest, end } = ranges[at]!
    await readRange(options, place, { from: earliest, end })
  }
}

async function readRange(
  { cluster, clock, visit }: ReadAllOptions,
  place: Place,
  { from, end }: { readonly from: number; readonly end: number },
): Promise<void> {
  let next = from
  let behindMs = 0
  while (next < end) {
    const { messages, highWatermark } = await cluster.fetch({ ...place, from: next })
    const before = next
    for (const message of messages) {
      const offset = Number(message.offset)
      if (offset < next || offset >= end) continue
      next = offset + 1
      if (message.isControlRecord !== true) visit(toRecord(place, message))
    }
    if (next > before) continue
    if (Number(highWatermark) >= end) return
    if (behindMs >= behindWithinMs) {
      throw new UnreachableError(
        `Kafka: ${place.topic}/${place.partition} is not served to its end`,
      )
    }
    behindMs += againMs
    await wait(clock, againMs)
  }
}

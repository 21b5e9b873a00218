/**
 * What `ingest` writes: service events keyed by service and partitioned by its name, dead letters with
 * their reason.
 */
import type { ServiceEvent } from '../../contracts/service-events.ts'
import { serviceName } from '../../core/kernel/service-key.ts'
import type { InputRecord, Output } from '../processor.ts'

export function serviceEventOutput(event: ServiceEvent, topic: string): Output {
  const key = event.kind === 'tick' ? null : event.service
  return {
    topic,
    key,
    partitionBy: key === null ? { every: true } : serviceName(key),
    value: Buffer.from(JSON.stringify(event)),
    headers,
  }
}

const headers = { 'culprit-schema': 'service-events/1', 'content-type': 'application/json' }

/** The original bytes, with why they were refused and where they came from. */
export function deadLetter(
  letter: {
    readonly reason: string
    readonly from: Pick<InputRecord, 'topic' | 'partition' | 'offset' | 'key'> & {
      /** What the bytes cannot be read without. */
      readonly headers?: Readonly<Record<string, string>>
    }
    readonly value: Uint8Array | null
  },
  topic: string,
): Output {
  const { reason, from, value } = letter
  return {
    topic,
    key: from.key,
    partitionBy: from.topic,
    value,
    headers: {
      ...eventHeaders(from.headers ?? {}),
      'culprit-reason': reason,
      'culprit-topic': from.topic,
      'culprit-partition': String(from.partition),
      'culprit-offset': String(from.offset),
    },
  }
}

/** Content type and the CloudEvent's attributes: of an event in binary mode they are half of it. */
function eventHeaders(all: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(all)
      .map(([name, value]) => [name.toLowerCase(), value] as const)
      .filter(([name]) => name === 'content-type' || name.startsWith('ce_')),
  )
}

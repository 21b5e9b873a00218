/** Records of kafkajs as records of the port. */
import type kafkajs from 'kafkajs'
import type { LogRecord } from '../../ports/event-log.ts'

/** What a record costs beside its bytes, as the other logs count it. */
const recordOverheadBytes = 64

export function bytesOf({ key, value }: kafkajs.KafkaMessage): number {
  return recordOverheadBytes + (key?.length ?? 0) + (value?.length ?? 0)
}

export function toRecord(
  { topic, partition }: { readonly topic: string; readonly partition: number },
  { offset, key, value, headers, timestamp }: kafkajs.KafkaMessage,
): LogRecord {
  return {
    topic,
    partition,
    offset: Number(offset),
    key: key === null || key === undefined ? null : key.toString(),
    value: value ?? null,
    headers: headers === undefined ? {} : textsOf(headers),
    atMs: Number(timestamp),
  }
}

/** Of a name that comes twice the last value counts. */
function textsOf(headers: kafkajs.IHeaders): Record<string, string> {
  const texts: Record<string, string> = {}
  for (const name in headers) {
    const given = headers[name]
    const value = Array.isArray(given) ? given.at(-1) : given
    if (value !== undefined && value !== null) texts[name] = value.toString()
  }
  return texts
}

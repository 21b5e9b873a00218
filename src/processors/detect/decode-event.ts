/** Reads a record of `culprit.service-events`; null for what is none. */
import { ServiceEvent } from '../../contracts/service-events.ts'
import type { InputRecord } from '../processor.ts'

const schemaHeader = 'service-events/1'

/**
 * Records that ingest wrote by this schema are taken as they are: they were strict when they were written.
 * Others are checked first.
 */
export function decodeEvent({ value, headers }: InputRecord): ServiceEvent | null {
  if (value === null) return null
  try {
    const text = Buffer.from(value.buffer, value.byteOffset, value.byteLength).toString()
    const event: unknown = JSON.parse(text)
    if (headers['culprit-schema'] === schemaHeader) return event as ServiceEvent
    const parsed = ServiceEvent.safeParse(event)
    return parsed.success ? parsed.data : null
  } catch {
    return null
  }
}

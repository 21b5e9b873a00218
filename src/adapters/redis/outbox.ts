/**
 * Records of an outbox as bytes: the length of a header (uint32, big endian), the header (JSON: the records
 * without their values, and how long each value is), and the values one after the other.
 */
import type { NewRecord } from '../../ports/event-log.ts'

type Head = Omit<NewRecord, 'value'> & { readonly bytes: number | null }

export function formatOutbox(records: readonly NewRecord[]): Buffer | '' {
  if (records.length === 0) return ''
  const heads = records.map(
    ({ value, ...rest }): Head => ({ ...rest, bytes: value === null ? null : value.byteLength }),
  )
  const header = Buffer.from(JSON.stringify(heads))
  const length = Buffer.alloc(4)
  length.writeUInt32BE(header.byteLength)
  const values = records.map(({ value }) => value ?? new Uint8Array())
  return Buffer.concat([length, header, ...values])
}

export function parseOutbox(bytes: Buffer): NewRecord[] {
  const headerEnd = 4 + bytes.readUInt32BE(0)
  const heads = JSON.parse(bytes.toString('utf8', 4, headerEnd)) as Head[]
  let at = headerEnd
  return heads.map(({ bytes: length, ...rest }) => {
    if (length === null) return { ...rest, value: null }
    at += length
    return { ...rest, value: new Uint8Array(bytes.subarray(at - length, at)) }
  })
}

/**
 * A batch that cannot be unpacked (too large, or not what its codec writes), as records that say so.
 *
 * kafkajs takes what a codec throws for a failed fetch, and fetches the same again for ever: one such batch
 * would hold every partition of its broker. So the codec hands over as many records as the batch counts,
 * all without a value, the first with a header that says why; whoever reads goes on behind them.
 *
 * A codec is given the packed bytes alone. They are a part of the fetched batch, whose header lies before
 * them in the same memory (Kafka's record batch, magic 2); that it does is checked by its length and codec.
 */
import { unreadableHeader } from '../../ports/event-log.ts'

/** Bytes of the header from the field behind its length on. */
const headerBytes = 49
const lengthBefore = 53
const magicBefore = 45
const attributesBefore = 40
const lastOffsetDeltaBefore = 38
const countBefore = 4
const codecMask = 7
/** More records than this are not made up: a batch of 1 MiB that honestly counts more is hard to write. */
const countMax = 1_000_000

/** The records in Kafka's form, unpacked; null where these bytes are no part of a batch. */
export function unreadableRecords(packed: Buffer, codec: number): Buffer | null {
  const at = packed.byteOffset
  if (at < lengthBefore) return null
  const view = new DataView(packed.buffer)
  if (view.getInt32(at - lengthBefore) !== headerBytes + packed.length) return null
  if (view.getInt8(at - magicBefore) !== 2) return null
  if ((view.getInt16(at - attributesBefore) & codecMask) !== codec) return null
  const count = view.getInt32(at - countBefore)
  if (count < 1 || count > countMax) return null
  const lastDelta = view.getInt32(at - lastOffsetDeltaBefore)
  const records: number[] = []
  for (let n = 0; n < count; n++) {
    // Compaction leaves holes: the last record alone has a place that is known.
    const offsetDelta = n === count - 1 ? lastDelta : Math.min(n, lastDelta)
    const body: number[] = [0]
    writeVarint(body, 0)
    writeVarint(body, offsetDelta)
    writeVarint(body, -1)
    writeVarint(body, -1)
    writeVarint(body, n === 0 ? 1 : 0)
    if (n === 0) for (const text of [unreadableHeader, 'unreadable-batch']) writeText(body, text)
    writeVarint(records, body.length)
    for (const byte of body) records.push(byte)
  }
  return Buffer.from(records)
}

function writeText(into: number[], text: string): void {
  const bytes = Buffer.from(text)
  writeVarint(into, bytes.length)
  into.push(...bytes)
}

/** Zigzag, seven bits a byte, least significant first. */
function writeVarint(into: number[], value: number): void {
  let rest = ((value << 1) ^ (value >> 31)) >>> 0
  while (rest > 127) {
    into.push((rest & 127) | 128)
    rest >>>= 7
  }
  into.push(rest)
}

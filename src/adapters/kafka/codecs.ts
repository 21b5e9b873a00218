/**
 * The four codecs of Kafka for kafkajs, which brings gzip only. A batch in a codec that is not registered
 * ends a consumer for good, so all four are, once per process.
 *
 * Decompression is synchronous: a batch has at most a few MiB, and the way through the thread pool costs
 * 20 to 30 % more CPU (measured). Its result is bounded; what is larger, or broken, becomes records that
 * say so (`unreadable-batch.ts`). lz4 is only read: brokers refuse the linked
 * blocks that lz4js writes. Snappy comes raw (librdkafka) or in xerial's frames (Java): an 8-byte magic,
 * two 4-byte versions, then blocks of a 4-byte big-endian length and raw snappy.
 */
import { constants, gunzipSync, gzipSync, zstdCompressSync, zstdDecompressSync } from 'node:zlib'
import kafkajs from 'kafkajs'
import lz4 from 'lz4js'
import snappy from 'snappyjs'
import { unreadableRecords } from './unreadable-batch.ts'

const { CompressionCodecs, CompressionTypes } = kafkajs

/** Of one batch. Brokers take 1 MiB by default; telemetry shrinks to a tenth, a bomb to much less. */
export const decompressedBytesMax = 128 * 1024 * 1024

const xerialMagic = Buffer.from([0x82, 0x53, 0x4e, 0x41, 0x50, 0x50, 0x59, 0x00])
const xerialHeaderBytes = 16

interface Encoded {
  readonly buffer: Buffer
}

export function registerCodecs(): void {
  const bound = { maxOutputLength: decompressedBytesMax }
  const level = { params: { [constants.ZSTD_c_compressionLevel]: 1 } }
  register(CompressionTypes.GZIP, {
    compress: (bytes) => gzipSync(bytes, { level: 1 }),
    decompress: (bytes) => gunzipSync(bytes, bound),
  })
  register(CompressionTypes.Snappy, {
    compress: (bytes) => Buffer.from(snappy.compress(bytes)),
    decompress: (bytes) => decompressSnappy(bytes, decompressedBytesMax),
  })
  register(CompressionTypes.LZ4, {
    compress: () => {
      throw new Error('lz4 is only read')
    },
    decompress: (bytes) => decompressLz4(bytes, decompressedBytesMax),
  })
  register(CompressionTypes.ZSTD, {
    compress: (bytes) => zstdCompressSync(bytes, level),
    decompress: (bytes) => zstdDecompressSync(bytes, { ...bound, chunkSize: chunkOf(bytes) }),
  })
}

const zstdMagic = 0xfd2fb528
const chunkBytes = 128 * 1024
/** More than brokers take, packed ten times. What says that it is larger is unpacked piece by piece. */
const chunkBytesMax = 16 * 1024 * 1024

/**
 * Room for all that a zstd frame holds, where its header says how much that is (RFC 8878, 3.1.1.1): what is
 * unpacked in one piece need not be put together, which costs as much again (measured: 240 for 385 µs).
 */
function chunkOf(bytes: Buffer): number {
  if (bytes.length < 18 || bytes.readUInt32LE(0) !== zstdMagic) return chunkBytes
  const descriptor = bytes[4]!
  const isSingleSegment = (descriptor & 0x20) !== 0
  const at = 5 + (isSingleSegment ? 0 : 1) + [0, 1, 2, 4][descriptor & 3]!
  const held = [
    () => (isSingleSegment ? bytes[at]! : 0),
    () => bytes.readUInt16LE(at) + 256,
    () => bytes.readUInt32LE(at),
    () => Number(bytes.readBigUInt64LE(at)),
  ][descriptor >> 6]!()
  if (held === 0 || held > chunkBytesMax) return chunkBytes
  // One byte more, so that the end is seen at once; zlib takes no less than 64.
  return Math.max(64, held + 1)
}

function register(
  type: number,
  codec: { compress(bytes: Buffer): Buffer; decompress(bytes: Buffer): Buffer },
): void {
  const promising = {
    compress: async (encoded: Encoded) => codec.compress(encoded.buffer),
    decompress: async (bytes: Buffer) => {
      try {
        return codec.decompress(bytes)
      } catch (error) {
        const records = unreadableRecords(bytes, type)
        if (records === null) throw error
        return records
      }
    },
  }
  ;(CompressionCodecs as Record<number, () => typeof promising>)[type] = () => promising
}

export function decompressSnappy(bytes: Buffer, bytesMax: number): Buffer {
  if (!bytes.subarray(0, xerialMagic.length).equals(xerialMagic)) {
    return Buffer.from(snappy.uncompress(bytes, bytesMax))
  }
  const parts: Uint8Array[] = []
  let left = bytesMax
  for (let at = xerialHeaderBytes; at < bytes.length; ) {
    const size = bytes.readUInt32BE(at)
    const part = snappy.uncompress(bytes.subarray(at + 4, at + 4 + size), left)
    parts.push(part)
    left -= part.length
    at += 4 + size
  }
  return Buffer.concat(parts)
}

export function decompressLz4(bytes: Buffer, bytesMax: number): Buffer {
  const bound = lz4.decompressBound(bytes)
  if (bound > bytesMax) throw new Error(`an lz4 batch of ${bound} bytes is over the limit`)
  return Buffer.from(lz4.decompress(bytes, bound))
}

import { randomBytes } from 'node:crypto'
import { createZstdCompress, gzipSync, zstdCompressSync } from 'node:zlib'
import kafkajs from 'kafkajs'
import snappy from 'snappyjs'
import { describe, expect, it } from 'vitest'
import {
  decompressedBytesMax,
  decompressLz4,
  decompressSnappy,
  registerCodecs,
} from '../../../src/adapters/kafka/codecs.ts'

registerCodecs()
const { CompressionCodecs, CompressionTypes } = kafkajs
const codec = (type: number) => (CompressionCodecs as Record<number, () => Codec>)[type]!()
interface Codec {
  readonly compress: (encoded: { buffer: Buffer }) => Promise<Buffer>
  readonly decompress: (bytes: Buffer) => Promise<Buffer>
}

const texts = ['', 'short', 'again and again '.repeat(10_000)].map((text) => Buffer.from(text))
const payloads = [...texts, randomBytes(100_000)]
const oneMiB = 1024 * 1024

/** Java's framing: blocks of at most 32 KiB, each with its length. */
function xerial(bytes: Buffer): Buffer {
  const parts = [Buffer.from([0x82, 0x53, 0x4e, 0x41, 0x50, 0x50, 0x59, 0, 0, 0, 0, 1, 0, 0, 0, 1])]
  for (let at = 0; at < bytes.length; at += 32_768) {
    const block = Buffer.from(snappy.compress(bytes.subarray(at, at + 32_768)))
    const length = Buffer.alloc(4)
    length.writeUInt32BE(block.length)
    parts.push(length, block)
  }
  return Buffer.concat(parts)
}

/** As producers write that do not know beforehand how much will come. */
async function streamed(payload: Buffer): Promise<Buffer> {
  const stream = createZstdCompress()
  for (let at = 0; at < payload.length; at += 100_000) {
    stream.write(payload.subarray(at, at + 100_000))
  }
  stream.end()
  const parts: Buffer[] = []
  for await (const part of stream) parts.push(part as Buffer)
  return Buffer.concat(parts)
}

describe('codecs', () => {
  it.each([
    ['gzip', CompressionTypes.GZIP],
    ['snappy', CompressionTypes.Snappy],
    ['zstd', CompressionTypes.ZSTD],
  ])('gives back what was packed: %s', async (_name, type) => {
    for (const payload of payloads) {
      const { compress, decompress } = codec(type)
      const packed = await compress({ buffer: payload })
      expect((await decompress(packed)).equals(payload)).toBe(true)
    }
  })

  it.each([0, 1, 63, 255, 256, 65_791, 65_792, 3_000_000, 20_000_000])(
    'gives back %i bytes of zstd, whether their number is written in the frame or not',
    async (count) => {
      const payload = Buffer.alloc(count, 'culprit ')
      const { decompress } = codec(CompressionTypes.ZSTD)
      expect((await decompress(zstdCompressSync(payload))).equals(payload)).toBe(true)
      expect((await decompress(await streamed(payload))).equals(payload)).toBe(true)
    },
  )

  it('reads the frames of xerial as well as raw snappy', () => {
    for (const payload of payloads) {
      expect(decompressSnappy(xerial(payload), oneMiB).equals(payload)).toBe(true)
    }
  })

  it('reads lz4 frames and writes none: brokers refuse its blocks', async () => {
    // Made by the program lz4 1.9.4.
    const frame = Buffer.from(
      '04224d186440a7120000008f63756c7072697420080007506c70726974000000006d892258',
      'hex',
    )
    const text = 'culprit culprit culprit culprit culprit'
    expect(decompressLz4(frame, decompressedBytesMax).toString()).toBe(text)
    expect(() => decompressLz4(frame, 1)).toThrow('over the limit')
    const { compress } = codec(CompressionTypes.LZ4)
    await expect(compress({ buffer: Buffer.from('a') })).rejects.toThrow('only read')
  })

  it('refuses what unpacks to more than the limit', async () => {
    const zeros = Buffer.alloc(decompressedBytesMax + 1)
    const bomb = gzipSync(zeros)
    await expect(codec(CompressionTypes.GZIP).decompress(bomb)).rejects.toThrow()
    const { compress, decompress } = codec(CompressionTypes.ZSTD)
    await expect(decompress(await compress({ buffer: zeros }))).rejects.toThrow()
    const raw = Buffer.from(snappy.compress(Buffer.alloc(2 * oneMiB)))
    expect(() => decompressSnappy(raw, oneMiB)).toThrow()
    expect(() => decompressSnappy(xerial(Buffer.alloc(2 * oneMiB)), oneMiB)).toThrow()
  })
})

import type kafkajs from 'kafkajs'
import { setTimeout as sleep } from 'node:timers/promises'
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { describe, expect, it } from 'vitest'
import { FetchBuffer } from '../../../src/adapters/kafka/fetch-buffer.ts'

const message = (offset: number, bytes: number): kafkajs.KafkaMessage => ({
  offset: String(offset),
  key: null,
  value: Buffer.alloc(bytes),
  timestamp: '1700000000000',
  attributes: 0,
  size: bytes,
})

describe('what was fetched and waits', () => {
  it('is given in order, as much as was asked for, and counted until then', () => {
    const buffer = new FetchBuffer({ topic: 'spans', partition: 0 })
    for (let offset = 0; offset < 5_000; offset++) buffer.add([message(offset, 100)])
    const all = buffer.bytes
    const offsets: number[] = []
    let taken = 0
    while (!buffer.isEmpty) {
      expect(buffer.firstOffset).toBe(offsets.length)
      const { records, bytes } = buffer.take(1_000)
      offsets.push(...records.map(({ offset }) => offset))
      taken += bytes
      expect(buffer.bytes).toBe(all - taken)
    }

    expect(offsets).toEqual(Array.from({ length: 5_000 }, (_, offset) => offset))
    expect(buffer.bytes).toBe(0)
    expect(buffer.firstOffset).toBeNull()
  })

  it('holds nothing of what was taken, though more of it waits', async () => {
    setFlagsFromString('--expose-gc')
    const collect = runInNewContext('gc') as () => void
    const buffer = new FetchBuffer({ topic: 'spans', partition: 0 })
    const fill = () => {
      const first = message(0, 1_000)
      buffer.add([first, message(1, 1_000)])
      return new WeakRef(first)
    }
    const first = fill()
    buffer.take(1)
    await sleep(0)
    collect()

    expect(buffer.firstOffset).toBe(1)
    expect(first.deref()).toBeUndefined()
  })
})

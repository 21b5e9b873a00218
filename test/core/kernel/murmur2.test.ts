import { describe, expect, it } from 'vitest'
import { murmur2, partitionOf } from '../../../src/core/kernel/murmur2.ts'

describe('murmur2', () => {
  // org.apache.kafka.common.utils.UtilsTest.testMurmur2
  it.each([
    ['21', -973932308],
    ['foobar', -790332482],
    ['a-little-bit-long-string', -985981536],
    ['a-little-bit-longer-string', -1486304829],
    ['lkjh234lh9fiuh90y23oiuhsafujhadof229phr9h19h89h8', -58897971],
    ['abc', 479470107],
  ])('hashes %j as the Java client does', (text, hash) => {
    expect(murmur2(new TextEncoder().encode(text))).toBe(hash)
  })

  it.each([
    { key: 'foobar', partitions: 7, partition: (-790332482 & 0x7fffffff) % 7, why: 'sign bit cut' },
    { key: 'abc', partitions: 7, partition: 479470107 % 7, why: 'positive as it is' },
    { key: 'anything', partitions: 1, partition: 0, why: 'there is no other' },
  ])('puts $key into $partition of $partitions: $why', ({ key, partitions, partition }) => {
    expect(partitionOf(key, partitions)).toBe(partition)
  })
})

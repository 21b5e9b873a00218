/**
 * Partition of a key as Kafka's Java client chooses it, so that foreign producers and ours agree.
 *
 * MurmurHash2, 32 bit, seed 0x9747b28c, over the UTF-8 bytes (org.apache.kafka.common.utils.Utils.murmur2);
 * the partition is the hash without its sign bit, modulo the number of partitions.
 */
const seed = 0x9747b28c
const multiplier = 0x5bd1e995
const encoder = new TextEncoder()

/** Signed 32-bit hash. */
export function murmur2(bytes: Uint8Array): number {
  const length = bytes.length
  let hash = seed ^ length
  let at = 0
  for (; at + 4 <= length; at += 4) {
    let word = bytes[at]! | (bytes[at + 1]! << 8) | (bytes[at + 2]! << 16) | (bytes[at + 3]! << 24)
    word = Math.imul(word, multiplier)
    word ^= word >>> 24
    hash = Math.imul(hash, multiplier) ^ Math.imul(word, multiplier)
  }
  const rest = length - at
  if (rest >= 3) hash ^= bytes[at + 2]! << 16
  if (rest >= 2) hash ^= bytes[at + 1]! << 8
  if (rest >= 1) hash = Math.imul(hash ^ bytes[at]!, multiplier)
  hash ^= hash >>> 13
  hash = Math.imul(hash, multiplier)
  return hash ^ (hash >>> 15)
}

export function partitionOf(key: string, partitions: number): number {
  if (partitions === 1) return 0
  return (murmur2(encoder.encode(key)) & 0x7fffffff) % partitions
}

/** Deterministic ids: the same facts give the same id on every machine and in every replay. */
import { hash } from 'node:crypto'

/** 16 hex digits of SHA-256 over the facts, joined so that no two lists collide. */
export function hashFacts(facts: readonly (string | number | null)[]): string {
  return hash('sha256', JSON.stringify(facts), 'hex').slice(0, 16)
}

/** UUID version 8 (RFC 9562) of the first 16 bytes of SHA-256 of `text`. */
export function uuidOf(text: string): string {
  const bytes = hash('sha256', text, 'buffer').subarray(0, 16)
  bytes[6] = (bytes[6]! & 0x0f) | 0x80
  bytes[8] = (bytes[8]! & 0x3f) | 0x80
  const hex = bytes.toString('hex')
  return [
    hex.slice(0, 8),
    hex.slice(8, 12),
    hex.slice(12, 16),
    hex.slice(16, 20),
    hex.slice(20),
  ].join('-')
}

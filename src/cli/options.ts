/** How options are read: repeated ones collected, times parsed. */
import { InvalidArgumentError } from 'commander'
import { parseInstant } from '../core/kernel/instant.ts'

export const collect = (value: string, before: string[]): string[] => [...before, value]

export function instant(text: string): number {
  const atMs = Date.parse(text)
  if (Number.isNaN(atMs)) throw new InvalidArgumentError('wants an RFC 3339 time')
  return atMs
}

/** A day, from its beginning in UTC, or an instant. */
export function day(text: string): number {
  const atMs = Date.parse(text)
  const isDay =
    /^\d{4}-\d{2}-\d{2}$/.test(text) &&
    !Number.isNaN(atMs) &&
    new Date(atMs).toISOString().startsWith(text)
  if (isDay || parseInstant(text) !== null) return atMs
  throw new InvalidArgumentError('wants a date such as 2026-06-30')
}

export function count(text: string): number {
  const number = Number(text)
  if (!Number.isInteger(number) || number < 1 || number > 10_000) {
    throw new InvalidArgumentError('wants a whole number from 1 to 10000')
  }
  return number
}

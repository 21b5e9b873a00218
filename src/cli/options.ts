/** How options are read: repeated ones collected, times parsed. */
import { InvalidArgumentError } from 'commander'

export const collect = (value: string, before: string[]): string[] => [...before, value]

export function instant(text: string): number {
  const atMs = Date.parse(text)
  if (Number.isNaN(atMs)) throw new InvalidArgumentError('wants an RFC 3339 time')
  return atMs
}

export function count(text: string): number {
  const number = Number(text)
  if (!Number.isInteger(number) || number < 1 || number > 10_000) {
    throw new InvalidArgumentError('wants a whole number from 1 to 10000')
  }
  return number
}

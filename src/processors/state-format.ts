/**
 * Formats of stored state. A program that writes format N reads N and N − 1, so that a rolling restart can go
 * either way by one; anything else is refused by name, with the way back: nothing is guessed.
 */
import { ConfigError } from '../core/kernel/errors.ts'

export function refuseForeignFormat(
  processor: string,
  { stored, written }: { readonly stored: number; readonly written: number },
): void {
  if (stored === written || stored === written - 1) return
  const way =
    stored > written
      ? 'the newer version that wrote it goes on with it'
      : `a version that reads ${stored} and writes ${stored + 1} carries it over`
  throw new ConfigError(
    `state of ${processor}`,
    `format ${written} or ${written - 1}; ${way}, and with another store.path or redis.keyPrefix all is built again from the topics`,
    `format ${stored}`,
  )
}

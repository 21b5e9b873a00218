/**
 * A service's own moment in a span of time, on a grid: what each service does once an hour is not done by all of a unit
 * in one tick. By a hash of its key alone, so that it is the same for every owner. Milliseconds.
 */
import { hashFacts } from '../../core/kernel/ids.ts'

export function ownMomentMs(
  service: string,
  { spanMs, stepMs }: { readonly spanMs: number; readonly stepMs: number },
): number {
  const hash = Number.parseInt(hashFacts([service]).slice(0, 8), 16)
  return (hash % Math.floor(spanMs / stepMs)) * stepMs
}

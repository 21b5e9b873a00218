/**
 * When the watch of a service's sentinels ends: at the same moment of every hour, a moment of the service's own. What
 * begins a watch costs more than an hour's ticks, and services that are heard together would all pay it in one.
 *
 * Half open, on the step of the source, epoch milliseconds. An hour long; half an hour to one and a half where a watch
 * begins at any other moment, as the first does.
 */
import { ownMomentMs } from './own-moment.ts'

const hourMs = 3_600_000

export function sentinelEndMs(
  service: string,
  { startMs, stepMs }: { readonly startMs: number; readonly stepMs: number },
): number {
  const ownMs = ownMomentMs(service, { spanMs: hourMs, stepMs })
  const soonestMs = startMs + hourMs / 2
  return soonestMs + ((((ownMs - soonestMs) % hourMs) + hourMs) % hourMs)
}

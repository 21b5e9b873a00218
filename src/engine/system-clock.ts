/** The machine's clock behind the port, and waiting on any clock. */
import type { Clock } from '../ports/clock.ts'

export const systemClock: Clock = {
  now: () => Date.now(),
  monotonic: () => performance.now(),
  timer: (delayMs, wake) => {
    const timer = setTimeout(wake, delayMs)
    return () => clearTimeout(timer)
  },
  yield: () => new Promise((resolve) => void setImmediate(resolve)),
}

/** Resolves after `delayMs`, or at once when the signal is aborted. */
export function sleep(clock: Clock, delayMs: number, signal: AbortSignal): Promise<void> {
  if (signal.aborted) return Promise.resolve()
  return new Promise((resolve) => {
    const wake = () => {
      cancel()
      signal.removeEventListener('abort', wake)
      resolve()
    }
    const cancel = clock.timer(delayMs, wake)
    signal.addEventListener('abort', wake)
  })
}

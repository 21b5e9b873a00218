/**
 * Appends records until the log has acknowledged them all, or nobody wants them any more.
 *
 * A refused append is sent again whole and in order: what had been stored is dropped by its receivers.
 * Only `UnreachableError` is tried again; what else is thrown is a bug and goes up.
 */
import { UnreachableError } from '../core/kernel/errors.ts'
import type { Clock } from '../ports/clock.ts'
import type { EventLog, NewRecord } from '../ports/event-log.ts'
import { sleep } from './system-clock.ts'

const retryMsMin = 100
const retryMsMax = 5_000

export interface Attempt {
  readonly clock: Clock
  readonly signal: AbortSignal
  /** Told of every failure, and with null when it works again. */
  readonly failed: (error: UnreachableError | null) => void
}

export async function publish(
  log: Pick<EventLog, 'append'>,
  records: readonly NewRecord[],
  attempt: Attempt,
): Promise<'published' | 'abandoned'> {
  if (records.length === 0) return 'published'
  const done = await untilDone(() => log.append(records), attempt)
  return done === 'abandoned' ? 'abandoned' : 'published'
}

/** Tries again, ever more slowly, until it works or the signal is aborted. */
export async function untilDone<T>(
  act: () => Promise<T>,
  { clock, signal, failed }: Attempt,
): Promise<T | 'abandoned'> {
  for (let delayMs = retryMsMin; ; delayMs = Math.min(retryMsMax, delayMs * 2)) {
    if (signal.aborted) return 'abandoned'
    try {
      const value = await orAborted(act(), signal)
      if (value !== 'abandoned' && delayMs > retryMsMin) failed(null)
      return value
    } catch (error) {
      if (!(error instanceof UnreachableError)) throw error
      failed(error)
      await sleep(clock, delayMs, signal)
    }
  }
}

/** A service that never answers must not keep its caller from stopping. */
function orAborted<T>(promise: Promise<T>, signal: AbortSignal): Promise<T | 'abandoned'> {
  return new Promise((resolve, reject) => {
    const abort = () => resolve('abandoned')
    signal.addEventListener('abort', abort)
    promise.then(resolve, reject).finally(() => signal.removeEventListener('abort', abort))
  })
}

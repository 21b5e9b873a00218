/** Waiting that ends: everything asked of a broker has a deadline. */
import { UnreachableError } from '../../core/kernel/errors.ts'
import type { Clock } from '../../ports/clock.ts'

export interface Deadline {
  readonly clock: Clock
  readonly withinMs: number
  /** Names the work in the error: `listing offsets`. */
  readonly doing: string
}

/** Rejects with UnreachableError when `work` takes longer. The work itself goes on, unheard. */
export function within<T>({ clock, withinMs, doing }: Deadline, work: Promise<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    const cancel = clock.timer(Math.max(0, withinMs), () =>
      reject(new UnreachableError(`Kafka: ${doing}: no answer within ${Math.round(withinMs)} ms`)),
    )
    work.then(resolve, reject).finally(cancel)
  })
}

export function wait(clock: Clock, delayMs: number): Promise<void> {
  return new Promise((resolve) => void clock.timer(delayMs, resolve))
}

/** Resolves when the work has ended in any way, or after `withinMs`. */
export function endedWithin(clock: Clock, withinMs: number, work: Promise<unknown>): Promise<void> {
  return within({ clock, withinMs, doing: 'ending' }, work).then(
    () => undefined,
    () => undefined,
  )
}

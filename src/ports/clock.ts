/**
 * Time, for those who may have it (engine, adapters, `deliver`); core and detect take it from records.
 * Milliseconds. `now` counts from the epoch and may jump; `monotonic` never goes back.
 */
export interface Clock {
  now(): number
  monotonic(): number
  /** Calls `wake` once after `delayMs`; returns what cancels it. */
  timer(delayMs: number, wake: () => void): () => void
  /** Lets waiting IO and other work run before it resolves. */
  yield(): Promise<void>
}

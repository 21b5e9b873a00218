/** A clock that moves only when the test moves it; everything due runs in order of time, then of asking. */
import type { Clock } from '../../src/ports/clock.ts'

export class VirtualClock implements Clock {
  #nowMs: number
  #monotonicMs = 0
  #asked = 0
  #timers: { atMs: number; order: number; wake: () => void }[] = []

  constructor(nowMs = 1_700_000_000_000) {
    this.#nowMs = nowMs
  }

  now(): number {
    return this.#nowMs + this.#monotonicMs
  }

  monotonic(): number {
    return this.#monotonicMs
  }

  timer(delayMs: number, wake: () => void): () => void {
    const timer = { atMs: this.#monotonicMs + Math.max(0, delayMs), order: this.#asked++, wake }
    this.#timers.push(timer)
    return () => {
      const at = this.#timers.indexOf(timer)
      if (at >= 0) this.#timers.splice(at, 1)
    }
  }

  yield(): Promise<void> {
    return new Promise((resolve) => this.timer(0, resolve))
  }

  async advance(ms: number): Promise<void> {
    const untilMs = this.#monotonicMs + ms
    for (;;) {
      await settled()
      let next = -1
      for (const [index, { atMs, order }] of this.#timers.entries()) {
        const best = this.#timers[next]
        if (best === undefined || atMs < best.atMs || (atMs === best.atMs && order < best.order)) {
          next = index
        }
      }
      const timer = this.#timers[next]
      if (timer === undefined || timer.atMs > untilMs) break
      this.#timers.splice(next, 1)
      this.#monotonicMs = Math.max(this.#monotonicMs, timer.atMs)
      timer.wake()
    }
    this.#monotonicMs = untilMs
  }
}

/** Resolves once every promise that can go on without time or IO has gone on. */
export function settled(): Promise<void> {
  return new Promise((resolve) => void setImmediate(resolve))
}

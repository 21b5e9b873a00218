/** A clock that moves only when the test moves it; everything due runs in order of time, then of asking. */
import type { Clock } from '../../src/ports/clock.ts'

interface Timer {
  readonly atMs: number
  readonly order: number
  /** null once it was cancelled. */
  wake: (() => void) | null
}

export class VirtualClock implements Clock {
  readonly #settled: () => Promise<void>
  readonly #nowMs: number
  #monotonicMs = 0
  #asked = 0
  /** A binary heap by time, then by order of asking. */
  readonly #timers: Timer[] = []

  /** `quiet` waits until everything that can go on without time has gone on. */
  constructor(nowMs = 1_700_000_000_000, quiet: () => Promise<void> = settled) {
    this.#nowMs = nowMs
    this.#settled = quiet
  }

  now(): number {
    return this.#nowMs + this.#monotonicMs
  }

  monotonic(): number {
    return this.#monotonicMs
  }

  timer(delayMs: number, wake: () => void): () => void {
    const atMs = this.#monotonicMs + Math.max(0, delayMs)
    const timer: Timer = { atMs, order: this.#asked++, wake }
    this.#push(timer)
    return () => {
      timer.wake = null
    }
  }

  yield(): Promise<void> {
    return new Promise((resolve) => this.timer(0, resolve))
  }

  async advance(ms: number): Promise<void> {
    const untilMs = this.#monotonicMs + ms
    await this.#settled()
    for (;;) {
      const timer = this.#timers[0]
      if (timer === undefined || timer.atMs > untilMs) break
      this.#pop()
      if (timer.wake === null) continue
      this.#monotonicMs = Math.max(this.#monotonicMs, timer.atMs)
      timer.wake()
      await this.#settled()
    }
    this.#monotonicMs = untilMs
  }

  #push(timer: Timer): void {
    const heap = this.#timers
    let at = heap.push(timer) - 1
    while (at > 0) {
      const parent = (at - 1) >> 1
      if (isBefore(heap[parent]!, timer)) break
      heap[at] = heap[parent]!
      at = parent
    }
    heap[at] = timer
  }

  #pop(): void {
    const heap = this.#timers
    const last = heap.pop()!
    if (heap.length === 0) return
    let at = 0
    for (;;) {
      let child = 2 * at + 1
      if (child >= heap.length) break
      if (child + 1 < heap.length && isBefore(heap[child + 1]!, heap[child]!)) child++
      if (isBefore(last, heap[child]!)) break
      heap[at] = heap[child]!
      at = child
    }
    heap[at] = last
  }
}

function isBefore(a: Timer, b: Timer): boolean {
  return a.atMs < b.atMs || (a.atMs === b.atMs && a.order < b.order)
}

/** Resolves once every promise that can go on without time or IO has gone on. */
export function settled(): Promise<void> {
  return new Promise((resolve) => void setImmediate(resolve))
}

/** As `settled`, for code that waits for promises alone: ticks run when no promise is left to go on. */
export function drained(): Promise<void> {
  return new Promise((resolve) => process.nextTick(resolve))
}

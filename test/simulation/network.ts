/**
 * What lies between processes and the shared log and store: delays, calls that are lost on the way there
 * or on the way back, a server that is away. And the processes' lives: dead or paused, at any await.
 */
import { UnreachableError } from '../../src/core/kernel/errors.ts'
import type { Clock } from '../../src/ports/clock.ts'

export type Server = 'log' | 'store'

const slowMsMax = 1_500
/** No adapter waits for an answer much longer: units that say nothing for a minute are gone. */
const lateMsMax = 4_000

export class Network {
  readonly clock: Clock
  readonly random: () => number
  failures: number
  readonly #delayMsMax: number
  #slowUntilMs = 0
  /** Whoever next tells something to the public dies: before it is in the log, or right after. */
  diesTelling: 'before' | 'after' | null = null
  readonly #awayUntilMs = { log: 0, store: 0 }

  constructor(options: {
    readonly clock: Clock
    readonly random: () => number
    readonly failures: number
    readonly delayMsMax: number
  }) {
    this.clock = options.clock
    this.random = options.random
    this.failures = options.failures
    this.#delayMsMax = options.delayMsMax
  }

  below(count: number): number {
    return Math.floor(this.random() * count)
  }

  fails(): boolean {
    return this.failures > 0 && this.random() < this.failures
  }

  away(server: Server, untilMs: number): void {
    this.#awayUntilMs[server] = Math.max(this.#awayUntilMs[server], untilMs)
  }

  slow(untilMs: number): void {
    this.#slowUntilMs = Math.max(this.#slowUntilMs, untilMs)
  }

  backMs(server: Server): number {
    return this.#awayUntilMs[server]
  }

  isAway(server: Server): boolean {
    return this.#awayUntilMs[server] > this.clock.monotonic()
  }

  /** Between two machines; goes on when its sender has died. Now and then it takes much longer. */
  async travel(): Promise<void> {
    const delayMsMax = this.#slowUntilMs > this.clock.monotonic() ? slowMsMax : this.#delayMsMax
    if (delayMsMax <= 1) return
    const late = this.failures > 0 && this.random() < 0.01
    await wait(this.clock, this.below(late ? Math.max(delayMsMax, lateMsMax) : delayMsMax))
  }

  /** A call that the server hears; throws where it does not hear it, or its answer is lost. */
  async call<T>(server: Server, act: () => Promise<T>): Promise<T> {
    await this.travel()
    if (this.isAway(server) || this.fails())
      throw new UnreachableError(`no answer of the ${server}`)
    const answer = await act()
    await this.travel()
    if (this.fails()) throw new UnreachableError(`the answer of the ${server} was lost`)
    return answer
  }
}

/** A promise of its own for each: one that all share would keep every dead process, and its world with it. */
const never = () => new Promise<never>(() => undefined)

/** One process: every call begins and ends with a step of it, at which it may have died or be paused. */
export class Life {
  readonly #clock: Clock
  #pausedUntilMs = 0
  #deafUntilMs = 0
  #stepsLeft: number | null = null
  #dead = false
  #onDeath: (() => void)[] = []

  constructor(clock: Clock) {
    this.#clock = clock
  }

  get dead(): boolean {
    return this.#dead
  }

  get paused(): boolean {
    return this.#pausedUntilMs > this.#clock.monotonic()
  }

  /** Whether it has lost its partitions and does not know it yet: its old readers go on. */
  get deaf(): boolean {
    return this.#deafUntilMs > this.#clock.monotonic()
  }

  kill(): void {
    if (this.#dead) return
    this.#dead = true
    for (const each of this.#onDeath) each()
  }

  /** Dies at its n-th await from now on. */
  killAfter(steps: number): void {
    this.#stepsLeft ??= steps
  }

  pause(until: { readonly pausedMs: number; readonly deafMs: number }): void {
    this.#pausedUntilMs = Math.max(this.#pausedUntilMs, until.pausedMs)
    this.#deafUntilMs = Math.max(this.#deafUntilMs, until.deafMs)
  }

  onDeath(act: () => void): void {
    this.#onDeath.push(act)
  }

  async step(): Promise<void> {
    if (this.#stepsLeft !== null && !this.#dead && --this.#stepsLeft <= 0) this.kill()
    while (this.paused && !this.#dead) {
      await wait(this.#clock, this.#pausedUntilMs - this.#clock.monotonic())
    }
    if (this.#dead) await never()
  }
}

export function wait(clock: Clock, delayMs: number): Promise<void> {
  return new Promise((resolve) => void clock.timer(delayMs, resolve))
}

/**
 * The unit behind the HTTP doors of one process: `http/<16 hex digits, new at every start>`.
 *
 * Its offset is a counter and it has no checkpoint: a request is folded, appended, and answered after the
 * acknowledgement. The promise is at-least-once: a request that was refused is sent again by its sender
 * and then has a new position. A body whose hash was taken in the last 5 minutes (a sender's retry) is
 * answered without folding. The random part of the name comes in as an argument.
 */
import { UnreachableError } from '../core/kernel/errors.ts'
import { UnitClock } from '../core/kernel/tick-clock.ts'
import type { Clock } from '../ports/clock.ts'
import type { EventLog, NewRecord } from '../ports/event-log.ts'
import type { Output, RecordTimes } from '../processors/processor.ts'
import { Router } from './route.ts'

export interface DoorLimits {
  /** Requests folded and not yet acknowledged. */
  readonly requestsMax: number
  readonly bytesMax: number
  readonly rememberMs: number
  /** Bodies remembered; the oldest goes first. */
  readonly bodiesMax: number
}

export const defaultDoorLimits: DoorLimits = {
  requestsMax: 256,
  bytesMax: 64 * 1024 * 1024,
  rememberMs: 300_000,
  bodiesMax: 100_000,
}

export interface DoorRequest<T> {
  /** null for a request that need not be recognised when it comes again. */
  readonly bodyHash: string | null
  readonly bytes: number
  /** When the request was read: the arrival time of its points. */
  readonly arrivedMs: number
  /** Called once, at once, unless the body is known or the door is closed. */
  readonly fold: () => {
    readonly outputs: readonly Output[]
    readonly times: RecordTimes | null
    readonly answer: T
  }
}

export type DoorAnswer<T> =
  | { readonly status: 'appended' | 'repeated'; readonly answer: T }
  | { readonly status: 'busy' | 'unreachable'; readonly retryAfterSeconds: number }

interface Flying {
  readonly receivedMonotonicMs: number
  readonly times: RecordTimes | null
  settled: 'no' | 'acknowledged' | 'refused'
}

interface Body<T> {
  readonly atMonotonicMs: number
  readonly answer: Promise<DoorAnswer<T>>
}

export class DoorUnit<T> {
  readonly unit: string
  readonly #log: Pick<EventLog, 'append' | 'partitionCount'>
  readonly #clock: Clock
  readonly #limits: DoorLimits
  readonly #router: Router
  readonly #times = new UnitClock()
  readonly #flying: Flying[] = []
  readonly #bodies = new Map<string, Body<T>>()
  readonly #landed: (() => void)[] = []
  #bytes = 0
  #offset = 0
  #tickedMonotonicMs: number | null = null
  #open = true

  constructor(options: {
    readonly log: Pick<EventLog, 'append' | 'partitionCount'>
    readonly clock: Clock
    readonly hex: string
    readonly limits?: Partial<DoorLimits>
  }) {
    this.unit = `http/${options.hex}`
    this.#log = options.log
    this.#clock = options.clock
    this.#limits = { ...defaultDoorLimits, ...options.limits }
    this.#router = new Router((topic) => options.log.partitionCount(topic))
  }

  /** Why a request would be turned away now, null when the door is open. */
  get closed(): 'busy' | 'stopping' | null {
    if (!this.#open) return 'stopping'
    const full =
      this.#flying.length >= this.#limits.requestsMax || this.#bytes >= this.#limits.bytesMax
    return full ? 'busy' : null
  }

  async accept(request: DoorRequest<T>): Promise<DoorAnswer<T>> {
    const known = this.#known(request.bodyHash)
    if (known !== null) {
      const before = await known
      return 'answer' in before ? { status: 'repeated', answer: before.answer } : before
    }
    if (this.closed !== null) return { status: 'busy', retryAfterSeconds: 1 }
    const answer = this.#append(request)
    if (request.bodyHash !== null) this.#remember(request.bodyHash, answer)
    return answer
  }

  /** For the tick writer. The event loop has answered for what lay in the sockets at the tick before. */
  take(now: { readonly monotonicMs: number; readonly wallMs: number }) {
    const before = this.#tickedMonotonicMs
    this.#tickedMonotonicMs = now.monotonicMs
    if (before !== null) {
      const oldest = this.#flying[0]?.receivedMonotonicMs ?? before
      const sentMonotonicMs = Math.min(before, oldest)
      const sentWallMs = now.wallMs - (now.monotonicMs - sentMonotonicMs)
      this.#times.answered({ sentMonotonicMs, sentWallMs })
    }
    return this.#times.take()
  }

  /** Refuses what comes from now on, and resolves when everything taken is answered. */
  close(): Promise<void> {
    this.#open = false
    if (this.#flying.length === 0) return Promise.resolve()
    return new Promise((resolve) => this.#landed.push(resolve))
  }

  async #append(request: DoorRequest<T>): Promise<DoorAnswer<T>> {
    const receivedMonotonicMs = this.#clock.monotonic()
    const { outputs, times, answer } = request.fold()
    const records: NewRecord[] = []
    this.#router.route(outputs, { unit: this.unit, offset: this.#offset++ }, records)
    const flying: Flying = { receivedMonotonicMs, times, settled: 'no' }
    this.#flying.push(flying)
    this.#bytes += request.bytes
    try {
      if (records.length > 0) await this.#log.append(records)
      flying.settled = 'acknowledged'
      return { status: 'appended', answer }
    } catch (error) {
      flying.settled = 'refused'
      if (request.bodyHash !== null) this.#bodies.delete(request.bodyHash)
      if (!(error instanceof UnreachableError)) throw error
      return { status: 'unreachable', retryAfterSeconds: 5 }
    } finally {
      this.#bytes -= request.bytes
      this.#land()
    }
  }

  /** In order of receipt: a tick speaks for a request only when all before it are acknowledged too. */
  #land(): void {
    while (this.#flying.length > 0 && this.#flying[0]!.settled !== 'no') {
      const { settled, times, receivedMonotonicMs } = this.#flying.shift()!
      if (settled === 'acknowledged' && times !== null) {
        this.#times.acknowledged({ ...times, receivedMonotonicMs })
      }
    }
    if (this.#flying.length === 0) for (const landed of this.#landed.splice(0)) landed()
  }

  #known(bodyHash: string | null): Promise<DoorAnswer<T>> | null {
    if (bodyHash === null) return null
    const body = this.#bodies.get(bodyHash)
    if (body === undefined) return null
    const ageMs = this.#clock.monotonic() - body.atMonotonicMs
    return ageMs < this.#limits.rememberMs ? body.answer : null
  }

  #remember(bodyHash: string, answer: Promise<DoorAnswer<T>>): void {
    const atMonotonicMs = this.#clock.monotonic()
    this.#bodies.delete(bodyHash)
    this.#bodies.set(bodyHash, { atMonotonicMs, answer })
    for (const [hash, body] of this.#bodies) {
      const old = atMonotonicMs - body.atMonotonicMs >= this.#limits.rememberMs
      if (!old && this.#bodies.size <= this.#limits.bodiesMax) break
      this.#bodies.delete(hash)
    }
  }
}

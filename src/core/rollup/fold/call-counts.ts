/** Gathers calls per callee, caller, the caller's version, window and how the callee was named. */
import type { Calls } from '../../../contracts/service-events.ts'
import type { Identity } from '../../intake/identity.ts'

/** Distinct callees that one record may name; a caller of more is a crawler, and what it calls no service. */
const calleesMax = 500

export interface CallWindow {
  attempts: number
  failed: number
  unanswered: number
}

export class CallCounts {
  readonly #arrivedMs: number
  readonly #callees = new Set<string>()
  readonly #calls = new Map<string, Calls>()

  constructor(arrivedMs: number) {
    this.#arrivedMs = arrivedMs
  }

  /** What to count into; null beyond the bound. */
  at(
    callee: string,
    from: { readonly caller: Identity; readonly startMs: number; readonly by: Calls['by'] },
  ): CallWindow | null {
    const { caller, startMs, by } = from
    const id = JSON.stringify([callee, caller.key, caller.version, startMs, by])
    let calls = this.#calls.get(id)
    if (calls === undefined) {
      if (!this.#callees.has(callee) && this.#callees.size >= calleesMax) return null
      this.#callees.add(callee)
      calls = {
        kind: 'calls',
        service: callee,
        caller: caller.key,
        version: caller.version,
        startMs,
        arrivedMs: this.#arrivedMs,
        by,
        attempts: 0,
        failed: 0,
        unanswered: 0,
      }
      this.#calls.set(id, calls)
    }
    return calls
  }

  events(): Calls[] {
    return [...this.#calls].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, calls]) => calls)
  }
}

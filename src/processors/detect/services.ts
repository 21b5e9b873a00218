/**
 * The services of a unit, in the order of their keys: at most `servicesMax`, since names come from senders.
 *
 * A service that nothing was heard of for a day of tick time is forgotten with all its entries, and its
 * watches say their last word. Tick time, not the watermark: while no tick came, nobody could be heard.
 */
import type { Finding } from '../../contracts/findings.ts'
import type { Dirty } from './dirty.ts'
import { eraseService } from './erase-service.ts'
import type { ServiceRun } from './service-run.ts'
import { emptyService, type ServiceState } from './service-state.ts'

export const unheardAfterMs = 86_400_000
/** What was heard is noted this coarsely: it is written with every commit in which it moves. */
const noteEveryMs = 60_000

export class Services {
  readonly #runs = new Map<string, ServiceRun>()
  readonly #servicesMax: number
  readonly #dirty: Dirty
  readonly #runOf: (state: ServiceState) => ServiceRun
  #sorted: ServiceRun[] | null = null

  constructor(
    states: Iterable<ServiceState>,
    options: {
      readonly servicesMax: number
      readonly dirty: Dirty
      readonly runOf: (state: ServiceState) => ServiceRun
    },
  ) {
    this.#servicesMax = options.servicesMax
    this.#dirty = options.dirty
    this.#runOf = options.runOf
    for (const state of states) this.#add(state)
  }

  /** Telemetry or a deployment of it has come at `tickMs`; null where there is no room for one more. */
  heard(key: string, tickMs: number): ServiceRun | null {
    const known = this.#runs.get(key)
    if (known === undefined && this.#runs.size >= this.#servicesMax) return null
    const run = known ?? this.#add(emptyService(key))
    const { state } = run
    const heardTickMs = Math.floor(tickMs / noteEveryMs) * noteEveryMs
    if (state.heardTickMs !== heardTickMs) {
      state.heardTickMs = heardTickMs
      this.#dirty.service(state)
    }
    return run
  }

  get(key: string): ServiceRun | undefined {
    return this.#runs.get(key)
  }

  inOrder(): readonly ServiceRun[] {
    this.#sorted ??= [...this.#runs.values()].sort((a, b) => (a.state.key < b.state.key ? -1 : 1))
    return this.#sorted
  }

  forgetUnheard(tickMs: number): Finding[] {
    const beforeMs = tickMs - unheardAfterMs
    const findings: Finding[] = []
    for (const run of this.inOrder()) {
      const { state } = run
      // An entry of a program that did not note it: from now on.
      if (state.heardTickMs === null) this.heard(state.key, tickMs)
      if (state.heardTickMs === null || state.heardTickMs >= beforeMs) continue
      findings.push(...run.end())
      eraseService(state, this.#dirty)
      this.#runs.delete(state.key)
      this.#sorted = null
    }
    return findings
  }

  #add(state: ServiceState): ServiceRun {
    const run = this.#runOf(state)
    this.#runs.set(state.key, run)
    this.#sorted = null
    return run
  }
}

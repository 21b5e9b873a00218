/**
 * Deployments on their way to a service: each event once, joined when telemetry shows which service it
 * means, held while nothing or too much matches (contract section 4).
 */
import type { Deployment } from '../../contracts/service-events.ts'
import { serviceName } from '../../core/kernel/service-key.ts'
import { joinService } from '../../core/releases/join-service.ts'
import { eventKey, takeDeployment, unjoinedAfterMs } from '../../core/releases/lifecycle.ts'
import type { ReleaseState } from '../../core/releases/release-state.ts'
import { forgottenAfterMs } from '../../core/releases/versions.ts'
import type { ServiceState } from './service-state.ts'
import type { UnitState } from './unit-state.ts'

const eventsKeptMs = 48 * 3_600_000
const eventsMax = 20_000
const pendingMax = 1_000
/** A deployment waits this long for telemetry to show its service; the release it becomes may wait on. */
const ambiguousForMs = unjoinedAfterMs

export interface JoinedDeployment {
  readonly key: string
  readonly release: ReleaseState
}

export class Deployments {
  readonly #unit: UnitState
  readonly #defaultEnvironment: string

  constructor(unit: UnitState, defaultEnvironment: string) {
    this.#unit = unit
    this.#defaultEnvironment = defaultEnvironment
  }

  /** What is refused as `full` is not remembered: sent again when there is room, it is taken. */
  take(deployment: Deployment, nowMs: number): 'taken' | 'repeated' | 'full' {
    const { events, pending } = this.#unit
    const key = eventKey(deployment)
    if (events.has(key)) return 'repeated'
    const waits = deployment.action !== 'removed'
    if (waits && pending.length >= pendingMax) return 'full'
    events.set(key, deployment.arrivedMs)
    this.#forgetEvents(deployment.arrivedMs)
    if (waits) pending.push({ deployment, knownMs: Math.max(nowMs, deployment.arrivedMs) })
    return 'taken'
  }

  #forgetEvents(nowMs: number): void {
    const { events } = this.#unit
    for (const [key, atMs] of events) {
      if (atMs >= nowMs - eventsKeptMs && events.size <= eventsMax) break
      events.delete(key)
    }
  }

  /**
   * Joins what can be joined now; what has waited long enough, or at the end of the input, is unjoined.
   * `stateOf` is null where there is no room for one more service: it has counted what is dropped.
   */
  join(
    services: readonly ServiceState[],
    stateOf: (key: string) => ServiceState | null,
    { nowMs, end }: { readonly nowMs: number; readonly end: boolean },
  ): JoinedDeployment[] {
    const { pending } = this.#unit
    if (pending.length === 0) return []
    const joined: JoinedDeployment[] = []
    const waiting: UnitState['pending'] = []
    const named = byName(services)
    for (const item of pending) {
      const { deployment, knownMs } = item
      const seen = (named.get(serviceName(deployment.service)) ?? [])
        .filter(({ versions }) => versions.firstMs !== null)
        .filter(({ versions }) => versions.lastMs > nowMs - forgottenAfterMs)
        .map(({ key }) => key)
      const join = joinService(deployment, seen, this.#defaultEnvironment)
      const waitedMs = nowMs - knownMs
      if (join.kind === 'joined') {
        const state = stateOf(join.key)
        if (state === null) continue
        const release = takeDeployment(state, deployment, knownMs)
        if (join.how !== 'exact' && release.finding.joined === null)
          release.finding.joined = join.how
        joined.push({ key: join.key, release })
      } else if (end || waitedMs >= ambiguousForMs) {
        const state = stateOf(deployment.service)
        if (state === null) continue
        const release = takeDeployment(state, deployment, knownMs)
        if (release.finding.phase === 'waiting') release.finding.phase = 'unjoined'
        release.finding.note = whyUnjoined(join, services, deployment, end)
        joined.push({ key: deployment.service, release })
      } else waiting.push(item)
    }
    this.#unit.pending = waiting
    return joined
  }
}

function byName(services: readonly ServiceState[]): Map<string, ServiceState[]> {
  const named = new Map<string, ServiceState[]>()
  for (const state of services) {
    const name = serviceName(state.key)
    const others = named.get(name)
    if (others === undefined) named.set(name, [state])
    else others.push(state)
  }
  return named
}

function whyUnjoined(
  join: ReturnType<typeof joinService>,
  services: readonly ServiceState[],
  deployment: Deployment,
  end: boolean,
): string {
  if (join.kind === 'ambiguous') return `could be any of ${join.candidates.join(', ')}`
  const near = services
    .filter(({ versions }) => versions.firstMs !== null)
    .map(({ key }) => key)
    .filter((key) => key !== deployment.service)
    .slice(0, 3)
  const nearest = near.length > 0 ? `; telemetry seen: ${near.join(', ')}` : ''
  const when = end ? 'until the input ended' : 'in 10 min'
  return `no telemetry of ${deployment.service} ${when}${nearest}`
}

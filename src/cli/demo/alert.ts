/**
 * Waits for the incident that a release of the shop is blamed for. It is looked at for some seconds more where it may
 * say more (evidence of error kinds comes later than rates), and then taken as it is.
 */
import { setTimeout as sleep } from 'node:timers/promises'
import type { Incident, Suspect } from '../../contracts/incident.ts'
import { Client } from '../client/client.ts'
import { namespace } from './shop-run.ts'

/** So long after the alert it is looked at whether more is said. */
const moreMsMax = 30_000

export interface Waiting {
  readonly url: string
  /** Of what happened before, other releases may be to blame. */
  readonly sinceMs: number
  readonly untilMs: number
  readonly pollMs: number
  readonly now: () => number
  readonly ending: AbortSignal
  readonly onAlert: (incident: Incident) => void
}

export interface Alerted {
  readonly incident: Incident
  readonly alertedAtMs: number
}

export async function waitForAlert(waiting: Waiting): Promise<Alerted | null> {
  const client = new Client(waiting.url)
  let alertedAtMs: number | null = null
  let incident: Incident | null = null
  while (waiting.now() < waiting.untilMs) {
    const found = ofShop(await client.list<Incident>('/v1/incidents?state=all'), waiting.sinceMs)
    if (found !== null) {
      incident = found
      if (alertedAtMs === null) waiting.onAlert(found)
      alertedAtMs ??= waiting.now()
      if (saysAll(found) || waiting.now() - alertedAtMs >= moreMsMax) break
    }
    await sleep(waiting.pollMs, undefined, { signal: waiting.ending })
  }
  return incident === null || alertedAtMs === null ? null : { incident, alertedAtMs }
}

export function ofShop(incidents: readonly Incident[], sinceMs: number): Incident | null {
  const found = incidents.filter(
    ({ openedAt, regressions }) =>
      Date.parse(openedAt) >= sinceMs &&
      regressions.some(({ release }) => release.service.namespace === namespace),
  )
  return found.at(0) ?? null
}

/** A change stands first by itself, and there is a way back. */
export function saysAll(incident: Incident): boolean {
  const [first] = incident.suspects
  return first?.kind === 'change' && first.probability >= 0.5 && incident.suggestion !== null
}

/** The change that stands first, if it is one. */
export function firstChange({ suspects }: Incident): Suspect | null {
  const first = suspects.find(({ rank }) => rank === 1)
  return first?.kind === 'change' ? first : null
}

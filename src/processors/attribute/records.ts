/** The public records of one turn, in the order in which they were decided. */
import type { AuditEntry } from '../../contracts/audit-entry.ts'
import type { ReleaseFinding } from '../../contracts/findings.ts'
import type { Incident } from '../../contracts/incident.ts'
import type { Release } from '../../contracts/release.ts'
import {
  cloudEventHeaders,
  type CulpritEvent,
  incidentEvent,
  rollbackEvent,
} from '../../core/response/cdevent.ts'
import { auditHash } from '../../core/response/audit-hash.ts'
import { formatServiceKey } from '../../core/kernel/service-key.ts'
import type { Output } from '../processor.ts'
import type { EnvironmentState, IncidentEntry } from './state.ts'

export interface AttributeTopics {
  readonly findings: string
  readonly releases: string
  readonly incidents: string
  readonly alerts: string
  readonly rollbacks: string
  readonly audit: string
}

export class Records {
  readonly #unit: string
  readonly #topics: AttributeTopics
  readonly #state: EnvironmentState
  #outputs: Output[] = []

  constructor(unit: string, topics: AttributeTopics, state: EnvironmentState) {
    this.#unit = unit
    this.#topics = topics
    this.#state = state
  }

  take(): readonly Output[] {
    const outputs = this.#outputs
    this.#outputs = []
    return outputs
  }

  release(release: Release, service: string): void {
    this.#json(this.#topics.releases, `${service}@${release.id}`, service, release)
  }

  /** The compacted record, then the alert, then the suggestion if it is new. */
  incident(entry: IncidentEntry, before: Incident, lead: ReleaseFinding): void {
    const { incident, detectedRevision } = entry
    this.#json(this.#topics.incidents, incident.id, incident.id, incident)
    const over = (state: Incident['state']) => state === 'recovered' || state === 'resolved'
    // `incident.resolved` is said once: a recovered incident that is then resolved is no news.
    if (!(over(before.state) && over(incident.state))) {
      const { deploymentEventId } = lead
      const event = incidentEvent(incident, { detectedRevision, deploymentEventId })
      this.#event(this.#topics.alerts, incident.id, event, {
        ce_severitynumber: incident.severity === 'critical' ? '17' : '13',
      })
    }
    this.#suggestion(before, incident)
    this.#audit(incident)
  }

  /** The compacted topic forgets it too: a null under its key. */
  forgetIncident({ id, incident }: IncidentEntry): void {
    if (incident.revision === 0) return
    this.#outputs.push({
      topic: this.#topics.incidents,
      key: id,
      partitionBy: id,
      value: null,
      headers: {},
    })
  }

  #suggestion(before: Incident, { suggestion, revision, updatedAt }: Incident): void {
    if (suggestion === null) return
    const known = before.suggestion
    if (known !== null && known.id === suggestion.id && known.revision === suggestion.revision)
      return
    const event = rollbackEvent(suggestion, { atInstant: updatedAt, incidentRevision: revision })
    this.#event(this.#topics.rollbacks, formatServiceKey(suggestion.service), event, {})
  }

  #audit(incident: Incident): void {
    const { audit } = this.#state
    const entry: Omit<AuditEntry, 'hash'> = {
      chain: this.#unit,
      n: audit.n,
      at: incident.updatedAt,
      prev: audit.prev,
      actor: 'culprit',
      action: `incident.${incident.state}`,
      subject: incident.id,
      inputs: incident.regressions.map(({ release }) => release.id),
      settingsHash: '',
      detail: {
        revision: incident.revision,
        severity: incident.severity,
        naming: incident.naming,
        suggestion: incident.suggestion?.id ?? null,
      },
    }
    const hash = auditHash(entry)
    this.#state.audit = { n: audit.n + 1, prev: hash }
    const key = incident.environment
    this.#json(this.#topics.audit, key, key, { ...entry, hash })
  }

  #event(
    topic: string,
    key: string,
    event: CulpritEvent,
    extra: Readonly<Record<string, string>>,
  ): void {
    const headers = { ...cloudEventHeaders(event, key), ...extra }
    this.#outputs.push({
      topic,
      key,
      partitionBy: key,
      value: Buffer.from(JSON.stringify(event)),
      headers,
    })
  }

  #json(topic: string, key: string, partitionBy: string, value: unknown): void {
    const headers = { 'content-type': 'application/json' }
    this.#outputs.push({
      topic,
      key,
      partitionBy,
      value: Buffer.from(JSON.stringify(value)),
      headers,
    })
  }
}

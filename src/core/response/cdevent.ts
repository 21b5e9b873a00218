/**
 * Alerts and rollbacks as CDEvents 0.5.1 (formats reference, sections 24 and 34).
 *
 * `context.id` is the UUID (version 8) of the first 16 bytes of sha256(`<id>|<revision>`), `chainId` that
 * of the incident's id: a subscriber that sees one again sees the same id. Timestamps are event time.
 */
import type { Incident } from '../../contracts/incident.ts'
import type { Rollback } from '../../contracts/rollback.ts'
import { uuidOf } from '../kernel/ids.ts'
import { formatServiceKey } from '../kernel/service-key.ts'

export const eventSource = '/culprit'
const schemaBase = 'https://culprit.dev/schemas'

export interface Link {
  readonly linkType: 'RELATION'
  readonly linkKind: string
  readonly target: { readonly contextId: string }
  readonly tags?: Readonly<Record<string, string>>
}

export interface CulpritEvent {
  readonly context: {
    readonly specversion: '0.5.1'
    readonly id: string
    readonly source: string
    readonly type: string
    readonly timestamp: string
    readonly chainId: string
    readonly schemaUri?: string
    readonly links: readonly Link[]
  }
  readonly subject: {
    readonly id: string
    readonly source: string
    readonly content: Readonly<Record<string, unknown>>
  }
  readonly customData?: unknown
  readonly customDataContentType: 'application/json'
}

export const eventId = (id: string, revision: number) => uuidOf(`${id}|${revision}`)

/** `detectedRevision`: revision of the last `incident.detected`, which a resolution points back to. */
export function incidentEvent(
  incident: Incident,
  facts: { readonly detectedRevision: number | null; readonly deploymentEventId: string | null },
): CulpritEvent {
  const resolved = incident.state === 'recovered' || incident.state === 'resolved'
  const release = incident.regressions[0]?.release
  const links: Link[] = []
  if (resolved && facts.detectedRevision !== null) {
    const contextId = eventId(incident.id, facts.detectedRevision)
    links.push({ linkType: 'RELATION', linkKind: 'RESOLVES', target: { contextId } })
  } else if (facts.deploymentEventId !== null) {
    const target = { contextId: facts.deploymentEventId }
    const tags = { role: 'suspect-deployment' }
    links.push({ linkType: 'RELATION', linkKind: 'CAUSE', target, tags })
  }
  return {
    context: {
      specversion: '0.5.1',
      id: eventId(incident.id, incident.revision),
      source: eventSource,
      type: `dev.cdevents.incident.${resolved ? 'resolved' : 'detected'}.0.3.0`,
      timestamp: incident.updatedAt,
      chainId: uuidOf(incident.id),
      schemaUri: `${schemaBase}/incident.json`,
      links,
    },
    subject: {
      id: incident.id,
      source: eventSource,
      content: {
        description: incident.title,
        environment: { id: incident.environment, source: eventSource },
        ...(release === undefined
          ? {}
          : { service: { id: `/${formatServiceKey(release.service)}`, source: eventSource } }),
      },
    },
    customData: incident,
    customDataContentType: 'application/json',
  }
}

export function rollbackEvent(
  rollback: Rollback,
  facts: { readonly atInstant: string; readonly incidentRevision: number },
): CulpritEvent {
  const target = { contextId: eventId(rollback.incident, facts.incidentRevision) }
  return {
    context: {
      specversion: '0.5.1',
      id: eventId(rollback.id, rollback.revision),
      source: eventSource,
      type: `dev.cdeventsx.culprit-rollback.${rollback.state}.0.1.0`,
      timestamp: facts.atInstant,
      chainId: uuidOf(rollback.incident),
      schemaUri: `${schemaBase}/rollback.json`,
      links: [{ linkType: 'RELATION', linkKind: 'CAUSE', target }],
    },
    subject: { id: rollback.id, source: eventSource, content: { ...rollback } },
    customDataContentType: 'application/json',
  }
}

/** CloudEvents attributes of a CDEvent as Kafka headers (binary mode). */
export function cloudEventHeaders(
  event: CulpritEvent,
  partitionKey: string,
): Record<string, string> {
  return {
    ce_specversion: '1.0',
    ce_id: event.context.id,
    ce_source: event.context.source,
    ce_type: event.context.type,
    ce_subject: event.subject.id,
    ce_time: event.context.timestamp,
    ce_partitionkey: partitionKey,
    'content-type': 'application/json',
  }
}

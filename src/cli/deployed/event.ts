/**
 * The deployment as a CDEvent 0.5.1 with `customData` and, where a repository was named, the manifest of its changes:
 * at most 512 KiB of JSON. The id is a hash of what the event states, so that a repeated step is the same event.
 * Source: contract section 5; formats section 4.
 */
import type { Change, ReleaseDelta } from '../../contracts/change.ts'
import type { Service } from '../../contracts/service.ts'
import { uuidOf } from '../../core/kernel/ids.ts'
import { formatInstant } from '../../core/kernel/instant.ts'
import { formatServiceKey } from '../../core/kernel/service-key.ts'
import { makeManifest } from '../../core/provenance/manifest.ts'

export interface DeploymentFacts {
  readonly service: Service
  readonly action: 'deployed' | 'upgraded' | 'rolledback'
  readonly version: string
  readonly previousVersion: string | null
  readonly revision: string | null
  readonly previousRevision: string | null
  readonly repositoryUrl: string | null
  readonly artifactId: string | null
  readonly strategy: string | null
  readonly phase: string | null
  readonly share: number | null
  readonly deploymentId: string | null
  readonly atMs: number
  readonly id: string | null
  readonly history: {
    readonly delta: Omit<ReleaseDelta, 'service' | 'environment'>
    /** Newest first. */
    readonly changes: readonly Change[]
  } | null
}

const eventBytesMax = 512 * 1024
/** Where it comes from; with the id it makes an event one. */
const source = '/culprit/deployed'

export interface CDEvent {
  readonly context: { readonly id: string; readonly type: string; readonly timestamp: string }
  readonly customData: Readonly<Record<string, unknown>>
}

export function deploymentEvent(facts: DeploymentFacts): CDEvent {
  const { service, action, version, revision, atMs, history } = facts
  const key = formatServiceKey(service)
  const at = formatInstant(atMs)
  const event = (manifest: object | null) => ({
    context: {
      specversion: '0.5.1',
      id: facts.id ?? uuidOf(JSON.stringify([action, key, version, revision, facts.phase, at])),
      source,
      type: `dev.cdevents.service.${action}.0.3.0`,
      timestamp: at,
    },
    subject: {
      id: `/${key}`,
      source,
      content: {
        environment: { id: service.environment },
        artifactId: facts.artifactId ?? genericPurl(service, version),
      },
    },
    customData: {
      ...customData(facts),
      ...(manifest === null ? {} : { 'culprit.manifest': manifest }),
    },
    customDataContentType: 'application/json',
  })
  if (history === null) return event(null)
  const frame = Buffer.byteLength(JSON.stringify(event({})))
  const delta = { service: key, environment: service.environment, ...history.delta }
  const bytesMax = eventBytesMax - frame
  return event(makeManifest({ delta, changes: history.changes, bytesMax }))
}

function customData(facts: DeploymentFacts): Record<string, unknown> {
  const { service, version } = facts
  const optional = {
    'service.namespace': service.namespace,
    'service.version.previous': facts.previousVersion,
    'deployment.id': facts.deploymentId,
    'deployment.strategy': facts.strategy,
    'deployment.phase': facts.phase,
    'deployment.share': facts.share,
    'vcs.repository.url.full': facts.repositoryUrl,
    'vcs.ref.base.revision': facts.previousRevision,
    'vcs.ref.head.revision': facts.revision,
  }
  return {
    'service.name': service.name,
    'service.version': version,
    'deployment.environment.name': service.environment,
    ...Object.fromEntries(Object.entries(optional).filter(([, value]) => value !== null)),
  }
}

function genericPurl({ namespace, name }: Service, version: string): string {
  const path = namespace === null ? [name] : [namespace, name]
  return `pkg:generic/${path.map(encodeURIComponent).join('/')}@${encodeURIComponent(version)}`
}

/** Structured mode (CloudEvents 1.0, HTTP binding 3.2). */
export function asCloudEvent(event: CDEvent): object {
  const { id, type, timestamp } = event.context
  const datacontenttype = 'application/json'
  return { specversion: '1.0', id, source, type, time: timestamp, datacontenttype, data: event }
}

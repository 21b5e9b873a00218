/**
 * CDEvents `service.deployed`, `upgraded`, `rolledback` and `removed` (specifications 0.1 to 0.6) -> `Deployment`.
 *
 * Who: `customData` with OpenTelemetry names first, then `subject.content.environment.id` and `subject.id`
 * (`/production/shop/checkout`, `shop/checkout` or `checkout`). Unknown keys are ignored; a key of the wrong type is
 * taken as missing and noted; a manifest that does not fit its schema is dropped with a note, the deployment kept.
 * Other events are accepted and ignored. Refused: no context, no service, no time, a time that lies ahead or more than
 * a day back. Source: contract section 5; formats sections 3 and 4.
 */
import { ChangeManifest } from '../../../contracts/change.ts'
import { Strategy, type Deployment } from '../../../contracts/service-events.ts'
import { parseInstant } from '../../kernel/instant.ts'
import { formatServiceKey } from '../../kernel/service-key.ts'
import type { CloudEvent } from '../cloudevents/unwrap.ts'
import { environmentName, type IdentitySettings, identityTextMax } from '../identity.ts'
import { fromBase64, isObject, type JsonObject, parseJson } from '../../kernel/json.ts'
import { parseArtifact } from './artifact.ts'

export interface DeploymentSettings extends IdentitySettings {
  readonly aheadMs: number
  readonly behindMs: number
}

export type DeploymentReason = 'no-event' | 'no-service' | 'no-time' | 'ahead' | 'behind'

export type ReadDeployment =
  | {
      readonly act: 'deployment'
      readonly deployment: Deployment
      readonly notes: readonly string[]
    }
  | { readonly act: 'ignored'; readonly reason: 'other-event'; readonly message: string }
  | { readonly act: 'refused'; readonly reason: DeploymentReason; readonly message: string }

const serviceEvent =
  /^dev\.cdevents\.service\.(deployed|upgraded|rolledback|removed)\.\d+\.\d+\.\d+(-[\w.]+)?$/

/** A record takes 1 MiB; the manifest is by far the largest part of it. */
const manifestBytesMax = 900 * 1024

export function readDeployment(
  event: CloudEvent,
  { arrivedMs, settings }: { readonly arrivedMs: number; readonly settings: DeploymentSettings },
): ReadDeployment {
  const { data } = event
  if (!isObject(data) || !isObject(data['context'])) {
    return event.type !== null && !event.type.startsWith('dev.cdevents.service.')
      ? { act: 'ignored', reason: 'other-event', message: `${event.type} is no deployment` }
      : refused('no-event', 'the data is no CDEvent: it has no context')
  }
  const context = data['context']
  const type = textOf(context['type']) ?? event.type ?? ''
  const action = serviceEvent.exec(type)?.[1] as Deployment['action'] | undefined
  if (action === undefined) {
    return { act: 'ignored', reason: 'other-event', message: `${type} is no deployment` }
  }

  const atText = textOf(context['timestamp']) ?? event.time
  const atMs = atText === null ? null : parseInstant(atText)
  if (atMs === null) return refused('no-time', 'context.timestamp is no RFC 3339 time')
  if (atMs > arrivedMs + settings.aheadMs) return refused('ahead', `${atText} lies ahead of now`)
  if (atMs < arrivedMs - settings.behindMs) return refused('behind', `${atText} is too long ago`)

  const notes: string[] = []
  const custom = customDataOf(data, notes)
  const subject = isObject(data['subject']) ? data['subject'] : {}
  const who = serviceOf({ subject, custom, settings })
  if (who === null) return refused('no-service', 'neither service.name nor subject.id names one')
  return {
    act: 'deployment',
    notes,
    deployment: {
      kind: 'deployment',
      ...who,
      action,
      eventId: textOf(context['id']) ?? event.id ?? '',
      eventSource: textOf(context['source']) ?? event.source ?? '',
      atMs,
      arrivedMs,
      ...artifactOf(subject, custom),
      ...rolloutOf(custom, notes),
      manifest: manifestOf(custom['culprit.manifest'], notes),
    },
  }
}

function refused(reason: DeploymentReason, message: string): ReadDeployment {
  return { act: 'refused', reason, message }
}

/** An object, or the same as JSON or as JSON in base64. */
function customDataOf(data: JsonObject, notes: string[]): JsonObject {
  const value = data['customData']
  if (value === undefined || value === null) return {}
  if (isObject(value)) return value
  if (typeof value === 'string') {
    for (const source of [value, fromBase64(value)]) {
      const parsed = source === null ? null : parseJson(source)
      if (parsed?.ok === true && isObject(parsed.value)) return parsed.value
    }
  }
  notes.push('customData is no object and was ignored')
  return {}
}

interface Who {
  readonly subject: JsonObject
  readonly custom: JsonObject
  readonly settings: DeploymentSettings
}

function serviceOf({
  subject,
  custom,
  settings,
}: Who): Pick<Deployment, 'service' | 'named'> | null {
  const path = subjectPath(textOf(subject['id']) ?? '')
  const name = textOf(custom['service.name']) ?? path.name
  if (name === null) return null
  const content = isObject(subject['content']) ? subject['content'] : {}
  const given =
    textOf(custom['deployment.environment.name']) ??
    textOf(custom['deployment.environment']) ??
    textOf(isObject(content['environment']) ? content['environment']['id'] : null) ??
    path.environment
  const namespace = textOf(custom['service.namespace']) ?? path.namespace
  return {
    service: formatServiceKey({ environment: environmentName(given, settings), namespace, name }),
    named: { environment: given !== null, namespace: namespace !== null },
  }
}

/** `/production/shop/checkout`, `shop/checkout`, `checkout`; of a longer path the last part is the name. */
function subjectPath(id: string): {
  readonly environment: string | null
  readonly namespace: string | null
  readonly name: string | null
} {
  const parts = id
    .replace(/^[a-z][\w+.-]*:\/\/[^/]*/i, '')
    .split('/')
    .filter((part) => part !== '')
    .map((part) => (part === '-' ? null : decode(part)))
  const name = parts.at(-1) ?? null
  if (parts.length === 2) return { environment: null, namespace: parts[0]!, name }
  if (parts.length === 3) return { environment: parts[0]!, namespace: parts[1]!, name }
  return { environment: null, namespace: null, name }
}

type FromArtifact = Pick<
  Deployment,
  | 'version'
  | 'previousVersion'
  | 'revision'
  | 'previousRevision'
  | 'repository'
  | 'artifactId'
  | 'images'
>

function artifactOf(subject: JsonObject, custom: JsonObject): FromArtifact {
  const content = isObject(subject['content']) ? subject['content'] : {}
  const artifactId = textOf(content['artifactId'])
  const artifact = artifactId === null ? null : parseArtifact(artifactId)
  return {
    version: textOf(custom['service.version']) ?? artifact?.tag ?? artifact?.digest ?? null,
    previousVersion: textOf(custom['service.version.previous']),
    revision: textOf(custom['vcs.ref.head.revision']),
    previousRevision: textOf(custom['vcs.ref.base.revision']),
    repository: textOf(custom['vcs.repository.url.full']),
    artifactId,
    images: [artifact?.tag ?? null, artifact?.digest ?? null].filter((each) => each !== null),
  }
}

type FromRollout = Pick<
  Deployment,
  'deploymentId' | 'strategy' | 'phase' | 'startedAtMs' | 'share' | 'rollback'
>

function rolloutOf(custom: JsonObject, notes: string[]): FromRollout {
  const startedAt = textOf(custom['deployment.startedAt'])
  const startedAtMs = startedAt === null ? null : parseInstant(startedAt)
  if (startedAt !== null && startedAtMs === null) notes.push('deployment.startedAt is no time')
  return {
    deploymentId: textOf(custom['deployment.id']),
    strategy: strategyOf(textOf(custom['deployment.strategy']), notes),
    phase: phaseOf(textOf(custom['deployment.phase']), notes),
    startedAtMs,
    share: shareOf(custom, notes),
    rollback: textOf(custom['culprit.rollback']),
  }
}

function strategyOf(text: string | null, notes: string[]): Deployment['strategy'] {
  if (text === null) return null
  const parsed = Strategy.safeParse(text.toLowerCase().replace(/[_ ]/g, '-'))
  if (!parsed.success) notes.push(`deployment.strategy ${text} is unknown`)
  return parsed.success ? parsed.data : null
}

function phaseOf(text: string | null, notes: string[]): Deployment['phase'] {
  if (text === 'started' || text === 'step' || text === 'finished') return text
  if (text !== null) notes.push(`deployment.phase ${text} is unknown, taken as finished`)
  return 'finished'
}

/** `deployment.share` as a fraction, else `canary.weight` in percent. */
function shareOf(custom: JsonObject, notes: string[]): number | null {
  const share = numberOf(custom['deployment.share'])
  const weight = numberOf(custom['canary.weight'])
  const value = share ?? (weight === null ? null : weight / 100)
  if (value === null || (value >= 0 && value <= 1)) return value
  notes.push(`deployment.share ${value} is no fraction of 1`)
  return null
}

function manifestOf(value: unknown, notes: string[]): Deployment['manifest'] {
  if (value === undefined || value === null) return null
  const parsed = ChangeManifest.safeParse(value)
  if (!parsed.success) {
    const issue = parsed.error.issues[0]
    notes.push(
      `culprit.manifest was dropped: ${issue?.path.join('.') ?? ''} ${issue?.message ?? ''}`,
    )
    return null
  }
  const { delta, cut, changes } = parsed.data
  const manifest = { delta, cut, changes }
  if (JSON.stringify(manifest).length <= manifestBytesMax) return manifest
  notes.push('culprit.manifest was dropped: larger than a record may be')
  return null
}

function numberOf(value: unknown): number | null {
  const number = typeof value === 'string' && value.trim() !== '' ? Number(value) : value
  return typeof number === 'number' && Number.isFinite(number) ? number : null
}

/** Trimmed text, null for nothing. Numbers are their digits: a deployment id often is one. */
function textOf(value: unknown): string | null {
  if (typeof value !== 'string' && typeof value !== 'number') return null
  const text = String(value).trim().slice(0, identityTextMax)
  return text === '' ? null : text
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text)
  } catch {
    return text
  }
}

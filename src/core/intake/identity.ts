/**
 * Whose telemetry it is: resource attributes -> service, version, hints and instance.
 *
 * Service: `service.namespace` + `service.name` + environment; a missing name and `unknown_service*` are none.
 * Environment: `deployment.environment.name`, else `deployment.environment`, else the default that is set.
 * Source: contract sections 1 and 4; OpenTelemetry resource conventions.
 */
import type { Service } from '../../contracts/service.ts'
import type { VersionHints } from '../../contracts/service-events.ts'
import { formatServiceKey } from '../kernel/service-key.ts'
import type { Attributes, AttributeValue } from './otlp/telemetry.ts'

/**
 * Names, versions and revisions are cut to this many UTF-16 units, in telemetry and in events alike: what is
 * cut must still be equal on both sides.
 */
export const identityTextMax = 1_024

export interface IdentitySettings {
  /** Environment of telemetry and deployments that name none. */
  readonly defaultEnvironment: string
}

export interface Identity {
  readonly service: Service
  readonly key: string
  /** `service.version` as sent, trimmed; null for none. */
  readonly version: string | null
  readonly hints: VersionHints | null
  /** 32-bit hash, unsigned; the same for all telemetry that says nothing about its instance. */
  readonly instance: number
}

interface Known {
  readonly defaultEnvironment: string
  readonly identity: Identity | null
}

/** Readers give the same attributes again for the same resource. */
const known = new WeakMap<Attributes, Known>()

/** Null where no service is named: the telemetry is refused as `no-service`. */
export function identify(attributes: Attributes, settings: IdentitySettings): Identity | null {
  const { defaultEnvironment } = settings
  const before = known.get(attributes)
  if (before !== undefined && before.defaultEnvironment === defaultEnvironment) {
    return before.identity
  }
  const identity = makeIdentity(attributes, settings)
  known.set(attributes, { defaultEnvironment, identity })
  return identity
}

function makeIdentity(attributes: Attributes, settings: IdentitySettings): Identity | null {
  const name = nameAt(attributes, 'service.name')
  if (name === null || name.startsWith('unknown_service')) return null
  const service = {
    environment: environmentName(
      nameAt(attributes, 'deployment.environment.name') ??
        nameAt(attributes, 'deployment.environment'),
      settings,
    ),
    namespace: nameAt(attributes, 'service.namespace'),
    name,
  }
  return {
    service,
    key: formatServiceKey(service),
    version: nameAt(attributes, 'service.version'),
    hints: hintsOf(attributes),
    instance: instanceOf(attributes),
  }
}

/** The well-known name of an environment; `prod`, `live` and GitLab's tiers are mapped, others stay as they are. */
export function environmentName(text: string | null, settings: IdentitySettings): string {
  if (text === null || text.trim() === '') return settings.defaultEnvironment
  return wellKnown.get(text.trim().toLowerCase()) ?? text.trim()
}

const wellKnown: ReadonlyMap<string, string> = new Map([
  ['production', 'production'],
  ['prod', 'production'],
  ['live', 'production'],
  ['staging', 'staging'],
  ['test', 'test'],
  ['testing', 'test'],
  ['development', 'development'],
])

function hintsOf(attributes: Attributes): VersionHints | null {
  const revision =
    nameAt(attributes, 'vcs.ref.head.revision') ?? nameAt(attributes, 'vcs.repository.ref.revision')
  const images = [
    ...textsAt(attributes, 'container.image.tags'),
    ...textsAt(attributes, 'container.image.tag'),
    ...textsAt(attributes, 'container.image.repo_digests').map(afterAt),
    ...textsAt(attributes, 'oci.manifest.digest'),
  ].slice(0, 8)
  const replicaSet = nameAt(attributes, 'k8s.replicaset.name')
  const podHash = replicaSet === null ? null : replicaSet.slice(replicaSet.lastIndexOf('-') + 1)
  if (revision === null && images.length === 0 && podHash === null) return null
  return { revision, images: [...new Set(images)], podHash }
}

/** `registry/name@sha256:…` -> `sha256:…` */
function afterAt(text: string): string {
  return text.slice(text.indexOf('@') + 1)
}

const instanceKeys = ['service.instance.id', 'k8s.pod.uid', 'k8s.pod.name', 'container.id'] as const

// In two parts: the purity test takes it for the global object otherwise.
const processIdKey = ['process', 'pid'].join('.')

function instanceOf(attributes: Attributes): number {
  for (const key of instanceKeys) {
    const id = textAt(attributes, key)
    if (id !== null) return hash32(id)
  }
  const host = textAt(attributes, 'host.name') ?? ''
  return hash32(`${host} ${textAt(attributes, processIdKey) ?? ''}`)
}

/** FNV-1a with the finaliser of MurmurHash3, so that its last bits may be used alone. */
export function hash32(text: string): number {
  let hash = 0x811c9dc5
  for (let at = 0; at < text.length; at++) {
    hash = Math.imul(hash ^ text.charCodeAt(at), 0x01000193)
  }
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b)
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35)
  return (hash ^ (hash >>> 16)) >>> 0
}

/** Trimmed text of an attribute, null where it is missing or empty. Numbers and flags are their text. */
export function textAt(attributes: Attributes, key: string): string | null {
  return textOf(attributes.get(key))
}

function nameAt(attributes: Attributes, key: string): string | null {
  return textAt(attributes, key)?.slice(0, identityTextMax) ?? null
}

function textsAt(attributes: Attributes, key: string): string[] {
  const value = attributes.get(key)
  const values: readonly (AttributeValue | undefined)[] = Array.isArray(value) ? value : [value]
  return values
    .map((each) => textOf(each)?.slice(0, identityTextMax) ?? null)
    .filter((each) => each !== null)
}

function textOf(value: AttributeValue | undefined): string | null {
  if (value === undefined || value === null || typeof value === 'object') return null
  const text = String(value).trim()
  return text === '' ? null : text
}

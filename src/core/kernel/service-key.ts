/**
 * The key of a service: `environment/namespace/name`, always three segments, `-` for none.
 *
 * `%`, `/` and control characters are percent-encoded in each segment (UTF-8); case is kept. A segment
 * that is literally `-` is encoded as `%2D`, so that it is not read as none.
 */
import type { Service } from '../../contracts/service.ts'

export function formatServiceKey(service: Service): string {
  return `${encode(service.environment)}/${encode(service.namespace)}/${encode(service.name)}`
}

/** Returns null for text that is no service key. */
export function parseServiceKey(key: string): Service | null {
  const segments = key.split('/')
  if (segments.length !== 3 || segments.some((segment) => segment === '')) return null
  const [environment, namespace, name] = segments.map(decode) as [
    string | null,
    string | null,
    string | null,
  ]
  if (environment === null || name === null) return null
  return { environment, namespace, name }
}

/** The name alone, still encoded: what partitions `culprit.service-events`. */
export function serviceName(key: string): string {
  return key.slice(key.lastIndexOf('/') + 1)
}

/** The environment alone, still encoded: what keys `culprit.findings`. */
export function serviceEnvironment(key: string): string {
  return key.slice(0, key.indexOf('/'))
}

function encode(segment: string | null): string {
  if (segment === null || segment === '') return '-'
  if (segment === '-') return '%2D'
  // oxlint-disable-next-line no-control-regex -- control characters are what is to be encoded
  return segment.replace(/[%/\u0000-\u001f\u007f-\u009f]/g, (character) =>
    encodeURIComponent(character),
  )
}

function decode(segment: string): string | null {
  if (segment === '-') return null
  try {
    return decodeURIComponent(segment)
  } catch {
    return segment
  }
}

/** Settings that are structures: their shapes, and what tells whether a value has one. Paths, never secrets. */

export interface HttpToken {
  readonly name: string
  readonly valueFile: string
  readonly may: readonly ('ingest' | 'read' | 'respond' | 'admin')[]
}

export function isTokens(value: unknown): value is readonly HttpToken[] {
  const rights = ['ingest', 'read', 'respond', 'admin']
  return (
    Array.isArray(value) &&
    value.every((token: Partial<HttpToken> | null) => {
      if (token === null || typeof token !== 'object') return false
      const { name, valueFile, may } = token
      return (
        typeof name === 'string' &&
        typeof valueFile === 'string' &&
        Array.isArray(may) &&
        may.every((right) => rights.includes(right))
      )
    })
  )
}

export interface Repository {
  readonly match: string
  readonly path: string
}

export function isRepositories(value: unknown): value is readonly Repository[] {
  return (
    Array.isArray(value) &&
    value.every(
      (each: Partial<Repository> | null) =>
        each !== null && typeof each?.match === 'string' && typeof each.path === 'string',
    )
  )
}

/** What a house says of one of its metrics, or of several by a glob. */
export interface MetricMeaning {
  readonly match: string
  readonly signal: 'gauge' | 'business' | 'ignore'
  readonly direction?: 'up' | 'down' | 'both'
  readonly exposure?: string
}

export function isMetricMeanings(value: unknown): value is readonly MetricMeaning[] {
  const known = ['match', 'signal', 'direction', 'exposure']
  return (
    Array.isArray(value) &&
    value.every((each: Partial<MetricMeaning> | null) => {
      if (each === null || typeof each !== 'object') return false
      const { match, signal, direction = 'both', exposure = '' } = each
      return (
        Object.keys(each).every((name) => known.includes(name)) &&
        typeof match === 'string' &&
        ['gauge', 'business', 'ignore'].includes(signal ?? '') &&
        ['up', 'down', 'both'].includes(direction) &&
        typeof exposure === 'string'
      )
    })
  )
}

/** Paths of PEM files. */
export interface TlsFiles {
  readonly caFile?: string
  readonly certFile?: string
  readonly keyFile?: string
}

export interface KafkaSasl {
  readonly mechanism: 'plain' | 'scram-sha-256' | 'scram-sha-512'
  readonly username: string
  readonly passwordFile: string
}

export function isFiles(value: unknown): value is TlsFiles | null {
  if (value === null) return true
  if (typeof value !== 'object' || Array.isArray(value)) return false
  return Object.entries(value as object).every(
    ([name, path]) => ['caFile', 'certFile', 'keyFile'].includes(name) && typeof path === 'string',
  )
}

export function isServerTls(value: unknown): value is TlsFiles | null {
  if (!isFiles(value)) return false
  return value === null || (value.certFile !== undefined && value.keyFile !== undefined)
}

export function isSasl(value: unknown): value is KafkaSasl | null {
  if (value === null) return true
  if (typeof value !== 'object') return false
  const { mechanism, username, passwordFile } = value as Partial<KafkaSasl>
  return (
    ['plain', 'scram-sha-256', 'scram-sha-512'].includes(mechanism ?? '') &&
    typeof username === 'string' &&
    typeof passwordFile === 'string'
  )
}

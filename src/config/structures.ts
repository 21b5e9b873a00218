/** Settings that are structures: their shapes, and what tells whether a value has one. Paths, never secrets. */
import { nearest } from './nearest.ts'

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

/** What is wrong with a structure, and where in it: `[1].signal`; empty for the whole. */
export interface Fault {
  readonly at: string
  readonly expected: string
  readonly got: unknown
}

const signals = ['gauge', 'business', 'ignore']
const directions = ['up', 'down', 'both']
const fields: Readonly<Record<string, (value: unknown) => string | null>> = {
  match: textOr('a glob of metric names'),
  signal: (value) => (signals.includes(value as string) ? null : signals.join(' | ')),
  direction: (value) => (directions.includes(value as string) ? null : directions.join(' | ')),
  exposure: textOr('requests, a route or another counter'),
}

function textOr(expected: string): (value: unknown) => string | null {
  return (value) => (typeof value === 'string' && value.trim() !== '' ? null : expected)
}

/** The first fault of `detection.metrics`; null for none. */
export function metricMeaningsFault(value: unknown): Fault | null {
  const list = 'a list of { match, signal, direction, exposure }'
  if (!Array.isArray(value)) return { at: '', expected: list, got: value }
  for (const [i, each] of (value as unknown[]).entries()) {
    if (typeof each !== 'object' || each === null || Array.isArray(each))
      return { at: `[${i}]`, expected: '{ match, signal, direction, exposure }', got: each }
    const given = each as Record<string, unknown>
    const stranger = Object.keys(given).find((name) => !Object.hasOwn(fields, name))
    if (stranger !== undefined) {
      const expected = `match, signal, direction or exposure (nearest: ${nearest(stranger, Object.keys(fields))})`
      return { at: `[${i}]`, expected, got: stranger }
    }
    for (const name of ['match', 'signal', ...Object.keys(given)]) {
      const expected = fields[name]!(given[name])
      if (expected !== null) return { at: `[${i}].${name}`, expected, got: written(given[name]) }
    }
  }
  return null
}

function written(value: unknown): unknown {
  if (value === undefined) return 'nothing'
  return typeof value === 'string' && value.trim() === '' ? JSON.stringify(value) : value
}

export function isMetricMeanings(value: unknown): value is readonly MetricMeaning[] {
  return metricMeaningsFault(value) === null
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

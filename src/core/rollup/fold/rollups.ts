/**
 * Gathers requests of one input record into partial rollups: per service, version, source and window one record, a row
 * a route. Order of output: service, version, source, window, spacing, hints; rows by route; by code units.
 */
import type { Latency } from '../../../contracts/latency.ts'
import type { Rollup, RollupRow, VersionHints } from '../../../contracts/service-events.ts'
import type { Identity } from '../../intake/identity.ts'
import { ExponentialHistogram, zeros } from '../../kernel/histogram/exponential.ts'
import { addLatency } from '../../kernel/histogram/latency.ts'
import { chunked } from './chunks.ts'
import { RouteLimit } from './routes.ts'
import type { FoldSettings } from './settings.ts'

const groupCount = 16
const instancesMax = 256

export class Row {
  readonly route: string
  requests = 0
  errors = 0
  /** Of single requests; made when the first comes. */
  single: ExponentialHistogram | null = null
  /** Of whole histograms. */
  merged: Latency | null = null
  /** requests, errors of group 0, of group 1, …; none while one instance alone reports. */
  groups: number[] | null = null

  constructor(route: string) {
    this.route = route
  }

  add({ instance, requests, errors }: Requests): void {
    this.requests += requests
    this.errors += errors
    if (this.groups === null) return
    const at = 2 * (instance % groupCount)
    this.groups[at] = this.groups[at]! + requests
    this.groups[at + 1] = this.groups[at + 1]! + errors
  }

  /** One request: the way of spans, without an object for each. */
  addOne(instance: number, failed: boolean, seconds: number): void {
    this.requests++
    if (failed) this.errors++
    if (this.groups !== null) {
      const at = 2 * (instance % groupCount)
      this.groups[at]!++
      if (failed) this.groups[at + 1]!++
    }
    ;(this.single ??= new ExponentialHistogram()).record(seconds)
  }

  /** From now on by group; what came so far was `instance`'s. */
  split(instance: number): void {
    this.groups = zeros(2 * groupCount)
    const at = 2 * (instance % groupCount)
    this.groups[at] = this.requests
    this.groups[at + 1] = this.errors
  }
}

export interface Requests {
  readonly instance: number
  readonly requests: number
  readonly errors: number
}

export class Window {
  readonly startMs: number
  readonly instances = new Set<number>()
  readonly rows = new Map<string, Row>()
  spacingMs = 0
  readonly #firstInstance: number

  constructor(startMs: number, instance: number) {
    this.startMs = startMs
    this.#firstInstance = instance
    this.instances.add(instance)
  }

  report(instance: number): void {
    if (this.instances.size >= instancesMax || this.instances.has(instance)) return
    this.instances.add(instance)
    if (this.instances.size > 2) return
    for (const row of this.rows.values()) row.split(this.#firstInstance)
  }

  rowOf(route: string): Row {
    let row = this.rows.get(route)
    if (row === undefined) {
      this.rows.set(route, (row = new Row(route)))
      if (this.instances.size > 1) row.split(this.#firstInstance)
    }
    return row
  }
}

/** Requests of one service and version from one source. */
export class Series {
  readonly identity: Identity
  readonly source: Rollup['source']
  readonly windows = new Map<number, Window>()
  readonly #routes: RouteLimit
  readonly #owner: string
  #last: Window | null = null

  constructor(identity: Identity, source: Rollup['source'], routes: RouteLimit) {
    this.identity = identity
    this.source = source
    this.#routes = routes
    this.#owner = `${identity.key}\n${identity.version ?? ''}`
  }

  window(startMs: number, instance: number): Window {
    let window = this.#last
    if (window === null || window.startMs !== startMs) {
      window = this.windows.get(startMs) ?? null
      if (window === null) {
        this.windows.set(startMs, (window = new Window(startMs, instance)))
      }
      this.#last = window
    }
    window.report(instance)
    return window
  }

  row(window: Window, route: string): Row {
    return window.rows.get(route) ?? window.rowOf(this.#routes.admit(this.#owner, route))
  }
}

export class Rollups {
  readonly #settings: FoldSettings
  readonly #routes: RouteLimit
  readonly #series = new Map<string, Series>()
  /** The same for identities that come again. */
  readonly #spans = new Map<Identity, Series>()

  constructor(settings: FoldSettings) {
    this.#settings = settings
    this.#routes = new RouteLimit(settings.routesMax)
  }

  spans(identity: Identity): Series {
    let series = this.#spans.get(identity)
    if (series === undefined) {
      series = this.series(identity, 'spans')
      this.#spans.set(identity, series)
    }
    return series
  }

  series(identity: Identity, source: Rollup['source']): Series {
    const { key, version, hints } = identity
    const id = JSON.stringify([key, version, source, hints])
    let series = this.#series.get(id)
    if (series === undefined) {
      series = new Series(identity, source, this.#routes)
      this.#series.set(id, series)
    }
    return series
  }

  events(arrivedMs: number): Rollup[] {
    const { windowMs, recordBytesMax } = this.#settings
    const ordered = [...this.#series].sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0))
    return ordered.flatMap(([, series]) =>
      [...series.windows.values()]
        .sort((a, b) => a.startMs - b.startMs)
        .flatMap((window) => {
          const rows = rowsOf(window)
          const head = {
            kind: 'rollup' as const,
            service: series.identity.key,
            version: series.identity.version,
            ...hintsMember(series.identity.hints),
            source: series.source,
            startMs: window.startMs,
            sizeMs: windowMs,
            spacingMs: series.source === 'spans' ? windowMs : window.spacingMs,
            arrivedMs,
            instances: [...window.instances].sort((a, b) => a - b),
          }
          return chunked(rows, { bytesMax: recordBytesMax, bytesOf: rowBytes }).map((part) => ({
            ...head,
            rows: part,
          }))
        }),
    )
  }
}

/** Left out where the resource says nothing more about its version. */
export function hintsMember(hints: VersionHints | null): { hints?: VersionHints } {
  return hints === null ? {} : { hints }
}

function rowsOf(window: Window): RollupRow[] {
  return [...window.rows.values()]
    .sort((a, b) => (a.route < b.route ? -1 : 1))
    .map((row) => ({
      route: row.route,
      requests: row.requests,
      errors: row.errors,
      unanswered: 0,
      latency: addLatency(row.merged, row.single?.toLatency() ?? null),
      ...(row.groups !== null && { groups: groupsOf(row.groups) }),
    }))
}

function groupsOf(groups: readonly number[]): [number, number][] {
  return Array.from({ length: groupCount }, (_, group) => [
    groups[2 * group]!,
    groups[2 * group + 1]!,
  ])
}

function rowBytes(row: RollupRow): number {
  return 120 + 3 * row.route.length + latencyBytes(row.latency) + (row.groups ? 160 : 0)
}

export function latencyBytes(latency: Latency | null): number {
  if (latency === null) return 4
  return 120 + 8 * latency.counts.length + ('bounds' in latency ? 8 * latency.bounds.length : 0)
}

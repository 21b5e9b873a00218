/**
 * Folds the metric points of one record: delta histograms and sums of requests into rollups, cumulative ones into
 * snapshots, calls of others likewise, everything else with a value into gauges, CPU time among them.
 *
 * A delta covers (start, time] and belongs whole to the window that holds time - 1 ms; its length is the spacing.
 * The per-status series of one route are one row: the failed points are its errors.
 */
import type { Gauge, Snapshot } from '../../../contracts/service-events.ts'
import { calleeOf } from '../../intake/callee.ts'
import { type Identity, identify, textAt } from '../../intake/identity.ts'
import {
  type Attributes,
  type Metric,
  type MetricPoint,
  type ResourceMetrics,
  temporalityCumulative,
  temporalityDelta,
} from '../../intake/otlp/telemetry.ts'
import { firstText } from '../../intake/outcome.ts'
import { pointRoute } from '../../intake/route.ts'
import { addLatency } from '../../kernel/histogram/latency.ts'
import { hashFacts } from '../../kernel/ids.ts'
import type { Gathering } from './gathering.ts'
import { isIdleMode } from '../cpu-time.ts'
import { latencyOf, requestsOf, unitsPerSecond } from './metric-latency.ts'
import {
  type MetricRole,
  outcomeOf,
  Preferences,
  roleOf,
  type Side,
  sideOf,
} from './metric-roles.ts'
import { RouteLimit } from './routes.ts'

type SnapshotPoint = Snapshot['points'][number]
type GaugePoint = Gauge['points'][number]

interface Located {
  readonly metric: Metric
  readonly role: MetricRole
  readonly point: MetricPoint
  readonly identity: Identity
  readonly resourceId: string
}

export function foldMetrics(blocks: readonly ResourceMetrics[], gathering: Gathering): void {
  const located = blocks.flatMap((block) => locate(block, gathering))
  const preferences = new Preferences()
  for (const { metric, role, point, identity } of located) {
    const side = sideOf(metric, point.attributes)
    if (role.is === 'requests' && side !== null) preferences.note(ownerOf(identity), role, side)
  }
  const routes = new RouteLimit(gathering.settings.routesMax)
  const fold = new PointFold(gathering, routes)
  for (const each of located) {
    const { metric, role, point, identity } = each
    if (role.is === 'value') fold.value(each)
    if (role.is === 'counter') fold.counter(each)
    if (role.is === 'cpu') fold.cpu(each)
    if (role.is !== 'requests') continue
    const side = sideOf(metric, point.attributes)
    if (side === null || !preferences.takes(ownerOf(identity), role, side)) continue
    if (side === 'server') fold.requests(each)
    else fold.calls(each)
  }
}

const mayNotFall: ReadonlySet<MetricRole['is']> = new Set(['requests', 'counter', 'cpu'])

/** The points of one resource that are believed, each with whom it speaks for. */
function locate(
  block: ResourceMetrics,
  { settings, admission, points: counter }: Gathering,
): Located[] {
  counter.refuseAll(block.refused)
  const identity = identify(block.resource, settings)
  const resourceId = hashFacts([canonical(block.resource)])
  const located: Located[] = []
  for (const metric of block.metrics) {
    const role = roleOf(metric, settings.metrics)
    for (const point of metric.points) {
      const own = ownIdentity(block.resource, point.attributes)
        ? identify(merged(block, point), settings)
        : identity
      if (own === null) counter.refuse('no-service')
      else if (lacksTemporality(metric)) counter.refuse('no-temporality')
      else if (mayNotFall.has(role.is) && point.value < 0) counter.refuse('negative')
      else if (role.is !== 'requests' && !Number.isFinite(point.value)) counter.refuse('no-number')
      else if (metric.kind !== 'gauge' && point.startMs > point.timeMs)
        counter.refuse('wrong-start')
      else if (admission.admits(point.timeMs, counter)) {
        located.push({ metric, role, point, identity: own, resourceId })
      }
    }
  }
  return located
}

/** A connector's points may name their service when the resource was dropped or pooled. */
function ownIdentity(resource: Attributes, attributes: Attributes): boolean {
  const differs = (key: string) => attributes.has(key) && attributes.get(key) !== resource.get(key)
  return (
    differs('service.name') || differs('service.version') || differs('deployment.environment.name')
  )
}

function merged(block: ResourceMetrics, point: MetricPoint): Attributes {
  return new Map([...block.resource, ...point.attributes])
}

function lacksTemporality({ kind, temporality }: Metric): boolean {
  if (kind === 'gauge' || kind === 'summary') return false
  return temporality !== temporalityDelta && temporality !== temporalityCumulative
}

function ownerOf({ key, version, instance }: Identity): string {
  return `${key}\n${version ?? ''}\n${instance}`
}

class PointFold {
  readonly #gathering: Gathering
  readonly #routes: RouteLimit

  constructor(gathering: Gathering, routes: RouteLimit) {
    this.#gathering = gathering
    this.#routes = routes
  }

  requests(each: Located): void {
    const { metric, point, identity } = each
    const route = this.#routes.admit(
      `${identity.key}\n${identity.version ?? ''}`,
      pointRoute(point.attributes, metric.name),
    )
    if (isCumulative(metric)) {
      this.#snapshot(each, { role: 'server', route, callee: null })
      return
    }
    const { rollups } = this.#gathering
    const requests = requestsOf(metric, point)
    if (requests === 0) return
    const series = rollups.series(identity, 'metrics')
    const window = series.window(this.#windowOf(point.timeMs), identity.instance)
    window.spacingMs = Math.max(window.spacingMs, spacingOf(point))
    const row = series.row(window, route)
    const { failed } = outcomeOf(metric, point.attributes, 'server')
    row.add({ instance: identity.instance, requests, errors: failed ? requests : 0 })
    row.merged = addLatency(row.merged, latencyOf(metric, point))
  }

  calls(each: Located): void {
    const { metric, point, identity } = each
    const { attributes } = point
    const callee = calleeOf(identity.service, {
      peerService: firstText(attributes, ['service.peer.name', 'peer.service']) ?? '',
      address: firstText(attributes, ['server.address', 'net.peer.name']) ?? '',
    })
    if (callee === null) return
    if (isCumulative(metric)) {
      this.#snapshot(each, { role: 'client', route: '', callee: callee.key })
      return
    }
    const { calls } = this.#gathering
    const startMs = this.#windowOf(point.timeMs)
    const window = calls.at(callee.key, { caller: identity, startMs, by: callee.by })
    if (window === null) return
    const count = requestsOf(metric, point)
    const { failed, unanswered } = outcomeOf(metric, attributes, 'client')
    window.attempts += count
    if (failed) window.failed += count
    if (unanswered) window.unanswered += count
  }

  /** A house's counter: its series are summed under the metric's name. */
  counter(each: Located): void {
    const { metric, point, identity } = each
    if (isCumulative(metric)) {
      this.#snapshot(each, { role: 'server', route: metric.name, callee: null, counter: true })
      return
    }
    const series = this.#gathering.rollups.series(identity, 'counts')
    const window = series.window(this.#windowOf(point.timeMs), identity.instance)
    window.spacingMs = Math.max(window.spacingMs, spacingOf(point))
    const requests = point.value
    series.row(window, metric.name).add({ instance: identity.instance, requests, errors: 0 })
  }

  value({ metric, point, identity }: Located): void {
    const counts = metric.kind === 'sum' && metric.monotonic
    const total = counts && isCumulative(metric)
    const gauge: GaugePoint = {
      metric: metric.name,
      series: seriesName(metric.name, point.attributes),
      unit: metric.unit,
      timeMs: point.timeMs,
      value: point.value,
      ...(total && { totalSinceMs: point.startMs }),
      ...(counts && !total && { counted: true }),
    }
    this.#gathering.readings.addGauge(identity, gauge)
  }

  /** All modes and processes are one series, each a part that counts by itself. */
  cpu({ metric, point, identity, resourceId }: Located): void {
    if (isIdleMode(point.attributes)) return
    const { startMs, timeMs } = point
    const total = isCumulative(metric)
    if (!total && startMs === 0) return
    const gauge: GaugePoint = {
      metric: metric.name,
      series: metric.name,
      unit: 's',
      timeMs,
      value: point.value / unitsPerSecond(metric),
      use: 'cpu',
      ...(total
        ? {
            totalSinceMs: startMs,
            part: hashFacts([resourceId, metric.scope, canonical(point.attributes)]),
          }
        : { counted: true, fromMs: startMs }),
    }
    this.#gathering.readings.addGauge(identity, gauge)
  }

  #snapshot(
    { metric, point, identity, resourceId }: Located,
    {
      role,
      route,
      callee,
      counter = false,
    }: {
      readonly role: Side
      readonly route: string
      readonly callee: string | null
      readonly counter?: boolean
    },
  ): void {
    const { failed, unanswered } = outcomeOf(metric, point.attributes, role)
    const snapshot: SnapshotPoint = {
      series: hashFacts([resourceId, metric.scope, metric.name, canonical(point.attributes)]),
      metric: metric.name,
      route,
      failed,
      unanswered,
      startMs: point.startMs,
      timeMs: point.timeMs,
      count: counter ? point.value : requestsOf(metric, point),
      latency: latencyOf(metric, point),
    }
    this.#gathering.readings.addSnapshot(identity, { point: snapshot, callee, counter })
  }

  #windowOf(timeMs: number): number {
    const { windowMs } = this.#gathering.settings
    return Math.floor((timeMs - 1) / windowMs) * windowMs
  }
}

/** A summary has no temporality: its count and sum run since the start. */
function isCumulative({ kind, temporality }: Metric): boolean {
  return kind === 'summary' || temporality === temporalityCumulative
}

function spacingOf({ startMs, timeMs }: MetricPoint): number {
  return startMs === 0 ? 0 : timeMs - startMs
}

/** The same text for the same attributes in any order. */
function canonical(attributes: Attributes): string {
  return JSON.stringify([...attributes].sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0)))
}

/** Attributes that say where a value comes from, not which value it is. */
const placeKeys: ReadonlySet<string> = new Set([
  'service.name',
  'service.namespace',
  'service.version',
  'service.instance.id',
  'deployment.environment.name',
  'deployment.environment',
  'host.name',
  'k8s.pod.name',
  'k8s.pod.uid',
  'collector.instance.id',
])
const seriesNameMax = 300

/** `queue.lag{queue=orders}`: metric and attributes, the same in every instance and version. */
function seriesName(metric: string, attributes: Attributes): string {
  const labels = [...attributes.keys()]
    .filter((key) => !placeKeys.has(key))
    .sort()
    .map((key) => `${key}=${textAt(attributes, key) ?? JSON.stringify(attributes.get(key))}`)
  if (labels.length === 0) return metric
  const name = `${metric}{${labels.join(',')}}`
  return name.length <= seriesNameMax ? name : `${metric}{${hashFacts(labels)}}`
}

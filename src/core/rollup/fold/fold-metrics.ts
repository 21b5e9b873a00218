/**
 * Folds the metric points of one record: delta histograms and sums of requests into rollups, cumulative ones into
 * snapshots, calls of others likewise, everything else with a value into gauges, CPU time among them.
 *
 * A delta covers (start, time] and belongs whole to the window that holds time - 1 ms; its length is the spacing.
 * The per-status series of one route are one row: the failed points are its errors.
 */
import type { Snapshot } from '../../../contracts/service-events.ts'
import { calleeOf } from '../../intake/callee.ts'
import { type Identity, identify } from '../../intake/identity.ts'
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
import { canonical, gaugePointOf, isCumulative, type RoledPoint } from './gauge-points.ts'
import { latencyOf, requestsOf } from './metric-latency.ts'
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

interface Located extends RoledPoint {
  readonly identity: Identity
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
    if (role.is === 'counter') fold.counter(each)
    const gauge = gaugePointOf(each)
    if (gauge !== null) gathering.readings.addGauge(identity, gauge)
    if (role.is !== 'requests') continue
    const side = sideOf(metric, point.attributes)
    if (side === null || !preferences.takes(ownerOf(identity), role, side)) continue
    if (side === 'server') fold.requests(each)
    else fold.calls(each)
  }
}

const mayNotFall: ReadonlySet<MetricRole['is']> = new Set([
  'requests',
  'counter',
  'cpu',
  'restarts',
])

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
        located.push({ resource: block.resource, metric, role, point, identity: own, resourceId })
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

function spacingOf({ startMs, timeMs }: MetricPoint): number {
  return startMs === 0 ? 0 : timeMs - startMs
}

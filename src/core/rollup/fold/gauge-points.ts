/**
 * The points that go on as gauges: values of their own under a name that is the same in every instance and version; CPU
 * time in seconds, each running total a part of one series; how often a container was started again.
 */
import type { Gauge } from '../../../contracts/service-events.ts'
import { textAt } from '../../intake/identity.ts'
import {
  type Attributes,
  type Metric,
  type MetricPoint,
  temporalityCumulative,
} from '../../intake/otlp/telemetry.ts'
import { hashFacts } from '../../kernel/ids.ts'
import { isIdleMode } from '../cpu-time.ts'
import { placeOf } from '../restarts.ts'
import { unitsPerSecond } from './metric-latency.ts'
import type { MetricRole } from './metric-roles.ts'

type GaugePoint = Gauge['points'][number]

export interface RoledPoint {
  readonly metric: Metric
  readonly role: MetricRole
  readonly point: MetricPoint
  readonly resource: Attributes
  readonly resourceId: string
}

/** Null for what is no gauge, and for what it does not tell. */
export function gaugePointOf(each: RoledPoint): GaugePoint | null {
  switch (each.role.is) {
    case 'value':
      return valueOf(each)
    case 'cpu':
      return cpuOf(each)
    case 'restarts':
      return restartsOf(each)
    default:
      return null
  }
}

function valueOf({ metric, point }: RoledPoint): GaugePoint {
  const counts = metric.kind === 'sum' && metric.monotonic
  const total = counts && isCumulative(metric)
  return {
    metric: metric.name,
    series: seriesName(metric.name, point.attributes),
    unit: metric.unit,
    timeMs: point.timeMs,
    value: point.value,
    ...(total && { totalSinceMs: point.startMs }),
    ...(counts && !total && { counted: true }),
  }
}

/** All modes and processes are one series, each a part that counts by itself. */
function cpuOf({ metric, point, resource, resourceId }: RoledPoint): GaugePoint | null {
  if (isIdleMode(point.attributes)) return null
  const { startMs, timeMs } = point
  const total = isCumulative(metric)
  if (!total && startMs === 0) return null
  const part = hashFacts([resourceId, metric.scope, canonical(point.attributes)])
  return {
    metric: metric.name,
    series: metric.name,
    unit: 's',
    timeMs,
    value: point.value / unitsPerSecond(metric),
    use: 'cpu',
    ...placeMember(resource),
    ...(total ? { totalSinceMs: startMs, part } : { counted: true, fromMs: startMs }),
  }
}

function restartsOf({ metric, point, resource }: RoledPoint): GaugePoint | null {
  const { name, kind } = metric
  if (kind === 'sum' && !isCumulative(metric)) return null
  const { timeMs, value } = point
  return {
    metric: name,
    series: name,
    unit: '{restart}',
    timeMs,
    value,
    totalSinceMs: 0,
    use: 'restarts',
    ...placeMember(resource),
  }
}

function placeMember(resource: Attributes): Pick<GaugePoint, 'place'> {
  const place = placeOf(resource)
  return place === null ? {} : { place }
}

/** A summary has no temporality: its count and sum run since the start. */
export function isCumulative({ kind, temporality }: Metric): boolean {
  return kind === 'summary' || temporality === temporalityCumulative
}

/** The same text for the same attributes in any order. */
export function canonical(attributes: Attributes): string {
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

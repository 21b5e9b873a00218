/** Reads metrics of OTLP JSON into the same shape as the protobuf reader. */
import {
  attributesOf,
  enumValue,
  type Json,
  listOf,
  numberValue,
  objectOf,
  optionalNumber,
  textValue,
  timeValue,
} from './json-values.ts'
import { bucketsMax, faultOf, MetricDraft, pointOf } from './metric-draft.ts'
import {
  type AttributeValue,
  type Metric,
  type MetricKind,
  type MetricPoint,
  refuse,
  type Refusals,
  type ResourceMetrics,
} from './telemetry.ts'
import { DecodeFault } from './wire.ts'

const members: readonly (readonly [member: string, kind: MetricKind])[] = [
  ['gauge', 'gauge'],
  ['sum', 'sum'],
  ['histogram', 'histogram'],
  ['exponentialHistogram', 'exponential'],
  ['summary', 'summary'],
]

const temporalities = [
  'AGGREGATION_TEMPORALITY_UNSPECIFIED',
  'AGGREGATION_TEMPORALITY_DELTA',
  'AGGREGATION_TEMPORALITY_CUMULATIVE',
]

export function metricsOf(value: unknown): ResourceMetrics {
  const json = objectOf(value, 'resourceMetrics')
  const resource = new Map<string, AttributeValue>()
  attributesOf(objectOf(json['resource'], 'resource')['attributes'], resource)
  const refused: Refusals = new Map()
  const metrics: Metric[] = []
  for (const each of listOf(json['scopeMetrics'], 'scopeMetrics')) {
    const block = objectOf(each, 'a scope')
    const scope = textValue(objectOf(block['scope'], 'scope')['name'], 'scope name')
    for (const metric of listOf(block['metrics'], 'metrics')) {
      const read = metricOf(objectOf(metric, 'a metric'), { scope, refused })
      if (read !== null) metrics.push(read)
    }
  }
  return { resource, metrics, refused }
}

function metricOf(
  json: Json,
  { scope, refused }: { readonly scope: string; readonly refused: Refusals },
): Metric | null {
  const member = members.find(([name]) => json[name] !== undefined && json[name] !== null)
  if (member === undefined) return null
  const kind = member[1]
  const data = objectOf(json[member[0]], member[0])
  const points: MetricPoint[] = []
  for (const each of listOf(data['dataPoints'], 'dataPoints')) {
    const draft = new MetricDraft()
    try {
      readPoint(objectOf(each, 'a point'), { kind, draft })
    } catch (fault) {
      if (!(fault instanceof DecodeFault) || fault.reason !== 'wrong-type') throw fault
      draft.wrong = true
    }
    const fault = faultOf(draft, kind)
    if (fault === null) points.push(pointOf(draft))
    else refuse(refused, fault)
  }
  return {
    scope,
    name: textValue(json['name'], 'name'),
    unit: textValue(json['unit'], 'unit'),
    kind,
    temporality: enumValue(data['aggregationTemporality'], temporalities, 'temporality'),
    monotonic: data['isMonotonic'] === true,
    points,
  }
}

interface Drafting {
  readonly kind: MetricKind
  readonly draft: MetricDraft
}

function readPoint(json: Json, { kind, draft }: Drafting): void {
  draft.startMs = timeValue(json['startTimeUnixNano'], 'startTimeUnixNano').ms
  draft.timeMs = timeValue(json['timeUnixNano'], 'timeUnixNano').ms
  draft.flags = numberValue(json['flags'], 'flags')
  attributesOf(json['attributes'], draft.attributes)
  if (kind === 'gauge' || kind === 'sum') {
    draft.value = optionalNumber(json['asInt'] ?? json['asDouble'], 'value')
    return
  }
  draft.count = optionalNumber(json['count'], 'count')
  draft.sum = optionalNumber(json['sum'], 'sum')
  if (kind === 'summary') return
  draft.min = optionalNumber(json['min'], 'min')
  draft.max = optionalNumber(json['max'], 'max')
  if (kind === 'histogram') {
    draft.counts = numbersOf(json['bucketCounts'], 'bucketCounts')
    draft.bounds = numbersOf(json['explicitBounds'], 'explicitBounds')
    return
  }
  draft.scale = numberValue(json['scale'], 'scale')
  draft.zero = numberValue(json['zeroCount'], 'zeroCount')
  const positive = objectOf(json['positive'], 'positive')
  draft.offset = numberValue(positive['offset'], 'offset')
  draft.counts = numbersOf(positive['bucketCounts'], 'bucketCounts')
  const negative = objectOf(json['negative'], 'negative')
  for (const count of numbersOf(negative['bucketCounts'], 'bucketCounts')) draft.negative += count
}

function numbersOf(value: unknown, what: string): number[] {
  return listOf(value, what)
    .slice(0, bucketsMax + 1)
    .map((each) => numberValue(each, what))
}

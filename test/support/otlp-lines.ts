/**
 * Synthetic telemetry in the form that `replay` reads: OTLP JSON lines and CDEvents of one shop service.
 * Seeded: the same options give the same lines.
 */
import { attributes } from './otlp-attributes.ts'
import { seededRandom } from './random.ts'

export interface Version {
  readonly version: string | null
  /** Seconds since the start at which its traffic begins and ends. */
  readonly fromS: number
  readonly toS: number
  /** Requests per second. */
  readonly rps: number
  readonly errorRate: number
  readonly instances?: number
  /** Median latency in ms. */
  readonly latencyMs?: number
  readonly aheadMs?: number
  readonly route?: string
}

export interface StreamOptions {
  readonly seed: number
  readonly startMs: number
  readonly seconds: number
  readonly service?: string
  readonly namespace?: string
  readonly environment?: string
  readonly versions: readonly Version[]
}

function resource(options: StreamOptions, version: string | null, instance: string) {
  const { service = 'checkout', namespace = 'shop', environment = 'production' } = options
  return {
    attributes: attributes({
      'service.name': service,
      'service.namespace': namespace,
      'deployment.environment.name': environment,
      'service.instance.id': instance,
      'service.version': version,
    }),
  }
}

function ofRequest(route: string, failed: boolean) {
  const status = failed ? 500 : 200
  const values = { 'http.request.method': 'POST', 'http.route': route }
  return attributes({ ...values, 'http.response.status_code': status }, String)
}

const hex = (random: () => number, digits: number) =>
  Array.from({ length: digits }, () => Math.floor(random() * 16).toString(16)).join('')

export function poisson(random: () => number, mean: number): number {
  if (mean <= 0) return 0
  if (mean > 30) {
    const normal = Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random())
    return Math.max(0, Math.round(mean + Math.sqrt(mean) * normal))
  }
  const limit = Math.exp(-mean)
  let count = 0
  for (let product = random(); product > limit; product *= random()) count++
  return count
}

/** One line a second: all SERVER spans that ended in it. */
export function spanLines(options: StreamOptions): string[] {
  const random = seededRandom(options.seed)
  const lines: string[] = []
  for (let s = 0; s < options.seconds; s++) {
    const blocks = []
    for (const each of options.versions) {
      if (s < each.fromS || s >= each.toS) continue
      const count = poisson(random, each.rps)
      const spans = Array.from({ length: count }, () => {
        const endMs = options.startMs + s * 1000 + Math.floor(random() * 1000) + (each.aheadMs ?? 0)
        const failed = random() < each.errorRate
        const spread = Math.exp((random() + random() + random() - 1.5) * 1.2)
        const durationNs = Math.max(1, Math.round((each.latencyMs ?? 50) * spread * 1e6))
        const endNs = BigInt(endMs) * 1_000_000n
        return {
          traceId: hex(random, 32),
          spanId: hex(random, 16),
          name: 'POST /orders',
          kind: 2,
          startTimeUnixNano: String(endNs - BigInt(durationNs)),
          endTimeUnixNano: String(endNs),
          attributes: ofRequest(each.route ?? '/orders', failed),
          status: failed ? { code: 2 } : {},
        }
      })
      const instances = each.instances ?? 1
      for (let i = 0; i < instances; i++) {
        const own = spans.filter((_, at) => at % instances === i)
        if (own.length === 0) continue
        blocks.push({
          resource: resource(options, each.version, `${each.version}-${i}`),
          scopeSpans: [{ scope: { name: 'test' }, spans: own }],
        })
      }
    }
    if (blocks.length > 0) lines.push(JSON.stringify({ resourceSpans: blocks }))
  }
  return lines
}

export interface MetricOptions extends StreamOptions {
  readonly everyS: number
  readonly temporality: 'delta' | 'cumulative'
}

const bounds = [0.005, 0.01, 0.025, 0.05, 0.075, 0.1, 0.25, 0.5, 0.75, 1, 2.5, 5, 7.5, 10]

/** One line an export: an http.server.request.duration histogram, a point for successes and one for failures. */
export function metricLines(options: MetricOptions): string[] {
  const random = seededRandom(options.seed)
  const lines: string[] = []
  const totals = new Map<string, { counts: number[]; sum: number; startMs: number }>()
  for (let s = options.everyS; s <= options.seconds; s += options.everyS) {
    const blocks = []
    for (const each of options.versions) {
      const from = Math.max(each.fromS, s - options.everyS)
      const to = Math.min(each.toS, s)
      if (to <= from) continue
      const points = []
      for (const failed of [false, true]) {
        const share = failed ? each.errorRate : 1 - each.errorRate
        const count = poisson(random, each.rps * (to - from) * share)
        const counts = bounds.map(() => 0).concat(0)
        let sum = 0
        for (let i = 0; i < count; i++) {
          const value =
            ((each.latencyMs ?? 50) / 1000) * Math.exp((random() + random() + random() - 1.5) * 1.2)
          const at = bounds.findIndex((bound) => value <= bound)
          counts[at < 0 ? bounds.length : at]!++
          sum += value
        }
        const id = `${each.version} ${failed}`
        const total = totals.get(id) ?? {
          counts: bounds.map(() => 0).concat(0),
          sum: 0,
          startMs: options.startMs + from * 1000,
        }
        total.counts = total.counts.map((value, i) => value + counts[i]!)
        total.sum += sum
        totals.set(id, total)
        const delta = options.temporality === 'delta'
        const shown = delta ? { counts, sum } : total
        if (delta && count === 0) continue
        points.push({
          startTimeUnixNano: String(
            BigInt(delta ? options.startMs + (s - options.everyS) * 1000 : total.startMs) *
              1_000_000n,
          ),
          timeUnixNano: String(BigInt(options.startMs + s * 1000) * 1_000_000n),
          count: String(shown.counts.reduce((a, b) => a + b, 0)),
          sum: shown.sum,
          bucketCounts: shown.counts.map(String),
          explicitBounds: bounds,
          attributes: ofRequest('/orders', failed),
        })
      }
      const aggregationTemporality = options.temporality === 'delta' ? 1 : 2
      blocks.push({
        resource: resource(options, each.version, `${each.version}-0`),
        scopeMetrics: [
          {
            scope: { name: 'test' },
            metrics: [
              {
                name: 'http.server.request.duration',
                unit: 's',
                histogram: { aggregationTemporality, dataPoints: points },
              },
            ],
          },
        ],
      })
    }
    if (blocks.length > 0) lines.push(JSON.stringify({ resourceMetrics: blocks }))
  }
  return lines
}

export function deploymentLine(options: {
  readonly atMs: number
  readonly version: string
  readonly id?: string
  readonly previous?: string
  readonly service?: string
  readonly namespace?: string | null
  readonly environment?: string
  readonly action?: string
  readonly strategy?: string
}): string {
  const { atMs, version, service = 'checkout', environment = 'production' } = options
  const namespace = options.namespace === undefined ? 'shop' : options.namespace
  const id = options.id ?? `deploy-${service}-${version}-${atMs}`
  const time = new Date(atMs).toISOString()
  const type = `dev.cdevents.service.${options.action ?? 'deployed'}.0.3.0`
  const source = 'https://cd.example.com/shop'
  return JSON.stringify({
    specversion: '1.0',
    id,
    source,
    type,
    subject: service,
    time,
    datacontenttype: 'application/json',
    data: {
      context: { specversion: '0.5.1', id, source, type, timestamp: time },
      subject: {
        id: service,
        source,
        content: {
          environment: { id: environment },
          artifactId: `pkg:oci/${service}?tag=${version}`,
        },
      },
      customDataContentType: 'application/json',
      customData: {
        'service.name': service,
        ...(namespace === null ? {} : { 'service.namespace': namespace }),
        'service.version': version,
        'deployment.environment.name': environment,
        ...(options.previous === undefined ? {} : { 'service.version.previous': options.previous }),
        ...(options.strategy === undefined ? {} : { 'deployment.strategy': options.strategy }),
      },
    },
  })
}

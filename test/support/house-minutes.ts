/**
 * Minutes of a service as its processes tell them, one OTLP line each: requests (a delta histogram), CPU time (running
 * totals of two modes since the process began) and, where the test says so, restarts as the cluster's receiver sees them.
 */
import { normals } from './gauge-lines.ts'
import { attributes } from './otlp-attributes.ts'
import { poisson } from './otlp-lines.ts'
import { seededRandom } from './random.ts'

const minuteMs = 60_000

export interface Process {
  readonly id: string
  readonly version: string | null
  /** When it began. */
  readonly sinceMs: number
  readonly requests: number
  /** It runs in it, and others before it did. */
  readonly pod?: string
  /** Of the minute. */
  readonly cpuSeconds: number
}

/** Remembers the running totals. */
export class HouseMinutes {
  readonly #totals = new Map<string, number>()
  readonly #metric: string

  constructor(metric = 'process.cpu.time') {
    this.#metric = metric
  }

  /** The minute that ends at `endMs`. */
  line(endMs: number, processes: readonly Process[], service = 'checkout'): string {
    const resourceMetrics = processes.map((each) => ({
      resource: {
        attributes: resourceOf(
          service,
          each,
          each.pod === undefined ? {} : { 'k8s.pod.uid': each.pod },
        ),
      },
      scopeMetrics: [
        { scope: { name: 'house' }, metrics: [this.#cpu(endMs, each), requests(endMs, each)] },
      ],
    }))
    return JSON.stringify({ resourceMetrics })
  }

  #cpu(endMs: number, { id, sinceMs, cpuSeconds }: Process) {
    const shares = { user: 0.8, system: 0.2 }
    const dataPoints = Object.entries(shares).map(([mode, share]) => {
      const key = `${id} ${sinceMs} ${mode}`
      const total = (this.#totals.get(key) ?? 0) + share * cpuSeconds
      this.#totals.set(key, total)
      return {
        startTimeUnixNano: `${sinceMs}000000`,
        timeUnixNano: `${endMs}000000`,
        asDouble: total,
        attributes: attributes({ 'cpu.mode': mode }),
      }
    })
    const sum = { isMonotonic: true, aggregationTemporality: 2, dataPoints }
    return { name: this.#metric, unit: 's', sum }
  }
}

export function resourceOf(
  service: string,
  { id, version }: Pick<Process, 'id' | 'version'>,
  more: Readonly<Record<string, string>> = {},
) {
  return attributes({
    'service.name': service,
    'service.namespace': 'shop',
    'deployment.environment.name': 'production',
    'service.instance.id': id,
    'service.version': version,
    ...more,
  })
}

/** How often the container of each pod was started again so far, and its id of the moment. */
export function restartsLine(
  atMs: number,
  pods: readonly { readonly id: string; readonly version: string; readonly restarts: number }[],
  service = 'checkout',
): string {
  const resourceMetrics = pods.map((pod) => {
    const resource = resourceOf(
      service,
      { ...pod, id: `shop.${pod.id}.app` },
      {
        'k8s.pod.uid': pod.id,
        'k8s.container.name': 'app',
        'container.id': `${pod.id}-${pod.restarts}`,
      },
    )
    const dataPoints = [{ timeUnixNano: `${atMs}000000`, asInt: String(pod.restarts) }]
    const metric = { name: 'k8s.container.restarts', unit: '{restart}', gauge: { dataPoints } }
    return {
      resource: { attributes: resource },
      scopeMetrics: [{ scope: { name: 'k8sclusterreceiver' }, metrics: [metric] }],
    }
  })
  return JSON.stringify({ resourceMetrics })
}

function requests(endMs: number, { requests: count }: Process) {
  const point = {
    startTimeUnixNano: `${endMs - minuteMs}000000`,
    timeUnixNano: `${endMs}000000`,
    count: String(count),
    sum: count * 0.02,
    bucketCounts: [String(count), '0'],
    explicitBounds: [1],
    attributes: attributes({ 'http.request.method': 'POST', 'http.route': '/orders' }),
  }
  const dataPoints = count === 0 ? [] : [point]
  return {
    name: 'http.server.request.duration',
    unit: 's',
    histogram: { aggregationTemporality: 1, dataPoints },
  }
}

export interface Load {
  readonly seed: number
  /** Requests a minute of the whole service at that minute. */
  readonly requests: (minute: number) => number
  /** CPU seconds of one request, of an instance without any, in a minute. */
  readonly cost?: (minute: number, version: string) => number
  readonly idle?: number
}

/** Requests and CPU of instances that share the load: traffic and cost wander, as they do. */
export function houseLoad({ seed, requests: asked, cost = () => 0.01, idle = 2 }: Load) {
  const random = seededRandom(seed)
  const normal = normals(seed + 1_000)
  let [traffic, unrest] = [0, 0]
  return {
    /** Once for each minute, before its processes. */
    next(): void {
      traffic = 0.9 * traffic + 0.05 * Math.sqrt(1 - 0.81) * normal()
      unrest = 0.9 * unrest + 0.03 * Math.sqrt(1 - 0.81) * normal()
    },
    /** `share` of the load in that minute. */
    of(minute: number, version: string, share: number): { requests: number; cpuSeconds: number } {
      const count = poisson(random, asked(minute) * share * Math.exp(traffic))
      const each = cost(minute, version) * Math.exp(unrest + 0.03 * normal())
      return { requests: count, cpuSeconds: idle * (1 + 0.05 * normal()) + each * count }
    },
  }
}

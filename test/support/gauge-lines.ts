/** Gauges and counters in the form that `replay` reads: OTLP JSON lines, one an export. */
import { attributes } from './otlp-attributes.ts'
import { seededRandom } from './random.ts'

export interface GaugeLinesOptions {
  readonly startMs: number
  /** One element a point; null for none. The point's time is the end of its step. */
  readonly values: readonly (number | null)[]
  readonly everyMs?: number
  readonly metric?: string
  readonly unit?: string
  readonly service?: string
  readonly namespace?: string | null
  readonly environment?: string | null
  readonly version?: string | null
  readonly instance?: string | null
  /** Sums, running or not, in place of a gauge. */
  readonly sum?: { readonly temporality: 'delta' | 'cumulative'; readonly sinceMs: number }
}

export function gaugeLines(options: GaugeLinesOptions): string[] {
  const { startMs, values, everyMs = 60_000, metric = 'metric_17', unit = '', sum } = options
  const { service = 'checkout', namespace = 'shop', environment = 'production' } = options
  const resource = attributes({
    'service.name': service,
    'service.namespace': namespace,
    'deployment.environment.name': environment,
    'service.version': options.version,
    'service.instance.id': options.instance,
  })
  return values.flatMap((value, i) => {
    if (value === null) return []
    const timeMs = startMs + (i + 1) * everyMs
    const sinceMs = sum?.temporality === 'delta' ? timeMs - everyMs : sum?.sinceMs
    const point = {
      timeUnixNano: `${timeMs}000000`,
      ...(sinceMs !== undefined && { startTimeUnixNano: `${sinceMs}000000` }),
      asDouble: value,
      attributes: [],
    }
    const data =
      sum === undefined
        ? { gauge: { dataPoints: [point] } }
        : {
            sum: {
              isMonotonic: true,
              aggregationTemporality: sum.temporality === 'delta' ? 1 : 2,
              dataPoints: [point],
            },
          }
    const metrics = [{ name: metric, unit, ...data }]
    return [
      JSON.stringify({
        resourceMetrics: [
          {
            resource: { attributes: resource },
            scopeMetrics: [{ scope: { name: 'house' }, metrics }],
          },
        ],
      }),
    ]
  })
}

/** Normal values, by Box and Muller. */
export function normals(seed: number): () => number {
  const random = seededRandom(seed)
  return () => Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random())
}

export interface GaugeShape {
  readonly seed: number
  readonly minutes: number
  readonly level?: number
  readonly noise?: number
  /** Amplitude of the day. */
  readonly season?: number
  readonly phi?: number
  readonly drift?: number
  /** Added from that minute on. */
  readonly jump?: { readonly atMinute: number; readonly by: number; readonly toMinute?: number }
}

/** A gauge with a day's season, a drift that returns, and noise. */
export function gaugeValues(shape: GaugeShape): number[] {
  const { level = 50, noise = 2, season = 0, phi = 0.97, drift = 1.5, jump } = shape
  const normal = normals(shape.seed)
  const phase = normal() * 1_440
  let wander = 0
  return Array.from({ length: shape.minutes }, (_, t) => {
    wander = phi * wander + drift * Math.sqrt(1 - phi * phi) * normal()
    const day = season * Math.sin((2 * Math.PI * (t + phase)) / 1_440)
    const jumped = jump !== undefined && t >= jump.atMinute && t < (jump.toMinute ?? Infinity)
    return level + day + wander + noise * normal() + (jumped ? jump.by : 0)
  })
}

/** OTLP JSON of one histogram of a service's version: the resource with its points, and a point of one outcome. */
import { attributes } from './otlp-attributes.ts'

const minuteMs = 60_000

export function metricBlock(service: string, version: string, name: string, points: object[]) {
  return {
    resource: {
      attributes: attributes({
        'service.name': service,
        'service.namespace': 'shop',
        'deployment.environment.name': 'production',
        'service.version': version,
        'service.instance.id': `${service}-${version}`,
      }),
    },
    scopeMetrics: [
      {
        metrics: [
          { name, unit: 's', histogram: { aggregationTemporality: 1, dataPoints: points } },
        ],
      },
    ],
  }
}

/** So many requests in the minute that ends at `endMs`, all of one outcome. */
export const metricPoint = (endMs: number, count: number, values: Record<string, string>) => ({
  startTimeUnixNano: `${endMs - minuteMs}000000`,
  timeUnixNano: `${endMs}000000`,
  count: String(count),
  sum: count * 0.02,
  bucketCounts: [String(count), '0'],
  explicitBounds: [1],
  attributes: attributes({ 'http.request.method': 'POST', ...values }),
})

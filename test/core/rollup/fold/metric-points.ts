/** Metrics and their points in OTLP JSON, for tests of what they fold to; every part can be overridden. */
import { attributes, type Values } from '../../../support/otlp-attributes.ts'
import { nanos, t0Ms } from '../../../support/otlp-messages.ts'

export interface PointParts {
  readonly startMs?: number
  readonly timeMs?: number
  readonly values?: Values
  readonly more?: object
}

export const point = ({
  startMs = t0Ms,
  timeMs = t0Ms + 10_000,
  values = {},
  more = {},
}: PointParts) => ({
  startTimeUnixNano: nanos(startMs),
  timeUnixNano: nanos(timeMs),
  attributes: attributes(values),
  ...more,
})

/** Of a histogram with bounds: three values, unless said otherwise. */
export const explicit = (parts: PointParts & { counts?: number[]; bounds?: number[] } = {}) => {
  const counts = parts.counts ?? [1, 2, 0]
  const count = counts.reduce((sum, each) => sum + each, 0)
  return point({
    ...parts,
    more: {
      count,
      sum: 0.75,
      bucketCounts: counts.map(String),
      explicitBounds: parts.bounds ?? [0.25, 0.5],
      ...parts.more,
    },
  })
}

export const histogram = (
  dataPoints: unknown[],
  { name = 'http.server.request.duration', unit = 's', temporality = 1 } = {},
) => ({
  name,
  unit,
  histogram: { aggregationTemporality: temporality, dataPoints },
})

/** The attributes of a request. */
export const get = { 'http.request.method': 'GET', 'http.route': '/a' }

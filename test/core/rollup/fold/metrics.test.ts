import { describe, expect, it } from 'vitest'
import { latencyCount } from '../../../../src/core/kernel/histogram/latency.ts'
import {
  attributes,
  checkout,
  foldJson,
  metricsOf,
  nanos,
  ofKind,
  t0Ms,
  type Values,
} from '../../../support/otlp-messages.ts'

interface PointParts {
  readonly startMs?: number
  readonly timeMs?: number
  readonly values?: Values
  readonly more?: object
}

const point = ({ startMs = t0Ms, timeMs = t0Ms + 10_000, values = {}, more = {} }: PointParts) => ({
  startTimeUnixNano: nanos(startMs),
  timeUnixNano: nanos(timeMs),
  attributes: attributes(values),
  ...more,
})
const explicit = (parts: PointParts & { counts?: number[]; bounds?: number[] } = {}) => {
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
const histogram = (
  dataPoints: unknown[],
  { name = 'http.server.request.duration', unit = 's', temporality = 1 } = {},
) => ({
  name,
  unit,
  histogram: { aggregationTemporality: temporality, dataPoints },
})
const get = { 'http.request.method': 'GET', 'http.route': '/a' }

describe('folding delta histograms', () => {
  it('puts a delta whole into the bucket that holds its end, with its length as the spacing', () => {
    const [rollup] = ofKind(
      foldJson(metricsOf([histogram([explicit({ startMs: t0Ms - 50_000, values: get })])])),
      'rollup',
    )
    expect(rollup).toMatchObject({
      source: 'metrics',
      startMs: t0Ms,
      sizeMs: 10_000,
      spacingMs: 60_000,
    })
    expect(rollup!.rows).toEqual([
      {
        route: 'GET /a',
        requests: 3,
        errors: 0,
        unanswered: 0,
        latency: { bounds: [0.25, 0.5], counts: [1, 2, 0], sum: 0.75, min: null, max: null },
      },
    ])
  })

  it('makes one row of the series of one route, the failed ones its errors', () => {
    const failed = (values: Values) =>
      explicit({ values: { ...get, ...values }, counts: [0, 1, 0] })
    const folded = foldJson(
      metricsOf([
        histogram([
          explicit({ values: { ...get, 'http.response.status_code': 200 } }),
          failed({ 'http.response.status_code': 404 }),
          failed({ 'http.response.status_code': 502 }),
          failed({ 'error.type': 'TimeoutError' }),
          failed({ 'http.response.status_code': 404, 'error.type': '404' }),
        ]),
      ]),
    )
    const [row] = ofKind(folded, 'rollup')[0]!.rows
    expect([row!.requests, row!.errors, latencyCount(row!.latency!)]).toEqual([7, 2, 7])
  })

  it('brings milliseconds to seconds exactly', () => {
    const old = histogram(
      [
        explicit({
          bounds: [5, 250],
          more: { sum: 750, min: 5, max: 300 },
          values: { 'http.method': 'GET', 'http.target': '/cart/17?x=1' },
        }),
      ],
      {
        name: 'http.server.duration',
        unit: 'ms',
      },
    )
    const [row] = ofKind(foldJson(metricsOf([old])), 'rollup')[0]!.rows
    expect(row).toMatchObject({
      route: 'GET /cart/*',
      latency: { bounds: [0.005, 0.25], sum: 0.75, min: 0.005, max: 0.3 },
    })
  })

  it('takes the new convention where a service sends both', () => {
    const old = histogram([explicit({ values: get })], { name: 'http.server.duration', unit: 'ms' })
    const folded = foldJson(metricsOf([old, histogram([explicit({ values: get })])]))
    expect(ofKind(folded, 'rollup').map(({ rows }) => rows[0]!.requests)).toEqual([3])
  })

  it('brings an exponential histogram of scale 20 in milliseconds to scale 6 in seconds', () => {
    const metric = {
      name: 'http.server.duration',
      unit: 'ms',
      exponentialHistogram: {
        aggregationTemporality: 1,
        dataPoints: [
          point({
            values: get,
            more: {
              count: 1,
              sum: 21,
              scale: 20,
              positive: { offset: 4_605_678, bucketCounts: ['1'] },
            },
          }),
        ],
      },
    }
    const [row] = ofKind(foldJson(metricsOf([metric])), 'rollup')[0]!.rows
    expect(row!.latency).toEqual({
      scale: 6,
      offset: -357,
      counts: [1],
      zero: 0,
      sum: 0.021,
      min: null,
      max: null,
    })
    expect(2 ** (-357 / 64)).toBeLessThan(0.021)
    expect(2 ** (-356 / 64)).toBeGreaterThan(0.0208)
  })

  it('keeps count and sum of a histogram without buckets', () => {
    const bare = histogram([explicit({ values: get, counts: [], bounds: [], more: { count: 4 } })])
    expect(ofKind(foldJson(metricsOf([bare])), 'rollup')[0]!.rows[0]).toMatchObject({
      requests: 4,
      latency: { bounds: [], counts: [4], sum: 0.75 },
    })
  })
})

describe('folding cumulative points', () => {
  const cumulative = (values: Values, resource = checkout) =>
    ofKind(
      foldJson(metricsOf([histogram([explicit({ values })], { temporality: 2 })], { resource })),
      'snapshot',
    )

  it('forwards them as they are, without least and greatest', () => {
    const [snapshot] = cumulative({ ...get, 'http.response.status_code': 500 })
    expect(snapshot).toMatchObject({
      service: 'production/shop/checkout',
      version: '1.42.0',
      points: [
        {
          metric: 'http.server.request.duration',
          route: 'GET /a',
          failed: true,
          unanswered: false,
          startMs: t0Ms,
          timeMs: t0Ms + 10_000,
          count: 3,
          latency: { counts: [1, 2, 0] },
        },
      ],
    })
    expect(snapshot).not.toHaveProperty('caller')
  })

  it('identifies a series by resource, scope, metric and attributes in any order', () => {
    const series = (values: Values, resource?: Values) =>
      cumulative(values, resource)[0]!.points[0]!.series
    const one = series(get)
    expect(series({ 'http.route': '/a', 'http.request.method': 'GET' })).toBe(one)
    expect(series({ ...get, 'http.response.status_code': 200 })).not.toBe(one)
    expect(series(get, { ...checkout, 'service.instance.id': 'checkout-2' })).not.toBe(one)
  })

  it('forwards client metrics under the callee, with the caller named', () => {
    const metric = histogram(
      [explicit({ values: { 'server.address': 'stock', 'error.type': 'ECONNREFUSED' } })],
      { name: 'http.client.request.duration', temporality: 2 },
    )
    expect(ofKind(foldJson(metricsOf([metric])), 'snapshot')).toMatchObject([
      {
        service: 'production/shop/stock',
        caller: 'production/shop/checkout',
        version: '1.42.0',
        points: [{ route: '', failed: true, unanswered: true }],
      },
    ])
  })

  it('forwards a summary’s count and sum', () => {
    const metric = {
      name: 'http.server.request.duration',
      unit: 's',
      summary: {
        dataPoints: [
          point({
            values: get,
            more: { count: '9', sum: 1.5, quantileValues: [{ quantile: 0.5, value: 0.1 }] },
          }),
        ],
      },
    }
    expect(ofKind(foldJson(metricsOf([metric])), 'snapshot')[0]!.points[0]).toMatchObject({
      count: 9,
      latency: { bounds: [], counts: [9], sum: 1.5 },
    })
  })
})

describe('folding delta client metrics', () => {
  it('counts them as calls of the callee', () => {
    const of = (values: Values) => explicit({ values: { 'server.address': 'stock', ...values } })
    const metric = histogram(
      [
        of({ 'http.response.status_code': 200 }),
        of({ 'http.response.status_code': 503, 'error.type': '503' }),
        of({ 'error.type': 'timeout' }),
      ],
      { name: 'http.client.request.duration' },
    )
    expect(ofKind(foldJson(metricsOf([metric])), 'calls')).toMatchObject([
      {
        service: 'production/shop/stock',
        caller: 'production/shop/checkout',
        by: 'address',
        startMs: t0Ms,
        attempts: 9,
        failed: 6,
        unanswered: 3,
      },
    ])
  })
})

describe('folding sums and gauges', () => {
  const sum = (dataPoints: unknown[], more: object = {}, name = 'shop.orders') => ({
    name,
    unit: '1',
    sum: { aggregationTemporality: 1, isMonotonic: true, dataPoints, ...more },
  })
  const total = (value: number, values: Values) => point({ values, more: { asInt: String(value) } })

  it.each([
    { ok: { success: true }, failed: { success: false } },
    { ok: { outcome: 'success' }, failed: { outcome: 'failure' } },
    { ok: { status: '200' }, failed: { status: '503' } },
    { ok: { 'http.response.status_code': 404 }, failed: { 'http.response.status_code': 500 } },
    { ok: { 'rpc.grpc.status_code': 5 }, failed: { 'rpc.grpc.status_code': 13 } },
  ])('counts sums with an outcome as requests and errors: $failed', ({ ok, failed }) => {
    const [rollup] = ofKind(
      foldJson(metricsOf([sum([total(90, ok as Values), total(10, failed as Values)])])),
      'rollup',
    )
    expect(
      rollup!.rows.map(({ requests, errors, latency }) => [requests, errors, latency]),
    ).toEqual([[100, 10, null]])
  })

  it('counts a request counter whose failures alone carry error.type', () => {
    const metric = sum([total(90, {}), total(10, { 'error.type': 'x' })], {}, 'shop.requests')
    expect(ofKind(foldJson(metricsOf([metric])), 'rollup')[0]!.rows[0]).toMatchObject({
      requests: 100,
      errors: 10,
    })
  })

  it('takes the histogram where a service counts the same requests twice', () => {
    const folded = foldJson(
      metricsOf([
        sum([total(90, { ...get, status: '200' })], {}, 'http.requests'),
        histogram([explicit({ values: get })]),
      ]),
    )
    expect(
      ofKind(folded, 'rollup').flatMap(({ rows }) => rows.map(({ requests }) => requests)),
    ).toEqual([3])
  })

  it.each([
    { name: 'process.cpu.time', unit: 's', seconds: 4 },
    { name: 'jvm.cpu.time', unit: 's', seconds: 4 },
    { name: 'process_cpu_seconds_total', unit: '', seconds: 4 },
    { name: 'container.cpu.time', unit: 's', seconds: 4 },
    { name: 'k8s.pod.cpu.time', unit: 's', seconds: 4 },
    { name: 'process.cpu.time', unit: 'ns', seconds: 4e-9 },
  ])('takes $name in $unit for seconds of CPU, of all modes but idle ones', (each) => {
    const points = ['user', 'system', 'iowait'].map((mode) =>
      point({ values: { 'cpu.mode': mode }, more: { asDouble: 4 } }),
    )
    const sum = { aggregationTemporality: 2, isMonotonic: true, dataPoints: points }
    const folded = foldJson(metricsOf([{ name: each.name, unit: each.unit, sum }]))
    const taken = ofKind(folded, 'gauge')[0]!.points

    expect(taken).toHaveLength(2)
    expect(new Set(taken.map(({ part }) => part)).size).toBe(2)
    for (const one of taken) {
      expect(one).toMatchObject({ series: each.name, unit: 's', use: 'cpu', totalSinceMs: t0Ms })
      expect(one.value).toBeCloseTo(each.seconds, 12)
    }
  })

  it('takes restarts by pod and container, whichever container runs in it now', () => {
    const restarts = (id: string, name: string) =>
      foldJson(
        metricsOf(
          [
            {
              name: 'k8s.container.restarts',
              unit: '{restart}',
              gauge: { dataPoints: [point({ more: { asInt: '2' } })] },
            },
          ],
          {
            resource: {
              ...checkout,
              'k8s.pod.uid': 'p',
              'k8s.container.name': name,
              'container.id': id,
            },
          },
        ),
      )
    const [one, again, other] = [
      restarts('a', 'app'),
      restarts('b', 'app'),
      restarts('b', 'proxy'),
    ].map((folded) => ofKind(folded, 'gauge')[0]!.points[0]!)

    expect(one).toMatchObject({ use: 'restarts', value: 2, series: 'k8s.container.restarts' })
    expect(again!.place).toBe(one!.place)
    expect(other!.place).not.toBe(one!.place)
  })

  it('takes what exporters count of themselves neither for requests nor for a gauge', () => {
    const folded = foldJson(
      metricsOf([sum([total(5, { success: true })], {}, 'otlp.exporter.exported')]),
    )
    expect(folded.events).toEqual([])
  })

  it('forwards other values as gauges, running totals marked', () => {
    const folded = foldJson(
      metricsOf([
        {
          name: 'queue.lag',
          unit: 's',
          gauge: { dataPoints: [point({ values: { queue: 'orders' }, more: { asDouble: -2.5 } })] },
        },
        sum([total(7, {})], { aggregationTemporality: 2 }, 'coupons'),
        sum([total(3, {})], { aggregationTemporality: 2, isMonotonic: false }, 'open'),
      ]),
    )
    expect(ofKind(folded, 'gauge')[0]!.points).toEqual([
      {
        metric: 'coupons',
        series: 'coupons',
        unit: '1',
        timeMs: t0Ms + 10_000,
        value: 7,
        totalSinceMs: t0Ms,
      },
      { metric: 'open', series: 'open', unit: '1', timeMs: t0Ms + 10_000, value: 3 },
      {
        metric: 'queue.lag',
        series: 'queue.lag{queue=orders}',
        unit: 's',
        timeMs: t0Ms + 10_000,
        value: -2.5,
      },
    ])
  })
})

describe('refusing points', () => {
  const one = (more: object, parts: PointParts = {}) =>
    foldJson(metricsOf([histogram([{ ...explicit(parts), ...more }])])).counts.points

  it.each([
    { more: { sum: 'NaN' }, reason: 'not-finite', why: 'a division by zero in an exporter' },
    { more: { max: 'Infinity' }, reason: 'not-finite', why: 'no duration is endless' },
    { more: { sum: -1 }, reason: 'negative', why: 'no duration is negative' },
    { more: { bucketCounts: ['1', '-2', '0'] }, reason: 'negative', why: 'no count is negative' },
    {
      more: { bucketCounts: ['1', '2'] },
      reason: 'wrong-shape',
      why: 'one bucket more than bounds',
    },
    { more: { explicitBounds: [0.5, 0.25] }, reason: 'wrong-shape', why: 'bounds rise' },
    { more: { flags: 1 }, reason: 'no-value', why: 'a staleness marker' },
    { more: { timeUnixNano: undefined }, reason: 'no-time', why: 'it belongs to no window' },
    { more: { count: {} }, reason: 'wrong-type', why: 'a count is a number' },
    {
      more: { startTimeUnixNano: nanos(t0Ms + 20_000) },
      reason: 'wrong-start',
      why: 'it starts after its end',
    },
    { more: { timeUnixNano: nanos(t0Ms + 80_000) }, reason: 'ahead', why: 'its clock is wrong' },
  ])('refuses $more as $reason: $why', ({ more, reason }) => {
    expect(one(more)).toEqual({ seen: 1, accepted: 0, refused: { [reason]: 1 } })
  })

  it('refuses a request counter below zero', () => {
    const metric = {
      name: 'shop.requests',
      sum: {
        aggregationTemporality: 1,
        isMonotonic: true,
        dataPoints: [point({ more: { asInt: '-1' } })],
      },
    }
    expect(foldJson(metricsOf([metric])).counts.points.refused).toEqual({ negative: 1 })
  })

  it('refuses a histogram without a temporality: it cannot be read', () => {
    const folded = foldJson(metricsOf([histogram([explicit()], { temporality: 0 })]))
    expect(folded.counts.points).toEqual({ seen: 1, accepted: 0, refused: { 'no-temporality': 1 } })
  })
})

/** Delta histograms of servers fold to rollups, those of clients to calls of the callee. */
import { describe, expect, it } from 'vitest'
import { latencyCount } from '../../../../src/core/kernel/histogram/latency.ts'
import type { Values } from '../../../support/otlp-attributes.ts'
import { foldJson, metricsOf, ofKind, t0Ms } from '../../../support/otlp-messages.ts'
import { explicit, get, histogram, point } from './metric-points.ts'

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

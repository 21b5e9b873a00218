/** Cumulative points are forwarded as snapshots of their series: the processor makes deltas of them. */
import { describe, expect, it } from 'vitest'
import type { Values } from '../../../support/otlp-attributes.ts'
import { checkout, foldJson, metricsOf, ofKind, t0Ms } from '../../../support/otlp-messages.ts'
import { explicit, get, histogram, point } from './metric-points.ts'

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

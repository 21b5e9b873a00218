/** Sums that count requests fold to rollups, all other sums and gauges are forwarded as gauges. */
import { describe, expect, it } from 'vitest'
import type { Values } from '../../../support/otlp-attributes.ts'
import { checkout, foldJson, metricsOf, ofKind, t0Ms } from '../../../support/otlp-messages.ts'
import { explicit, get, histogram, point } from './metric-points.ts'

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

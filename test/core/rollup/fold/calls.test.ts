/** CLIENT spans fold to calls: who was called, and whether the call failed or had no answer. */
import { describe, expect, it } from 'vitest'
import { foldJson, ofKind, resourceSpans, span, tracesOf } from '../../../support/otlp-messages.ts'

describe('folding calls', () => {
  const call = (more: Parameters<typeof span>[0] = {}) =>
    span({ kind: 3, spanId: '00000000000000aa', ...more })

  it('names the callee by the child span in the same record, in its own environment', () => {
    const child = span({ kind: 2, parentSpanId: '00000000000000aa', spanId: '00000000000000bb' })
    const folded = foldJson({
      resourceSpans: [
        resourceSpans([call({ values: { 'server.address': 'lb.example.com' } })]),
        resourceSpans([child], { 'service.name': 'payment', 'deployment.environment': 'prod' }),
      ],
    })
    expect(ofKind(folded, 'calls')).toMatchObject([
      {
        service: 'production/-/payment',
        caller: 'production/shop/checkout',
        version: '1.42.0',
        by: 'trace',
        attempts: 1,
      },
    ])
  })

  it.each([
    {
      values: { 'peer.service': 'stock', 'server.address': 'x' },
      service: 'production/shop/stock',
      by: 'peer',
    },
    {
      values: { 'server.address': 'stock.shop.svc.cluster.local' },
      service: 'production/shop/stock',
      by: 'address',
    },
    { values: { 'net.peer.name': 'stock' }, service: 'production/shop/stock', by: 'address' },
    { values: { 'server.address': '10.1.2.3' }, service: null, by: null },
    { values: { 'server.address': 'localhost' }, service: null, by: null },
    { values: { 'server.address': '::1' }, service: null, by: null },
    { values: {}, service: null, by: null },
  ])('names the callee $service by $values', ({ values, service, by }) => {
    const calls = ofKind(foldJson(tracesOf([call({ values })])), 'calls')
    expect(calls.map((each) => [each.service, each.by])).toEqual(
      service === null ? [] : [[service, by]],
    )
  })

  it.each([
    { more: {}, counts: [1, 0, 0], why: 'it was answered' },
    {
      more: {
        status: 2,
        values: { 'http.request.method': 'GET', 'http.response.status_code': 404 },
      },
      counts: [1, 0, 0],
      why: 'a 4xx is ERROR in the caller and no failure of the callee',
    },
    {
      more: {
        status: 2,
        values: { 'http.request.method': 'GET', 'http.response.status_code': 503 },
      },
      counts: [1, 1, 0],
      why: 'the callee failed and said so',
    },
    {
      more: { status: 2, values: { 'http.request.method': 'GET', 'error.type': 'ECONNREFUSED' } },
      counts: [1, 1, 1],
      why: 'no response status',
    },
    {
      more: { status: 2, values: { 'rpc.method': 'pay', 'rpc.grpc.status_code': 14 } },
      counts: [1, 1, 1],
      why: 'UNAVAILABLE',
    },
    {
      more: { status: 2, values: { 'rpc.method': 'pay', 'rpc.grpc.status_code': 5 } },
      counts: [1, 0, 0],
      why: 'NOT_FOUND is the caller’s',
    },
    {
      more: { status: 2, values: { 'error.type': '23505' } },
      counts: [1, 1, 0],
      why: 'a database answered with an error',
    },
  ])('counts attempts, failed, unanswered as $counts: $why', ({ more, counts }) => {
    const values = { 'peer.service': 'stock', ...(more as { values?: object }).values }
    const [calls] = ofKind(foldJson(tracesOf([call({ ...more, values })])), 'calls')
    expect([calls!.attempts, calls!.failed, calls!.unanswered]).toEqual(counts)
  })
})

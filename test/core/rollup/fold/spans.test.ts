import { describe, expect, it } from 'vitest'
import {
  checkout,
  exceptionEvent,
  foldJson,
  ofKind,
  resourceSpans,
  span,
  t0Ms,
  tracesOf,
} from '../../../support/otlp-messages.ts'

const http = (route: string, status = 200) => ({
  'http.request.method': 'GET',
  'http.route': route,
  'http.response.status_code': status,
})

describe('folding spans', () => {
  it('counts a span in the window of its end', () => {
    const folded = foldJson(
      tracesOf([
        span({ endMs: t0Ms - 1, durationMs: 5000 }),
        span({ endMs: t0Ms, durationMs: 5000 }),
        span({ endMs: t0Ms + 9999 }),
      ]),
    )
    expect(
      ofKind(folded, 'rollup').map(({ startMs, rows }) => [startMs, rows[0]!.requests]),
    ).toEqual([
      [t0Ms - 10_000, 1],
      [t0Ms, 2],
    ])
  })

  it('writes one record a version and window, a row a route, in order', () => {
    const folded = foldJson(
      tracesOf([
        span({ values: http('/b', 500) }),
        span({ values: http('/a'), durationMs: 250 }),
        span({ values: http('/b'), kind: 5 }),
        span({ values: http('/b'), kind: 1 }),
      ]),
    )
    expect(ofKind(folded, 'rollup')).toMatchObject([
      {
        service: 'production/shop/checkout',
        version: '1.42.0',
        source: 'spans',
        startMs: t0Ms,
        arrivedMs: t0Ms + 10_000,
        rows: [
          { route: 'GET /a', requests: 1, errors: 0, unanswered: 0, latency: { sum: 0.25 } },
          { route: 'GET /b', requests: 2, errors: 1 },
        ],
      },
    ])
  })

  it.each([
    { aheadMs: 60_000, accepted: 1, refused: {}, why: 'a minute ahead is borne' },
    { aheadMs: 60_001, accepted: 0, refused: { ahead: 1 }, why: 'its clock is wrong' },
    { aheadMs: -24 * 3_600_000, accepted: 1, refused: {}, why: 'a day back is borne' },
    { aheadMs: -24 * 3_600_000 - 1, accepted: 0, refused: { behind: 1 }, why: 'no window is left' },
  ])(
    'accepts $accepted of a span $aheadMs ms after its arrival: $why',
    ({ aheadMs, accepted, refused }) => {
      for (const kind of [1, 2, 3]) {
        const { counts } = foldJson(tracesOf([span({ kind, endMs: t0Ms + aheadMs })]), {
          arrivedMs: t0Ms,
        })
        expect(counts.spans).toEqual({ seen: 1, accepted, refused })
      }
    },
  )

  it('takes as its time the greatest of min(event time, arrival)', () => {
    const spans = [span({ endMs: t0Ms - 3000 }), span({ endMs: t0Ms + 30_000 })]
    expect(foldJson(tracesOf(spans), { arrivedMs: t0Ms }).unitTimeMs).toBe(t0Ms)
    expect(foldJson(tracesOf(spans.slice(0, 1)), { arrivedMs: t0Ms }).unitTimeMs).toBe(t0Ms - 3000)
    expect(foldJson(tracesOf([])).unitTimeMs).toBeNull()
  })

  it.each([
    { resource: {}, why: 'no name' },
    {
      resource: { 'service.name': 'unknown_service:node' },
      why: 'the default of the SDKs is none',
    },
    { resource: { 'service.name': '  ' }, why: 'blank is none' },
  ])('refuses spans without a service: $why', ({ resource }) => {
    const { counts, events } = foldJson(tracesOf([span(), span({ kind: 1 })], resource))
    expect(counts.spans).toEqual({ seen: 2, accepted: 0, refused: { 'no-service': 2 } })
    expect(events).toEqual([])
  })

  it('refuses single spans of the wrong type and counts all that came', () => {
    const spans = [
      span(),
      7,
      { ...(span() as object), startTimeUnixNano: true },
      { ...(span() as object), endTimeUnixNano: undefined },
      span({ durationMs: -1 }),
    ]
    expect(foldJson(tracesOf(spans)).counts.spans).toEqual({
      seen: 5,
      accepted: 1,
      refused: { 'negative-duration': 1, 'no-time': 1, 'wrong-type': 2 },
    })
  })

  it('puts routes beyond its bound under other, 100,000 of them in no more than 501 rows', () => {
    const spans = Array.from({ length: 100_000 }, (_, n) => span({ values: http(`/r${n}`) }))
    const rollups = ofKind(foldJson(tracesOf(spans)), 'rollup')
    const rows = rollups.flatMap((rollup) => rollup.rows)
    expect(rows).toHaveLength(501)
    expect(rows.find(({ route }) => route === 'other')!.requests).toBe(99_500)
    expect(rows.reduce((sum, { requests }) => sum + requests, 0)).toBe(100_000)
  })

  it('splits a record that would grow too large', () => {
    const spans = Array.from({ length: 60 }, (_, n) =>
      span({ values: http(`/${'x'.repeat(150)}${n}`) }),
    )
    const rollups = ofKind(foldJson(tracesOf(spans), { recordBytesMax: 8 * 1024 }), 'rollup')
    expect(rollups.length).toBeGreaterThan(2)
    for (const rollup of rollups) expect(JSON.stringify(rollup).length).toBeLessThan(16 * 1024)
    expect(rollups.flatMap(({ rows }) => rows)).toHaveLength(60)
  })

  it('counts by group of instances where there are several, and leaves that out for one', () => {
    const of = (instance: string, spans: readonly unknown[]) =>
      resourceSpans(spans, { ...checkout, 'service.instance.id': instance })
    const one = foldJson({ resourceSpans: [of('a', [span(), span()])] })
    expect(ofKind(one, 'rollup')[0]!.rows[0]).not.toHaveProperty('groups')

    const two = foldJson({
      resourceSpans: [of('a', [span({ status: 2 }), span()]), of('b', [span()])],
    })
    const [rollup] = ofKind(two, 'rollup')
    expect(rollup!.instances).toHaveLength(2)
    const groups = rollup!.rows[0]!.groups!
    expect(groups).toHaveLength(16)
    expect(
      groups.reduce(([r, e], [requests, errors]) => [r + requests, e + errors], [0, 0]),
    ).toEqual([3, 1])
    const [a, b] = ofKind(one, 'rollup')[0]!.instances.concat(
      rollup!.instances.filter((each) => each !== ofKind(one, 'rollup')[0]!.instances[0]),
    )
    expect([groups[a! % 16]!, groups[b! % 16]!]).toEqual([
      [2, 1],
      [1, 0],
    ])
  })

  it('carries what else the resource says about its version', () => {
    const resource = {
      ...checkout,
      'vcs.ref.head.revision': 'f95f852',
      'container.image.tags': ['1.42.0'],
      'container.image.repo_digests': ['ghcr.io/acme/checkout@sha256:0b31'],
      'k8s.replicaset.name': 'checkout-7d9c5b',
    }
    expect(ofKind(foldJson(tracesOf([span()], resource)), 'rollup')[0]!.hints).toEqual({
      revision: 'f95f852',
      images: ['1.42.0', 'sha256:0b31'],
      podHash: '7d9c5b',
    })
    expect(ofKind(foldJson(tracesOf([span()])), 'rollup')[0]).not.toHaveProperty('hints')
  })

  it('keeps at most 1024 failed traces of a window, and counts the rest', () => {
    const spans = Array.from({ length: 1100 }, (_, n) =>
      span({ status: 2, traceId: (n + 1).toString(16).padStart(32, '0') }),
    )
    const [failed] = ofKind(foldJson(tracesOf(spans)), 'failed')
    expect([
      failed!.traces.length,
      failed!.routes.length,
      failed!.exemplars.length,
      failed!.cut,
    ]).toEqual([1024, 1024, 5, 76])
    expect(failed!.traces[0]).toBe('0000000000000001')
  })
})

describe('folding exceptions', () => {
  const stack = 'TypeError: boom\n    at apply (/app/src/cart.ts:41:13)\n    at node:internal/x:1:1'
  const values = (more = {}) => ({
    'exception.type': 'TypeError',
    'exception.message': 'boom 17',
    ...more,
  })

  it('counts a failure once per trace and type; the record with a stack speaks', () => {
    const spans = [
      span({ kind: 1, events: [exceptionEvent(values())] }),
      span({ kind: 1, events: [exceptionEvent(values({ 'exception.stacktrace': stack }))] }),
      span({ status: 2, values: http('/cart', 500), events: [exceptionEvent(values())] }),
    ]
    const kinds = ofKind(foldJson(tracesOf(spans)), 'kinds')
    expect(kinds).toMatchObject([
      {
        type: 'TypeError',
        template: 'boom <n>',
        stack: true,
        route: 'GET /cart',
        traces: ['d269b633813fc60c'],
        exemplars: ['5b8efff798038103d269b633813fc60c'],
        frames: [
          { file: '/app/src/cart.ts', line: 41, function: 'apply', inApp: true },
          { inApp: false },
        ],
      },
    ])
  })

  it('scrubs messages and frames before they leave', () => {
    const message = 'no mail to jane@example.com with token=abcdef and card 4111 1111 1111 1111'
    const [kind] = ofKind(
      foldJson(
        tracesOf([
          span({
            events: [exceptionEvent({ 'exception.type': 'E', 'exception.message': message })],
          }),
        ]),
      ),
      'kinds',
    )
    expect(kind!.template).toBe('no mail to *** with token=*** and card ***')
  })

  it('takes the span’s end for an exception whose own clock is off', () => {
    const event = exceptionEvent(values(), t0Ms + 86_400_000)
    expect(ofKind(foldJson(tracesOf([span({ events: [event] })])), 'kinds')[0]!.startMs).toBe(t0Ms)
  })
})

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

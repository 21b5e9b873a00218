/** SERVER and CONSUMER spans fold to rollups and failed traces; which spans are refused, and why. */
import { describe, expect, it } from 'vitest'
import {
  checkout,
  foldJson,
  httpGet,
  ofKind,
  resourceSpans,
  span,
  t0Ms,
  tracesOf,
} from '../../../support/otlp-messages.ts'

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
        span({ values: httpGet('/b', 500) }),
        span({ values: httpGet('/a'), durationMs: 250 }),
        span({ values: httpGet('/b'), kind: 5 }),
        span({ values: httpGet('/b'), kind: 1 }),
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
    const spans = Array.from({ length: 100_000 }, (_, n) => span({ values: httpGet(`/r${n}`) }))
    const rollups = ofKind(foldJson(tracesOf(spans)), 'rollup')
    const rows = rollups.flatMap((rollup) => rollup.rows)
    expect(rows).toHaveLength(501)
    expect(rows.find(({ route }) => route === 'other')!.requests).toBe(99_500)
    expect(rows.reduce((sum, { requests }) => sum + requests, 0)).toBe(100_000)
  })

  it('splits a record that would grow too large', () => {
    const spans = Array.from({ length: 60 }, (_, n) =>
      span({ values: httpGet(`/${'x'.repeat(150)}${n}`) }),
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

import { describe, expect, it } from 'vitest'
import { counterSeries } from '../../../src/cli/up/counter-series.ts'
import type { MetricRule } from '../../../src/core/rollup/metric-rules.ts'
import type { Bucket, TrackName } from '../../../src/core/rollup/track.ts'

const minuteMs = 60_000
const rule: MetricRule = { match: 'shop.orders', signal: 'business', exposure: 'POST /orders' }

type Counts = Readonly<Record<string, Readonly<Record<string, number>>>>

function bucket(
  track: TrackName,
  startMs: number,
  sizeMs: number,
  counts: Counts,
  missing = false,
) {
  const cells = Object.entries(counts).map(([version, routes]) => [
    version,
    { routes: new Map(Object.entries(routes).map(([name, requests]) => [name, { requests }])) },
  ])
  const whole = { seq: 0, startMs, endMs: startMs + sizeMs, completeness: 1, missing }
  return { track, bucket: { ...whole, cells: new Map(cells as never) } as unknown as Bucket }
}

const facts = { source: 'spans', newVersion: '2', oldVersion: '1', startMs: minuteMs } as const

describe('the series of a business counter', () => {
  it('sets each version’s counts beside its own exposure, in slots of the coarser source', () => {
    const spans = [0, 1, 2, 3, 4, 5].map((i) =>
      bucket('spans', minuteMs + i * 10_000, 10_000, {
        '1': { 'POST /orders': 10, 'GET /': 99 },
        '2': { 'POST /orders': 5 },
      }),
    )
    const counts = bucket('counts', minuteMs, minuteMs, {
      '1': { 'shop.orders': 58 },
      '2': { 'shop.orders': 15 },
    })
    const [series, ...others] = counterSeries([...spans, counts], facts, [rule])

    expect(others).toEqual([])
    expect(series).toEqual({
      metric: 'shop.orders',
      per: 'POST /orders',
      buckets: [
        {
          start: '1970-01-01T00:01:00.000Z',
          end: '1970-01-01T00:02:00.000Z',
          old: { events: 58, exposure: 60 },
          new: { events: 15, exposure: 30 },
          p99: null,
        },
      ],
    })
  })

  it('goes from before to after where the counter knows no version', () => {
    const of = (startMs: number, orders: number) => [
      bucket('spans', startMs, minuteMs, { '2': { 'POST /orders': 60 } }),
      bucket('counts', startMs, minuteMs, { '': { 'shop.orders': orders } }),
    ]
    const [series] = counterSeries([...of(0, 59), ...of(minuteMs, 30)], facts, [rule])

    expect(series!.buckets.map(({ old, new: now }) => [old?.events, now?.events])).toEqual([
      [59, undefined],
      [undefined, 30],
    ])
  })

  it('has a gap where either source is missing, never a zero', () => {
    const all = [
      bucket('spans', 0, minuteMs, { '1': { 'POST /orders': 60 } }),
      bucket('counts', 0, minuteMs, { '1': { 'shop.orders': 59 } }),
      bucket('spans', minuteMs, minuteMs, { '1': { 'POST /orders': 60 } }),
      bucket('counts', minuteMs, minuteMs, {}, true),
    ]
    const [series] = counterSeries(all, facts, [rule])
    expect(series!.buckets.map(({ old }) => old?.events ?? null)).toEqual([59, null])
  })

  it('has a gap of a new version until its first count, and zeros where it never counts', () => {
    const spans = [0, 1, 2].map((i) =>
      bucket('spans', i * minuteMs, minuteMs, {
        '1': { 'POST /orders': 60 },
        '2': { 'POST /orders': 60 },
      }),
    )
    const counts = (news: readonly (number | null)[]) =>
      news.map((count, i) =>
        bucket('counts', i * minuteMs, minuteMs, {
          '1': { 'shop.orders': 59 },
          ...(count === null ? {} : { '2': { 'shop.orders': count } }),
        }),
      )
    const seen = (news: readonly (number | null)[]) =>
      counterSeries([...spans, ...counts(news)], facts, [rule])[0]!.buckets.map(
        (each) => each.new?.events ?? null,
      )
    expect(seen([null, 30, null])).toEqual([null, 30, 0])
    expect(seen([null, null, null])).toEqual([0, 0, 0])
  })

  it('is of no metric that the settings do not name', () => {
    const counts = bucket('counts', 0, minuteMs, { '1': { 'shop.orders': 59 } })
    expect(counterSeries([counts], facts, [])).toEqual([])
  })
})

import { describe, expect, it } from 'vitest'
import { chartOf, endLines } from '../../src/page/model/chart.ts'
import { happeningsOf } from '../../src/page/model/events.ts'
import { lanesOf, timeTicks } from '../../src/page/model/lanes.ts'
import { filtersOf, link, viewOf, withFilter } from '../../src/page/model/route.ts'
import { pointsOf, stillWorse, usualRange } from '../../src/page/model/series.ts'
import { detail } from '../browser/story/detail.ts'
import { incident } from '../browser/story/incidents.ts'
import { at, nowMs } from '../browser/story/moment.ts'
import { checkout, releases } from '../browser/story/releases.ts'
import { orders, signal } from '../browser/story/signals.ts'

describe('points', () => {
  const bucket = (second: number, sides: { old?: [number, number]; new?: [number, number] }) => ({
    start: new Date(second * 1000).toISOString(),
    end: new Date((second + 10) * 1000).toISOString(),
    old: sides.old === undefined ? null : { events: sides.old[0], exposure: sides.old[1] },
    new: sides.new === undefined ? null : { events: sides.new[0], exposure: sides.new[1] },
    p99: null,
  })

  it('sum buckets to 30 s, aligned to the epoch', () => {
    const points = pointsOf(
      [bucket(0, { old: [1, 10] }), bucket(20, { old: [2, 20] }), bucket(30, { old: [9, 10] })],
      'share',
    )
    expect(points.map(({ startMs, old }) => [startMs, old])).toEqual([
      [0, 0.1],
      [30_000, 0.9],
    ])
  })

  it('leave a gap where a bucket is missing, never a zero', () => {
    const [point] = pointsOf([bucket(0, { old: [1, 10] })], 'share')
    expect(point!.new).toBeNull()
    expect(pointsOf([bucket(0, { new: [0, 0] })], 'share')[0]!.new).toBeNull()
  })

  it('give no usual range from fewer than eight', () => {
    expect(usualRange(pointsOf([bucket(0, { old: [1, 10] })], 'share'))).toBeNull()
  })
})

describe('the main chart', () => {
  const model = chartOf({
    release: checkout,
    signal: orders,
    series: detail.series,
    mode: 'split',
  })!

  it('ends in the figures of the record', () => {
    expect(model.now).toBeCloseTo(0.031, 3)
    expect(model.before).toBeCloseTo(0.004, 3)
    expect(model.interval!.low).toBeCloseTo(0.004 * 5.8, 3)
    expect(model.sentence).toBe(
      'Errors, POST /orders: 1.41.3 0.4 %, 1.42.0 3.1 %, ×7.7 (5.8 to 10.3).',
    )
  })

  it('has no effect of a signal that does not speak', () => {
    const quiet = { ...orders, state: 'watching' as const }
    const facts = {
      release: checkout,
      signal: quiet,
      series: detail.series,
      mode: 'split' as const,
    }
    const shown = chartOf(facts)!
    expect(shown.interval).toBeNull()
    expect(shown.sentence).toBe('Errors, POST /orders: 1.41.3 0.4 %, 1.42.0 3.1 %.')
    expect(endLines(facts, shown)).toEqual(['1.42.0: 3.1 %'])
  })

  it('shows nothing of the new version before its release', () => {
    const before = model.points.filter(({ endMs }) => endMs <= Date.parse(at('09:04:00')))
    expect(before.length).toBeGreaterThan(20)
    expect(before.every((point) => point.new === null)).toBe(true)
  })

  it('is absent where no series is kept', () => {
    expect(chartOf({ release: checkout, signal: orders, series: [], mode: 'split' })).toBeNull()
    expect(
      chartOf({
        release: checkout,
        signal: { ...orders, signal: 'gauge' },
        series: detail.series,
        mode: 'split',
      }),
    ).toBeNull()
  })

  it('says of latency that the effect is on the requests over the threshold, not on the quantile', () => {
    const slow = {
      ...orders,
      signal: 'latency' as const,
      effect: { ratio: 77.9, low: 50, high: 110 },
      latency: {
        quantile: 0.99,
        thresholdSeconds: 0.08,
        beforeSeconds: 0.057,
        afterSeconds: 0.273,
      },
    }
    const facts = { release: checkout, signal: slow, series: detail.series, mode: null }
    const shown = chartOf(facts)!
    expect(shown.sentence).toMatch(/57 ms, .*0\.27 s, requests over 80 ms ×77\.9/)
    expect(endLines(facts, shown)[1]).toBe('requests over 80 ms ×77.9')
  })

  it('draws a business counter by what it is counted by', () => {
    const counter = signal({
      signal: 'business',
      state: 'regressed',
      scope: { metric: 'shop.orders' },
      baseline: [988, 1000],
      observed: [550, 1000],
      effect: [0.55, 0.5, 0.6],
    })
    const [{ buckets }] = detail.series as [(typeof detail.series)[number]]
    const counters = [{ metric: 'shop.orders', per: 'requests', buckets }]
    const asked = { ...counter, per: 'request' }
    const facts = { release: checkout, signal: asked, series: [], counters, mode: null }
    const shown = chartOf(facts)!

    expect(shown.caption).toBe('shop.orders, per request, sums of 30 s')
    expect(shown.sentence).toContain('1.41.3 0.988, 1.42.0 0.55, ×0.55')
    expect(shown.points.length).toBeGreaterThan(20)
  })

  it('says `not getting better` only while the last two minutes lie in the interval', () => {
    expect(stillWorse(model.points, orders)).toBe(true)
    const better = model.points.map((point) => ({
      ...point,
      new: point.new === null ? null : 0.001,
    }))
    expect(stillWorse(better, orders)).toBe(false)
  })
})

describe('the timeline', () => {
  const span = { fromMs: nowMs - 9_000_000, toMs: nowMs, lanesMax: 12, heardMs: new Map() }
  const { lanes } = lanesOf(releases, [incident], span)

  it('has the most urgent service first', () => {
    expect(lanes.slice(0, 3).map(({ name }) => name)).toEqual(['checkout', 'stock', 'front'])
  })

  it('keeps releases of one service in one lane, in order', () => {
    expect(
      lanes.find(({ name }) => name === 'front')!.bars.map(({ release }) => release.version),
    ).toEqual(['2026.11.22-1', '2026.11.22-2'])
  })

  it('draws harm from the onset to now while the incident is open', () => {
    expect(lanes[0]!.bars[0]!.harm).toEqual({ fromMs: Date.parse(at('09:04:40')), toMs: nowMs })
  })

  it('is bounded, and counts what the bound leaves out', () => {
    const few = lanesOf(releases, [], { ...span, lanesMax: 2 })
    expect(few.lanes).toHaveLength(2)
    expect(few.leftOut).toBe(7)
  })

  it('draws no version before the first that was heard of its service', () => {
    const heard = Date.parse(at('08:50:00'))
    const service = 'production/shop/checkout'
    const [lane] = lanesOf(releases, [], { ...span, heardMs: new Map([[service, heard]]) }).lanes
    expect([lane!.key, lane!.fromMs]).toEqual([service, heard])
    const old = new Map([[service, span.fromMs - 1]])
    expect(lanesOf(releases, [], { ...span, heardMs: old }).lanes[0]!.fromMs).toBe(span.fromMs)
    expect(lanes[0]!.fromMs).toBe(span.fromMs)
  })

  it('has round ticks', () => {
    const ticks = timeTicks(Date.parse(at('06:41')), Date.parse(at('09:11')), 10)
    expect(ticks).toHaveLength(10)
    expect(new Date(ticks[0]!).toISOString()).toBe(at('06:45'))
  })
})

describe('what happened', () => {
  it('stands in order of time, decisions told from observations', () => {
    const list = happeningsOf(incident)
    expect(list.map(({ strong }) => strong)).toEqual([
      '1.42.0 starts',
      'Errors begin',
      '1.42.0 goes to 50 %',
      'Incident opened',
      'Change named',
    ])
    expect(list.filter(({ decided }) => decided)).toHaveLength(2)
  })
})

describe('addresses', () => {
  it.each([
    { path: '/', name: 'overview' },
    { path: '/releases', name: 'releases' },
    { path: '/releases/rel_1', name: 'release' },
    { path: '/incidents/', name: 'incidents' },
    { path: '/incidents/inc_1', name: 'incident' },
    { path: '/incidents/inc_1/more', name: 'nowhere' },
    { path: '/elsewhere', name: 'nowhere' },
  ])('$path is $name', ({ path, name }) => {
    expect(viewOf(path).name).toBe(name)
  })

  it('hold the filters, and refuse a span there is not', () => {
    expect(filtersOf('?span=6h&service=a&show=table')).toMatchObject({
      span: '6h',
      service: 'a',
      show: 'table',
    })
    expect(filtersOf('?span=toString')).toMatchObject({ span: '2.5h', show: 'chart' })
    expect(withFilter('?span=6h', 'span', null)).toBe('')
    expect(link('/releases', '?environment=staging&span=6h')).toBe('/releases?environment=staging')
  })
})

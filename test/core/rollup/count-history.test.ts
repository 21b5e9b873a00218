import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  emptyCountHistory,
  foldCountHours,
  wholeService,
} from '../../../src/core/rollup/count-history.ts'
import {
  countsKnownFrom,
  seriesBins,
  seriesElements,
} from '../../../src/core/rollup/count-series.ts'
import type { BucketCells } from '../../../src/core/rollup/cells.ts'
import type { Bucket } from '../../../src/core/rollup/track.ts'

const hourMs = 3_600_000
const startMs = Date.parse('2026-06-01T00:00:00Z')

interface Facts {
  readonly atMs: number
  readonly stepMs?: number
  readonly routes?: Readonly<Record<string, readonly [requests: number, errors: number]>>
  readonly missing?: boolean
  readonly completeness?: number
}

function bucket({
  atMs,
  stepMs = 10_000,
  routes = {},
  missing = false,
  completeness = 1,
}: Facts): Bucket {
  const cells: BucketCells = new Map()
  const own = Object.entries(routes).map(([route, [requests, errors]]) => [
    route,
    { requests, errors, unanswered: 0, latency: null },
  ])
  if (own.length > 0) cells.set('1', { instances: new Set([1]), routes: new Map(own as never) })
  return { seq: 0, startMs: atMs, endMs: atMs + stepMs, cells, completeness, missing }
}

describe('the counts of a service', () => {
  it('are kept by the minute, of the whole service and of its routes, once the hour has ended', () => {
    const history = emptyCountHistory()
    const buckets = Array.from({ length: 720 }, (_, at) =>
      bucket({ atMs: startMs + at * 10_000, routes: { a: [3, 1], b: [1, 0] } }),
    )
    expect(foldCountHours(history, buckets, startMs + hourMs - 1).hours).toEqual([])
    expect(foldCountHours(history, buckets, startMs + hourMs).hours).toEqual([startMs])
    expect(foldCountHours(history, buckets, startMs + hourMs + 60_000).hours).toEqual([])
    const whole = seriesElements(history, wholeService)!
    expect(whole.stepMs).toBe(60_000)
    expect(whole.elements).toHaveLength(60)
    expect(whole.elements[7]).toEqual({ requests: 24, events: 6 })
    expect(seriesElements(history, 'b')!.elements[0]).toEqual({ requests: 6, events: 0 })
    expect(seriesBins(history, 'a')).toHaveLength(6)
    expect(seriesBins(history, 'a')[1]).toEqual({
      minute: startMs / 60_000 + 15,
      requests: 180,
      events: 60,
    })
    expect(countsKnownFrom(history)).toBe(startMs)
  })

  it('are of as many routes as asked, and of all together only where that says something', () => {
    const buckets = Array.from({ length: 60 }, (_, at) =>
      bucket({
        atMs: startMs + at * 60_000,
        stepMs: 60_000,
        routes: { a: [3, 1], b: [5, 9], c: [4, 0] },
      }),
    )
    const history = emptyCountHistory([], { routes: 2, whole: false })
    foldCountHours(history, buckets, startMs + hourMs)
    expect([...history.hours.get(startMs)!.series.keys()]).toEqual(['b', 'c'])
    expect(seriesElements(history, 'b')!.elements[0]).toEqual({ requests: 5, events: 9 })
  })

  it('know nothing where telemetry was missing, incomplete or not there, and zeros where nobody asked', () => {
    const history = emptyCountHistory()
    const minute = (at: number, over: object) =>
      bucket({ atMs: startMs + at * 60_000, stepMs: 60_000, ...over })
    foldCountHours(
      history,
      [
        minute(0, { routes: { a: [3, 1] } }),
        minute(1, { missing: true }),
        minute(2, { routes: { a: [1, 0] }, completeness: 0.5 }),
        minute(3, {}),
      ],
      startMs + hourMs,
    )
    const { elements } = seriesElements(history, 'a')!
    expect(elements.slice(0, 5)).toEqual([
      { requests: 3, events: 1 },
      null,
      null,
      { requests: 0, events: 0 },
      null,
    ])
  })

  it('have the elements of a source that is slower than a minute', () => {
    const history = emptyCountHistory()
    const buckets = Array.from({ length: 12 }, (_, at) =>
      bucket({ atMs: startMs + at * 300_000, stepMs: 300_000, routes: { a: [10, 2] } }),
    )
    foldCountHours(history, buckets, startMs + hourMs)
    expect(seriesElements(history, 'a')).toEqual({
      stepMs: 300_000,
      elements: Array.from({ length: 12 }, () => ({ requests: 10, events: 2 })),
    })
  })

  it('are those of the ten busiest routes beside the whole', () => {
    const history = emptyCountHistory()
    const routes = Object.fromEntries(
      Array.from({ length: 30 }, (_, at) => [`r${at}`, [at + 1, 0] as const]),
    )
    foldCountHours(history, [bucket({ atMs: startMs, routes })], startMs + hourMs)
    expect([...history.hours.get(startMs)!.series.keys()]).toHaveLength(11)
    expect(seriesElements(history, 'r29')).not.toBeNull()
    expect(seriesElements(history, 'r3')!.elements.every((each) => each === null)).toBe(true)
  })

  it('are forgotten: minutes after three days, bins after four weeks', () => {
    const history = emptyCountHistory()
    let forgotten = 0
    for (let hour = 0; hour < 35 * 24; hour++) {
      const atMs = startMs + hour * hourMs
      const folded = foldCountHours(
        history,
        [bucket({ atMs, routes: { a: [1, 0] } })],
        atMs + hourMs,
      )
      forgotten += folded.forgotten.length
    }
    expect(history.hours.size).toBe(72)
    expect(history.days.size).toBe(28)
    expect(forgotten).toBe(35 * 24 - 72 + 35 - 28)
  })

  it('are the same however the hours were folded, seed 9', () => {
    const cuts = fc.array(fc.integer({ min: 1, max: 300 }), { minLength: 1, maxLength: 8 })
    fc.assert(
      fc.property(cuts, (steps) => {
        const buckets = Array.from({ length: 300 }, (_, at) =>
          bucket({ atMs: startMs + at * 60_000, stepMs: 60_000, routes: { a: [at, at % 3] } }),
        )
        const [once, often] = [emptyCountHistory(), emptyCountHistory()]
        foldCountHours(once, buckets, startMs + 300 * 60_000)
        for (const to of [...steps.toSorted((a, b) => a - b), 300]) {
          foldCountHours(often, buckets.slice(0, to), startMs + to * 60_000)
        }
        expect(often).toEqual(once)
      }),
      { seed: 9, numRuns: 30 },
    )
  })
})

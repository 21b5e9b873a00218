/** Slow requests in the history of a service: counted above the day's thresholds, read as if at the newest. */
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { Latency } from '../../../src/contracts/latency.ts'
import { addLatency } from '../../../src/core/kernel/histogram/latency.ts'
import { LatencySum } from '../../../src/core/kernel/histogram/latency-sum.ts'
import { countAbove, freezeThreshold } from '../../../src/core/kernel/histogram/threshold.ts'
import type { BucketCells } from '../../../src/core/rollup/cells.ts'
import {
  type CountHistory,
  emptyCountHistory,
  foldCountHours,
  wholeService,
} from '../../../src/core/rollup/count-history.ts'
import { seriesBins, seriesElements } from '../../../src/core/rollup/count-series.ts'
import { packCounts, unpackCounts } from '../../../src/core/rollup/packed-counts.ts'
import type { Bucket } from '../../../src/core/rollup/track.ts'
import { seededRandom } from '../../support/random.ts'

const hourMs = 3_600_000
const dayMs = 24 * hourMs
const minuteMs = 60_000
const startMs = Date.parse('2026-06-01T00:00:00Z')
const levels = [0.5, 0.99]
const unknown = { sum: 0, min: null, max: null }

const exponential = (offset: number, counts: number[], scale = 3): Latency => ({
  scale,
  offset,
  counts,
  zero: 0,
  ...unknown,
})
const explicit = (bounds: number[], counts: number[]): Latency => ({ bounds, counts, ...unknown })

/** Requests of each route lie in its histogram. */
function minute(atMs: number, routes: Readonly<Record<string, Latency | null>>): Bucket {
  const cells: BucketCells = new Map()
  const own = Object.entries(routes).map(([route, latency]) => {
    const requests = latency === null ? 10 : latency.counts.reduce((sum, each) => sum + each, 0)
    return [route, { requests, errors: 0, unanswered: 0, latency }] as const
  })
  cells.set('1', { instances: new Set([1]), routes: new Map(own) })
  return {
    seq: 0,
    startMs: atMs,
    endMs: atMs + minuteMs,
    cells,
    completeness: 1,
    missing: false,
  }
}

/** Minutes from `fromMs` on for so many hours, told an hour at a time. */
function tell(
  history: CountHistory,
  fromMs: number,
  hours: number,
  latencyAt: (atMs: number) => Latency | null,
) {
  const renewals = []
  for (let hour = 0; hour < hours; hour++) {
    const atMs = fromMs + hour * hourMs
    const buckets = Array.from({ length: 60 }, (_, at) =>
      minute(atMs + at * minuteMs, { a: latencyAt(atMs + at * minuteMs) }),
    )
    renewals.push(...foldCountHours(history, buckets, atMs + hourMs).renewals)
  }
  return renewals
}

const thresholdsOf = (history: CountHistory, name = wholeService) =>
  history.latency.thresholds.get(name)

describe('packed counts', () => {
  it('are read as they were written, seed 3', () => {
    const counts = fc.array(fc.integer({ min: -1, max: 2 ** 48 }))
    fc.assert(
      fc.property(counts, (each) => {
        expect(unpackCounts(packCounts(each))).toEqual(each)
      }),
      { seed: 3 },
    )
  })
})

describe('the sum of many histograms', () => {
  const counts = fc.array(fc.integer({ min: 0, max: 50 }), { maxLength: 12 })
  const shape = fc.record({
    scale: fc.integer({ min: 0, max: 3 }),
    offset: fc.integer({ min: -40, max: 40 }),
    counts,
    zero: fc.integer({ min: 0, max: 3 }),
  })

  it('has the counts of adding them one by one, seed 4', () => {
    fc.assert(
      fc.property(fc.array(shape, { minLength: 1, maxLength: 8 }), (shapes) => {
        const sum = new LatencySum()
        let added: Latency | null = null
        for (const each of shapes) {
          sum.add({ ...each, ...unknown })
          added = addLatency(added, { ...each, ...unknown })
        }
        const total = sum.merged()!
        expect({ ...total, offset: 0, counts: [] }).toEqual({ ...added!, offset: 0, counts: [] })
        for (const level of [0.3, 0.9]) {
          const threshold = freezeThreshold(added!, level, 0)
          if (threshold === null) continue
          expect(countAbove(total, threshold)).toBe(countAbove(added!, threshold))
        }
      }),
      { seed: 4, numRuns: 300 },
    )
  })

  it('of different bounds is that of the bounds with most requests', () => {
    const sum = new LatencySum()
    sum.add(explicit([1], [5, 5]))
    sum.add(explicit([2], [20, 1]))
    sum.add(explicit([1], [5, 0]))
    expect(sum.dominant()).toMatchObject({ bounds: [2], counts: [20, 1] })
    expect(sum.merged()).toMatchObject({ bounds: [], counts: [36] })
  })
})

describe('slow requests in the history', () => {
  it('are those above the thresholds in force, and their exposure is all requests, seed 5', () => {
    const counts = fc.array(fc.integer({ min: 0, max: 9 }), { minLength: 60, maxLength: 240 })
    fc.assert(
      fc.property(counts, (each) => {
        const history = emptyCountHistory(levels)
        const latencyAt = (atMs: number) => {
          const at = (atMs - startMs) / minuteMs
          return exponential(
            -20,
            [at, at + 1, at + 2].map((i) => each[i % each.length]!),
          )
        }
        tell(history, startMs, 3, latencyAt)
        const { values, sinceMs } = thresholdsOf(history)!
        for (const [level, threshold] of values.entries()) {
          const { elements } = seriesElements(history, 'a', { level })!
          for (const [at, element] of elements.entries()) {
            const atMs = startMs + at * minuteMs
            if (atMs < sinceMs) continue
            const latency = latencyAt(atMs)
            expect(element!.events).toBe(countAbove(latency, threshold))
            expect(element!.requests).toBe(latency.counts.reduce((sum, some) => sum + some, 0))
          }
        }
      }),
      { seed: 5, numRuns: 40 },
    )
  })

  it('are the same however the hours were folded, seed 9', () => {
    const cuts = fc.array(fc.integer({ min: 1, max: 2_000 }), { minLength: 1, maxLength: 8 })
    const random = seededRandom(9)
    const buckets = Array.from({ length: 2_000 }, (_, at) =>
      minute(startMs + 20 * hourMs + at * minuteMs, {
        a: exponential(-20 + Math.floor(at / 500), [9, Math.floor(9 * random()), 1]),
        b: at % 7 === 0 ? null : exponential(-9, [1, Math.floor(2 * random())]),
      }),
    )
    const toMs = (count: number) => startMs + 20 * hourMs + count * minuteMs
    fc.assert(
      fc.property(cuts, (steps) => {
        const [once, often] = [emptyCountHistory(levels), emptyCountHistory(levels)]
        foldCountHours(once, buckets, toMs(2_000))
        for (const to of [...steps.toSorted((a, b) => a - b), 2_000]) {
          foldCountHours(often, buckets.slice(0, to), toMs(to))
        }
        expect(often).toEqual(once)
      }),
      { seed: 9, numRuns: 15 },
    )
  })

  it('are unknown where requests have no latency', () => {
    const history = emptyCountHistory(levels)
    tell(history, startMs, 2, (atMs) =>
      atMs % hourMs < 30 * minuteMs ? null : exponential(0, [4, 1]),
    )
    const { elements } = seriesElements(history, 'a', { level: 0 })!
    expect(elements[0]).toBeNull()
    expect(elements[30]).not.toBeNull()
    expect(seriesBins(history, 'a', { level: 0 })).toHaveLength(6)
    expect(seriesElements(history, 'a')!.elements[0]).toEqual({ requests: 10, events: 0 })
  })
})

describe('the thresholds of slow requests', () => {
  /** Faster by day than by night. */
  const daily = (atMs: number) => exponential(atMs % dayMs < 12 * hourMs ? -20 : -16, [50, 49, 1])

  it('stand for a day, and are chosen from the day before it', () => {
    const history = emptyCountHistory(levels)
    tell(history, startMs, 24, daily)
    const [first, sinceMs] = [thresholdsOf(history)!.values, thresholdsOf(history)!.sinceMs]
    expect(sinceMs).toBe(startMs + dayMs)
    for (let hour = 24; hour < 47; hour++) {
      tell(history, startMs + hour * hourMs, 1, (atMs) =>
        exponential(hour > 30 ? 5 : -20, [atMs % 3, 9]),
      )
      expect(thresholdsOf(history)!.values).toEqual(first)
    }
    tell(history, startMs + 47 * hourMs, 1, daily)
    expect(thresholdsOf(history)!.values).not.toEqual(first)
    expect(thresholdsOf(history)!.basisHours).toBe(24)
  })

  it('move the history with them by what one and the same day shows at both', () => {
    const history = emptyCountHistory(levels)
    const slower = (atMs: number) =>
      exponential(atMs < startMs + 30 * hourMs ? -20 : -19, [60, 30, 10])
    tell(history, startMs, 47, slower)
    const before = seriesElements(history, 'a', { level: 0 })!.elements.map((each) => each!.events)
    const old = thresholdsOf(history, 'a')!.values[0]!
    const renewals = tell(history, startMs + 47 * hourMs, 1, slower)
    const shift = renewals.find(({ name }) => name === 'a')!.shifts![0]!
    expect(shift).not.toBe(0)
    const { moves, values } = thresholdsOf(history, 'a')!
    expect(moves.at(-1)).toEqual([startMs + 48 * hourMs, [shift, expect.any(Number)]])
    const after = seriesElements(history, 'a', { level: 0 })!.elements
    expect(after.slice(0, before.length).map((each) => each!.events)).toEqual(before)
    expect(after.at(-1)!.requests).toBeCloseTo(100 * Math.exp(-shift), 9)
    const hours = Array.from({ length: 24 }, (_, at) => slower(startMs + (24 + at) * hourMs))
    const slowAt = (each: (typeof values)[number]) =>
      hours.reduce((sum, hour) => sum + 60 * countAbove(hour, each)!, 0)
    expect(shift).toBeCloseTo(Math.log((slowAt(values[0]!) + 0.5) / (slowAt(old) + 0.5)), 9)
  })

  it.each([
    { what: 'other bounds', next: () => explicit([0.2, 0.5], [90, 8, 2]), restarts: true },
    { what: 'a coarser scale', next: () => exponential(-4, [60, 40], 1), restarts: false },
  ])(
    'are chosen anew at once for $what; the history begins anew: $restarts',
    ({ next, restarts }) => {
      const history = emptyCountHistory(levels)
      const first = restarts
        ? () => explicit([0.1, 0.3], [90, 8, 2])
        : () => exponential(-16, [30, 20, 30, 20])
      tell(history, startMs, 30, first)
      const [renewal] = tell(history, startMs + 30 * hourMs, 1, next)
      expect(renewal!.shifts === null).toBe(restarts)
      const { elements } = seriesElements(history, 'a', { level: 0 })!
      expect(elements.at(-1)).not.toBeNull()
      expect(elements[60] === null).toBe(restarts)
      for (const each of thresholdsOf(history, 'a')!.values)
        expect(countAbove(next(), each)).not.toBeNull()
    },
  )

  it('of a route that is asked for no more are forgotten with its last hour', () => {
    const history = emptyCountHistory(levels)
    foldCountHours(history, [minute(startMs, { gone: daily(startMs) })], startMs + hourMs)
    expect(thresholdsOf(history, 'gone')).toBeDefined()
    tell(history, startMs + hourMs, 73, daily)
    expect(thresholdsOf(history, 'gone')).toBeUndefined()
  })
})

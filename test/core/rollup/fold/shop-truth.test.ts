/** The recorded shop folds to the counts, failures and calls that its truth states. */
import { beforeAll, describe, expect, it } from 'vitest'
import { ServiceEvent } from '../../../../src/contracts/service-events.ts'
import { latencyCount } from '../../../../src/core/kernel/histogram/latency.ts'
import type { Folded } from '../../../../src/core/rollup/fold/fold.ts'
import {
  hasShop,
  type ServerSpans,
  shopFile,
  shopRun,
  type Signal,
} from '../../../support/shop-data.ts'
import { foldLine } from './fold-line.ts'

interface Truth {
  readonly spans: number
  readonly metricPoints: number
  readonly logRecords: number
  readonly serverSpans: readonly (ServerSpans & {
    readonly sumNanoseconds: number
    readonly maxNanoseconds: number
    readonly minNanoseconds: number
  })[]
  readonly serverDurationMetrics: readonly {
    readonly service: string
    readonly method: string
    readonly routeOrTarget: string
    readonly httpStatus: number
    readonly temporality: number
    readonly count: number
  }[]
}

describe.skipIf(!hasShop)('the recorded shop', () => {
  const folded: Record<Signal, Folded[]> = { traces: [], metrics: [], logs: [] }
  let truth: Truth

  beforeAll(() => {
    truth = JSON.parse(shopFile('run/truth.json')) as Truth
    for (const signal of ['traces', 'metrics', 'logs'] as const) {
      folded[signal] = shopRun(signal).map(foldLine)
    }
  })

  const events = (signal: Signal) => folded[signal].flatMap((each) => each.events)

  it('is accepted whole, but for one point that starts after its end', () => {
    const sums = { spans: 0, points: 0, logs: 0 }
    const refused: Record<string, number> = {}
    for (const { counts } of Object.values(folded).flat()) {
      for (const kind of ['spans', 'points', 'logs'] as const) {
        sums[kind] += counts[kind].seen
        for (const [reason, count] of Object.entries(counts[kind].refused)) {
          refused[`${kind} ${reason}`] = (refused[`${kind} ${reason}`] ?? 0) + count
        }
      }
    }
    expect(sums).toEqual({
      spans: truth.spans,
      points: truth.metricPoints,
      logs: truth.logRecords,
    })
    expect(refused).toEqual({ 'points wrong-start': 1 })
  })

  it('gives exactly the requests, errors and durations of the truth from spans', () => {
    interface Sum {
      requests: number
      errors: number
      sum: number
      min: number
      max: number
      latencies: number
    }
    const sums = new Map<string, Sum>()
    const at = (key: string) => {
      const sum = sums.get(key) ?? {
        requests: 0,
        errors: 0,
        sum: 0,
        min: Infinity,
        max: 0,
        latencies: 0,
      }
      sums.set(key, sum)
      return sum
    }
    for (const event of events('traces')) {
      if (event.kind !== 'rollup') continue
      expect([event.startMs % 10_000, event.sizeMs, event.spacingMs]).toEqual([0, 10_000, 10_000])
      for (const row of event.rows) {
        const sum = at(`${event.service} ${event.version} ${row.route}`)
        sum.requests += row.requests
        sum.errors += row.errors
        sum.sum += row.latency!.sum
        sum.min = Math.min(sum.min, row.latency!.min!)
        sum.max = Math.max(sum.max, row.latency!.max!)
        sum.latencies += latencyCount(row.latency!)
      }
    }
    const expected = new Map<string, Sum>()
    for (const each of truth.serverSpans) {
      const key = `production/shop/${each.service} ${each.version} ${each.method} ${each.route}`
      const sum = expected.get(key) ?? {
        requests: 0,
        errors: 0,
        sum: 0,
        min: Infinity,
        max: 0,
        latencies: 0,
      }
      expected.set(key, {
        requests: sum.requests + each.count,
        errors: sum.errors + (each.httpStatus >= 500 || each.spanStatus === 2 ? each.count : 0),
        sum: sum.sum + each.sumNanoseconds / 1e9,
        min: Math.min(sum.min, each.minNanoseconds / 1e9),
        max: Math.max(sum.max, each.maxNanoseconds / 1e9),
        latencies: sum.latencies + each.count,
      })
    }
    expect([...sums.keys()].sort()).toEqual([...expected.keys()].sort())
    for (const [key, { sum, ...counts }] of expected) {
      const { sum: found, ...foundCounts } = sums.get(key)!
      expect(foundCounts, key).toEqual(counts)
      expect(found, key).toBeCloseTo(sum, 6)
    }
  })

  it('gives the delta metrics of the truth as rollups, with errors of the failed points', () => {
    const sums: Record<string, [number, number]> = {}
    for (const event of events('metrics')) {
      if (event.kind !== 'rollup') continue
      for (const { route, requests, errors } of event.rows) {
        const sum = (sums[`${event.service} ${route}`] ??= [0, 0])
        sum[0] += requests
        sum[1] += errors
      }
    }
    const expected: Record<string, [number, number]> = {}
    for (const each of truth.serverDurationMetrics) {
      if (each.temporality !== 1) continue
      const sum = (expected[
        `production/shop/${each.service} ${each.method} ${each.routeOrTarget}`
      ] ??= [0, 0])
      sum[0] += each.count
      if (each.httpStatus >= 500) sum[1] += each.count
    }
    expect(sums).toEqual(expected)
  })

  it('gives the last count of every cumulative series as the truth has it', () => {
    const last = new Map<string, { key: string; count: number }>()
    for (const event of events('metrics')) {
      if (event.kind !== 'snapshot') continue
      for (const { series, route, count } of event.points) {
        last.set(series, { key: `${event.service} ${route}`, count })
      }
    }
    const sums: Record<string, number> = {}
    for (const { key, count } of last.values()) sums[key] = (sums[key] ?? 0) + count
    const expected: Record<string, number> = {}
    for (const each of truth.serverDurationMetrics) {
      if (each.temporality !== 2) continue
      const key = `production/shop/${each.service} ${each.method} ${each.routeOrTarget}`
      expected[key] = (expected[key] ?? 0) + each.count
    }
    expect(sums).toEqual(expected)
  })

  it('sees the planted failure as one kind, from spans and logs alike: 60 traces, at its line', () => {
    for (const signal of ['traces', 'logs'] as const) {
      const kinds = events(signal).flatMap((event) =>
        event.kind === 'kinds' && event.version === '1.5.0' && event.type === 'NullPointerException'
          ? [event]
          : [],
      )
      expect(new Set(kinds.map(({ fingerprint }) => fingerprint)).size).toBe(1)
      expect(new Set(kinds.flatMap(({ traces }) => traces)).size).toBe(60)
      expect(kinds[0]!.frames[0]).toMatchObject({
        file: 'shop/checkout/PriceService.java',
        line: 23,
        inApp: true,
      })
    }
    const fingerprints = new Set(
      [...events('traces'), ...events('logs')].flatMap((event) =>
        event.kind === 'kinds' && event.type === 'NullPointerException' ? [event.fingerprint] : [],
      ),
    )
    expect(fingerprints.size).toBe(1)
  })

  it('names the same failure of Python in span and log by one fingerprint', () => {
    const prints = (signal: Signal) =>
      new Set(
        events(signal).flatMap((event) =>
          event.kind === 'kinds' && event.type === 'GatewayTimeout' ? [event.fingerprint] : [],
        ),
      )
    expect(prints('traces')).toEqual(prints('logs'))
    expect(prints('logs').size).toBe(1)
  })

  it('lists the failed traces of the planted release', () => {
    const failed = events('traces').flatMap((event) =>
      event.kind === 'failed' && event.version === '1.5.0' ? [event] : [],
    )
    expect(failed.flatMap(({ traces }) => traces)).toHaveLength(61)
    expect(new Set(failed.flatMap(({ routes }) => routes))).toEqual(
      new Set(['POST /orders', 'GET /cart/{id}']),
    )
  })

  it('finds callees by their child spans', () => {
    const edges = new Set(
      events('traces').flatMap((event) =>
        event.kind === 'calls' ? [`${event.caller} > ${event.service} ${event.by}`] : [],
      ),
    )
    expect([...edges].sort()).toEqual([
      'production/shop/checkout > production/shop/payment trace',
      'production/shop/checkout > production/shop/stock trace',
      'production/shop/front > production/shop/checkout trace',
      'production/shop/front > production/shop/stock trace',
    ])
  })

  it('holds the contract, and a record stays below 1 MiB', () => {
    for (const event of [...events('traces'), ...events('metrics'), ...events('logs')]) {
      expect(ServiceEvent.parse(event)).toEqual(event)
      expect(JSON.stringify(event).length).toBeLessThan(1024 * 1024)
    }
  })
})

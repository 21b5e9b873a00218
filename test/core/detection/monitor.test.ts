import { describe, expect, it } from 'vitest'
import { forecastBaseline } from '../../../src/core/detection/baseline.ts'
import { judgeRelease, judgeStream } from '../../../src/core/detection/judge.ts'
import { LatencyMonitor } from '../../../src/core/detection/latency-monitor.ts'
import { type MonitorOptions, StreamMonitor } from '../../../src/core/detection/monitor.ts'
import { NewKindMonitor } from '../../../src/core/detection/new-kind-monitor.ts'
import { coldStart } from '../../../src/core/detection/parameters.ts'

const scope = { route: null, fingerprint: null, metric: null, caller: null }
const startMs = 1_000_000_000
const stepMs = 10_000
const wide = { weight: 1, full: true }

const splitMonitor = (over: Partial<MonitorOptions> = {}) =>
  new StreamMonitor({
    signal: 'errors',
    scope,
    mode: 'split',
    startMs,
    stepMs,
    nuisance: coldStart.split,
    ...over,
  })

/** 100 requests/s, a fifth on the new version, 1 % failing on the old one. */
const splitBucket = (k: number, ratio = 1) => ({
  n1: 200,
  n0: 800,
  e1: Math.round(2 * ratio) + (k % 3) - 1,
  e0: 8 + (k % 5) - 2,
})

const baselineOf = (signal: 'traffic' | 'other', minute: { n: number; e: number }, length = 90) => {
  const history = Array.from({ length }, () => minute)
  const nuisance = coldStart.forecast
  const answer = forecastBaseline({ history, stepSeconds: 10, nuisance, signal })
  if (!answer.ok) throw new Error(answer.why)
  return answer.baseline
}
const forecastMonitor = (over: Partial<MonitorOptions> = {}) =>
  new StreamMonitor({
    signal: 'errors',
    scope,
    mode: 'forecast',
    startMs,
    stepMs,
    nuisance: coldStart.forecast,
    baseline: baselineOf('other', { n: 6000, e: 30 }),
    ...over,
  })

describe('StreamMonitor', () => {
  it('finds a fourfold error rate beside the old version, with its size and its onset', () => {
    const monitor = splitMonitor()
    for (let k = 0; k < 30; k++) monitor.push(splitBucket(k))
    for (let k = 30; k < 90; k++) monitor.push(splitBucket(k, 4))
    const evidence = monitor.evidence(wide)

    expect(judgeStream(evidence, { final: false }).state).toBe('regressed')
    expect(evidence.low).toBeLessThan(4)
    expect(evidence.high).toBeGreaterThan(4)
    expect(evidence.onset!.fromMs).toBeLessThanOrEqual(startMs + 30 * stepMs)
    expect(evidence.onset!.toMs).toBeGreaterThanOrEqual(startMs + 30 * stepMs)
    expect(evidence.excessPerMinute).toBeGreaterThan(20)
    expect(evidence.observed).toEqual({ events: 30 * 2 + 60 * 8, exposure: 90 * 200 })
    expect(evidence.baseline).toEqual({ events: 90 * 8, exposure: 90 * 800 })
  })

  it('clears a release that did nothing, and says what it could have seen', () => {
    const monitor = splitMonitor()
    for (let k = 0; k < 360; k++) monitor.push(splitBucket(k))
    const evidence = monitor.evidence(wide)

    expect(judgeStream(evidence, { final: true }).state).toBe('cleared')
    expect(evidence.detectable).toBeGreaterThan(1.2)
    expect(evidence.detectable).toBeLessThan(3)
    expect(evidence.excludes.map(({ theta }) => theta)).toEqual([1.2, 1.5, 2, 3])
  })

  it('names no effect that could have been seen where even a share of 1 would not have shown', () => {
    const monitor = forecastMonitor({ baseline: baselineOf('other', { n: 40, e: 0 }) })
    for (let k = 0; k < 3; k++) monitor.push({ n: 1, e: 0 })

    expect(monitor.evidence(wide).detectable).toBeNull()
  })

  it('answers inconclusive, not cleared, for a stream without requests', () => {
    const monitor = splitMonitor()
    for (let k = 0; k < 360; k++) monitor.push('missing')
    const evidence = monitor.evidence(wide)

    expect(evidence.logE).toBeCloseTo(0, 12)
    expect(evidence.detectable).toBeNull()
    expect(judgeStream(evidence, { final: true }).state).toBe('inconclusive')
    expect(monitor.missingShare(15)).toBe(1)
  })

  it('sees the level return to usual after a rollback', () => {
    const monitor = forecastMonitor()
    for (let k = 0; k < 60; k++) monitor.push({ n: 1000, e: 30 + (k % 4) })
    expect(monitor.evidence(wide).recovered).toBeLessThan(0.5)
    for (let k = 0; k < 120; k++) monitor.push({ n: 1000, e: 4 + (k % 3) })
    const evidence = monitor.evidence(wide)

    expect(evidence.recovered).toBeGreaterThan(0.95)
    expect(evidence.recoveredForMs).toBeGreaterThanOrEqual(180_000)
  })

  it('finds a full stop of traffic against its forecast, as a fall', () => {
    const baseline = baselineOf('traffic', { n: 0, e: 600 })
    const monitor = forecastMonitor({ signal: 'traffic', baseline })
    for (let k = 0; k < 6; k++) monitor.push({ n: 1, e: 100 })
    for (let k = 0; k < 30; k++) monitor.push({ n: 1, e: 0 })
    const evidence = monitor.evidence(wide)

    expect(judgeStream(evidence, { final: false }).state).toBe('regressed')
    expect(evidence.ratio).toBeLessThan(0.1)
    expect(evidence.excessPerMinute).toBeCloseTo(600, 0)
  })

  it.each([60_000, 300_000])('works on buckets of %i ms', (step) => {
    const perBucket = step / 10_000
    const monitor = forecastMonitor({ stepMs: step })
    for (let k = 0; k < 3_600_000 / step; k++) {
      monitor.push({ n: 1000 * perBucket, e: 50 * perBucket })
    }
    expect(monitor.logE).toBeGreaterThan(Math.log(100))
  })

  it('goes on in forecast mode when the old version has gone, and adds the evidence', () => {
    const split = splitMonitor()
    for (let k = 0; k < 30; k++) split.push(splitBucket(k, 3))
    const both = forecastMonitor({ continues: split, startMs: startMs + 30 * stepMs })
    const alone = forecastMonitor({ startMs: startMs + 30 * stepMs })
    for (let k = 0; k < 30; k++) {
      both.push({ n: 1000, e: 15 })
      alone.push({ n: 1000, e: 15 })
    }

    expect(both.logE).toBeCloseTo(split.logE + alone.logE, 9)
    const evidence = both.evidence(wide)
    expect(evidence.mode).toBe('forecast')
    expect(evidence.low).toBeLessThanOrEqual(3)
    expect(evidence.high).toBeGreaterThanOrEqual(3)
    expect(evidence.onset!.atMs).toBeLessThan(startMs + 5 * stepMs)
  })

  it('answers the same whenever it was asked before', () => {
    const asked = splitMonitor()
    const silent = splitMonitor()
    for (let k = 0; k < 80; k++) {
      if (k === 40) for (const each of [asked, silent]) each.startAgain()
      const bucket = k % 11 === 5 ? 'missing' : splitBucket(k, k > 30 ? 4 : 1)
      asked.push(bucket)
      silent.push(bucket)
      if (k % 7 === 0) asked.evidence(wide)
    }
    expect(asked.evidence(wide)).toEqual(silent.evidence(wide))
  })

  it('divides its evidence by kappa', () => {
    const plain = splitMonitor()
    const restless = splitMonitor({ kappa: 4 })
    for (let k = 0; k < 30; k++) {
      plain.push(splitBucket(k, 4))
      restless.push(splitBucket(k, 4))
    }
    expect(restless.logE).toBeCloseTo(plain.logE / 4, 12)
  })

  it.each(['split', 'forecast'] as const)(
    'answers finite numbers for counts of any size and jump, %s',
    (mode) => {
      const monitor = mode === 'split' ? splitMonitor() : forecastMonitor()
      for (const e of [0, 1_000_000, 3, 900_000, 0, 1_000_000, 1_000_000, 0, 2]) {
        const n = 1_000_000
        monitor.push(mode === 'split' ? { n1: n, e1: e, n0: n, e0: n - e } : { n, e })
        const numbers: unknown[] = []
        JSON.stringify(monitor.evidence(wide), (_, value: unknown) => {
          if (typeof value === 'number') numbers.push(value)
          return value
        })
        expect(numbers.filter((value) => !Number.isFinite(value))).toEqual([])
      }
    },
  )

  it('has no baseline without history', () => {
    const nuisance = coldStart.forecast
    const answer = (history: ({ n: number; e: number } | null)[], signal: 'traffic' | 'other') =>
      forecastBaseline({ history, stepSeconds: 10, nuisance, signal })

    expect(answer([], 'other')).toEqual({ ok: false, why: 'no-history' })
    expect(answer([null, null], 'other')).toEqual({ ok: false, why: 'no-history' })
    expect(answer([{ n: 0, e: 0 }], 'traffic')).toEqual({ ok: false, why: 'no-traffic' })
  })
})

describe('LatencyMonitor', () => {
  it('reports the quantile that says most', () => {
    const thresholdSeconds = [0.1, 0.4, 0.6, 1.2]
    const shared = { scope, mode: 'split' as const, startMs, stepMs, nuisance: coldStart.split }
    const monitor = new LatencyMonitor({ ...shared, thresholdSeconds })
    for (let k = 0; k < 60; k++) {
      monitor.push({ n1: 200, n0: 800, e1: [100, 20, 10, 10], e0: [400, 80, 40, 8] })
    }
    const evidence = monitor.evidence(wide)

    expect(evidence.latency).toMatchObject({ quantile: 0.99, thresholdSeconds: 1.2 })
    expect(evidence.logE).toBeGreaterThan(Math.log(100))
    expect(evidence.low).toBeLessThanOrEqual(5)
    expect(evidence.high).toBeGreaterThanOrEqual(5)
  })
})

describe('NewKindMonitor', () => {
  const options = { scope, startMs, stepMs, historyRequests: 200_000 }

  it.each([
    { traces: 0, state: 'watching', why: 'nothing new' },
    { traces: 1, state: 'suspicious', why: 'two traces are too few to page' },
    { traces: 2, state: 'regressed', why: 'four traces in two minutes' },
  ])('answers $state for $traces traces twice: $why', ({ traces, state }) => {
    const monitor = new NewKindMonitor(options)
    for (let k = 0; k < 12; k++)
      monitor.push({ traces: k === 3 || k === 7 ? traces : 0, requests: 500 })
    const stream = monitor.evidence(wide)
    expect(judgeStream(stream, { final: false }).state).toBe(state)
  })
})

describe('judgeRelease', () => {
  const regressed = () => {
    const monitor = splitMonitor()
    for (let k = 0; k < 60; k++) monitor.push(splitBucket(k, 4))
    return monitor.evidence({ weight: 0.35, full: false })
  }
  const facts = { final: false, missing: 0 }

  it.each([
    { logE: 2, over: {}, state: 'watching', why: 'below ten to one' },
    { logE: 3, over: {}, state: 'suspicious', why: 'shown, not paged' },
    { logE: 5, over: {}, state: 'regressed', why: 'and a stream of it is material' },
    { logE: 5, over: { missing: 0.3 }, state: 'inconclusive', why: 'telemetry is missing' },
    { logE: 0, over: { final: true }, state: 'inconclusive', why: 'silence is not health' },
  ])('answers $state at log evidence $logE: $why', ({ logE, over, state }) => {
    expect(judgeRelease({ ...facts, ...over, logE, streams: [regressed()] }).state).toBe(state)
  })

  it.each([
    { logE: 2.2, weight: 1, state: 'inconclusive', why: 'which rather fell' },
    { logE: 2.2, weight: 1 / 5, state: 'cleared', why: 'one of five of which rather fell' },
    { logE: -0.5, weight: 1, state: 'cleared', why: 'which held' },
  ])('answers $state over a business counter $why', ({ logE, weight, state }) => {
    const errors = { ...regressed(), logE: -1, excludes: [{ theta: 1.5, logE: 5 }] }
    const orders = { ...errors, signal: 'business' as const, logE, weight, excludes: [] }
    const streams = [errors, orders]

    expect(judgeRelease({ ...facts, final: true, logE: -1, streams }).state).toBe(state)
  })

  it('is only suspicious when no stream of it is material', () => {
    const stream = { ...regressed(), excessPerMinute: 0.1 }
    expect(judgeRelease({ ...facts, logE: 9, streams: [stream] }).state).toBe('suspicious')
  })
})

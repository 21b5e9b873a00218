/** What a monitor is fed when telemetry is poor: it stays finite, says so, and never cries. */
import { describe, expect, it } from 'vitest'
import { forecastBaseline, type HistoryMinute } from '../../../src/core/detection/baseline.ts'
import { judgeRelease, judgeStream } from '../../../src/core/detection/judge.ts'
import { LatencyMonitor } from '../../../src/core/detection/latency-monitor.ts'
import { type MonitorBucket, StreamMonitor } from '../../../src/core/detection/monitor.ts'
import { NewKindMonitor } from '../../../src/core/detection/new-kind-monitor.ts'
import { coldStart, type Mode } from '../../../src/core/detection/parameters.ts'

const scope = { route: null, fingerprint: null, metric: null, caller: null }
const stepMs = 10_000

function baselineOf(history: readonly (HistoryMinute | null)[]) {
  const nuisance = coldStart.forecast
  const answer = forecastBaseline({ history, stepSeconds: 10, nuisance, signal: 'other' })
  if (!answer.ok) throw new Error(answer.why)
  return answer.baseline
}

function monitorOf(mode: Mode, history: readonly (HistoryMinute | null)[] = []) {
  const nuisance = coldStart[mode]
  const baseline = mode === 'forecast' ? { baseline: baselineOf(history) } : {}
  return new StreamMonitor({
    signal: 'errors',
    scope,
    mode,
    startMs: 0,
    stepMs,
    nuisance,
    ...baseline,
  })
}

const hour = (bucket: (k: number) => MonitorBucket) =>
  Array.from({ length: 360 }, (_, k) => bucket(k))
const minutes = (of: (minute: number) => HistoryMinute | null) =>
  Array.from({ length: 90 }, (_, minute) => of(minute))

function everyNumber(value: unknown): number[] {
  if (typeof value === 'number') return [value]
  if (value === null || typeof value !== 'object') return []
  return Object.values(value).flatMap(everyNumber)
}

function judged(monitor: StreamMonitor) {
  const evidence = monitor.evidence({ weight: 1, full: true })
  for (const each of everyNumber(evidence)) expect(Number.isFinite(each)).toBe(true)
  return { evidence, ...judgeStream(evidence, { final: true }) }
}

const modes: Mode[] = ['split', 'forecast']

describe.each(modes)('%s', (mode) => {
  const bucketOf = (n: number, e: number, e0 = e): MonitorBucket =>
    mode === 'split' ? { n1: n, e1: e, n0: n, e0 } : { n, e }

  it('zero errors ever, before and after, is never an alarm', () => {
    const monitor = monitorOf(
      mode,
      minutes(() => ({ n: 6000, e: 0 })),
    )
    for (const bucket of hour(() => bucketOf(1000, 0))) monitor.push(bucket)

    const { state, evidence } = judged(monitor)
    expect(['cleared', 'inconclusive']).toContain(state)
    expect(evidence.logE).toBeLessThan(1)
  })

  it('the first error ever of a service that had none is no regression', () => {
    const monitor = monitorOf(
      mode,
      minutes(() => ({ n: 6000, e: 0 })),
    )
    for (const bucket of hour((k) => bucketOf(1000, k === 100 ? 1 : 0, 0))) monitor.push(bucket)

    expect(judged(monitor).state).not.toBe('regressed')
  })

  it('one request an hour, and that one failed, says nothing', () => {
    const monitor = monitorOf(
      mode,
      minutes((minute) => ({ n: minute === 30 ? 1 : 0, e: 0 })),
    )
    for (const bucket of hour((k) => (k === 200 ? bucketOf(1, 1, 0) : bucketOf(0, 0)))) {
      monitor.push(bucket)
    }

    expect(judged(monitor).state).toBe('inconclusive')
  })

  it('a watch of which every bucket is missing is inconclusive, and the release says why', () => {
    const monitor = monitorOf(
      mode,
      minutes(() => ({ n: 6000, e: 30 })),
    )
    for (const bucket of hour(() => 'missing')) monitor.push(bucket)

    const { state, evidence } = judged(monitor)
    expect(state).toBe('inconclusive')
    expect(evidence.logE).toBeCloseTo(0, 6)
    expect(monitor.missingShare(15)).toBe(1)
    const facts = { logE: evidence.logE, streams: [evidence], final: true }
    expect(judgeRelease({ ...facts, missing: 1 }).why).toContain('telemetry is missing')
  })

  it('a million events a bucket, jumping up and down, stay numbers', () => {
    const monitor = monitorOf(
      mode,
      minutes(() => ({ n: 12_000_000, e: 60_000 })),
    )
    const sizes = [1_000_000, 0, 10, 1_000_000, 500_000]
    for (const bucket of hour((k) => bucketOf(2_000_000, sizes[k % 5]!, 1_000_000))) {
      monitor.push(bucket)
    }

    judged(monitor)
  })

  it('a monitor that was never fed answers all the same', () => {
    expect(
      judged(
        monitorOf(
          mode,
          minutes(() => ({ n: 10, e: 1 })),
        ),
      ).evidence.logE,
    ).toBe(0)
  })
})

it('a past of which every minute is missing has no baseline, and says so', () => {
  const options = { stepSeconds: 10, nuisance: coldStart.forecast, signal: 'other' as const }

  expect(forecastBaseline({ ...options, history: minutes(() => null) })).toEqual({
    ok: false,
    why: 'no-history',
  })
  expect(forecastBaseline({ ...options, history: minutes(() => ({ n: 0, e: 0 })) })).toEqual({
    ok: false,
    why: 'no-traffic',
  })
})

it('latency of which no request was ever slow stays finite at all four thresholds', () => {
  const monitor = new LatencyMonitor({
    scope,
    mode: 'split',
    startMs: 0,
    stepMs,
    nuisance: coldStart.split,
    thresholdSeconds: [0.1, 0.2, 0.3, 0.4],
  })
  for (let k = 0; k < 360; k++) monitor.push({ n1: 5, n0: 5, e1: [0, 0, 0, 0], e0: [0, 0, 0, 0] })

  const evidence = monitor.evidence({ weight: 1, full: true })
  for (const each of everyNumber(evidence)) expect(Number.isFinite(each)).toBe(true)
  expect(evidence.logE).toBeLessThan(1)
})

it.each([
  { traces: 0, requests: 0, why: 'no traffic' },
  { traces: 0, requests: 1e9, why: 'no trace in a thousand million requests' },
  { traces: 1e6, requests: 1e6, why: 'every request a new kind' },
])('new kinds: $why is a number', ({ traces, requests }) => {
  const monitor = new NewKindMonitor({ scope, startMs: 0, stepMs, historyRequests: 0 })
  for (let k = 0; k < 10; k++) monitor.push({ traces, requests })

  for (const each of everyNumber(monitor.evidence({ weight: 1, full: true }))) {
    expect(Number.isFinite(each)).toBe(true)
  }
})

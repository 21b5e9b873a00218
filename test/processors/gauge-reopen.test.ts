/** Gauges, business counters, CPU per request and restarts opened again from their checkpoints: the same bytes wherever it was cut. */
import { describe, expect, it } from 'vitest'
import { hashFacts } from '../../src/core/kernel/ids.ts'
import { gaugeLines, gaugeValues } from '../support/gauge-lines.ts'
import { houseLoad, HouseMinutes, restartsLine } from '../support/house-minutes.ts'
import { deploymentLine, spanLines } from '../support/otlp-lines.ts'
import { Pipeline } from '../support/pipeline.ts'
import { seededRandom } from '../support/random.ts'

const startMs = Date.parse('2026-11-20T10:00:00Z')
const minuteMs = 60_000
const metrics = [{ match: 'orders', signal: 'business' }] as const

type Timed = readonly [text: string, atMs: number]

const timed = (lines: readonly string[], everyMs: number, fromMs = startMs): Timed[] =>
  lines.map((text, i) => [text, fromMs + (i + 1) * everyMs])

/** Hours of two gauges of one service, a release that moves one; and a canary that loses orders. */
function lines(seed: number): Timed[] {
  const releaseMs = startMs + 500 * minuteMs
  const values = (at: number, by: number) =>
    gaugeValues({ seed: seed + at, minutes: 520, jump: { atMinute: 500, by } })
  const gauges = [15, 0].flatMap((by, i) =>
    timed(
      gaugeLines({ startMs, values: values(i, by), metric: `m_${i}`, service: 'pool' }),
      minuteMs,
    ),
  )
  const canaryMs = releaseMs
  const versions = [
    { version: '1.0', fromS: 0, toS: 1_200, rps: 6, errorRate: 0.01 },
    { version: '1.1', fromS: 420, toS: 1_200, rps: 6, errorRate: 0.01 },
  ]
  const spans = spanLines({ seed, startMs: canaryMs, seconds: 1_200, versions })
  const random = seededRandom(seed)
  const orders = versions.flatMap(({ version, fromS, toS }) => {
    let total = 0
    const each = Array.from({ length: (toS - fromS) / 10 }, () => {
      total += Math.round(60 * (version === '1.0' ? 0.9 : 0.4) + 8 * (random() - 0.5))
      return total
    })
    const sinceMs = canaryMs + fromS * 1_000
    return timed(
      gaugeLines({
        startMs: sinceMs,
        values: each,
        everyMs: 10_000,
        metric: 'orders',
        version,
        instance: version,
        sum: { temporality: 'cumulative', sinceMs },
      }),
      10_000,
      sinceMs,
    )
  })
  const events: Timed[] = [
    [deploymentLine({ atMs: canaryMs, version: '2', service: 'cart' }), canaryMs],
    [deploymentLine({ atMs: releaseMs, version: '2', service: 'pool' }), releaseMs],
    [deploymentLine({ atMs: canaryMs + 425_000, version: '1.1' }), canaryMs + 425_000],
  ]
  return [...gauges, ...cart(seed), ...timed(spans, 1_000, canaryMs), ...orders, ...events].sort(
    (a, b) => a[1] - b[1] || (a[0] < b[0] ? -1 : 1),
  )
}

/** Three hours of a service whose new version costs twice the CPU and crashes, on half of its instances. */
function cart(seed: number): Timed[] {
  const minutes = new HouseMinutes()
  const load = houseLoad({
    seed,
    requests: () => 1_200,
    cost: (_, version) => (version === '2' ? 0.02 : 0.01),
  })
  const fromMs = startMs + 320 * minuteMs
  return Array.from({ length: 200 }, (_, minute) => minute).flatMap((minute): Timed[] => {
    load.next()
    const processes = [0, 1, 2, 3].map((i) => {
      const version = minute >= 180 && i < 2 ? '2' : '1'
      const sinceMs = fromMs + (version === '2' ? 180 : 0) * minuteMs
      return { id: `${version}-${i}`, version, sinceMs, ...load.of(minute, version, 0.25) }
    })
    const endMs = fromMs + (minute + 1) * minuteMs
    const pods = processes.map(({ id, version }) => ({
      id,
      version,
      restarts: version === '2' ? minute - 180 : 0,
    }))
    return [
      [minutes.line(endMs, processes, 'cart'), endMs],
      [restartsLine(endMs, pods, 'cart'), endMs],
    ]
  })
}

function run(seed: number, reopenAt: () => boolean): Pipeline {
  const pipeline = new Pipeline({ keepsCheckpoints: true, metrics })
  for (const [text, atMs] of lines(seed)) {
    pipeline.line(text, atMs)
    pipeline.tick(atMs)
    if (reopenAt()) pipeline.engine.reopen()
  }
  pipeline.tick(startMs + 520 * minuteMs, 0, true)
  return pipeline
}

describe('gauges, business counters, CPU per request and restarts, opened again from their checkpoints', () => {
  it.each([1, 2])('go on to the same bytes wherever they were cut (seed %i)', (seed) => {
    const whole = run(seed, () => false)
    const random = seededRandom(seed)
    const cut = run(seed, () => random() < 0.02)

    const regressed = whole.verdicts.filter(
      ({ verdict, final }) => final && verdict === 'regressed',
    )
    const metrics = regressed.flatMap(({ signals }) =>
      signals.filter(({ state }) => state === 'regressed').map(({ scope }) => scope.metric),
    )
    expect(metrics).toContain('k8s.container.restarts')
    expect(metrics).toContain('process.cpu.time')
    expect(regressed.map(({ signals }) => signals[0]!.signal).sort()).toEqual([
      'business',
      'gauge',
      'gauge',
    ])
    const marks = ({ emitted }: Pipeline) =>
      emitted.map(({ topic, text }) => `${topic} ${hashFacts([text])}`)
    expect(marks(cut)).toEqual(marks(whole))
  })
})

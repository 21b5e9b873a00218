/** Business counters through replay: fewer orders of as many requests, and not one error. */
import { describe, expect, it } from 'vitest'
import type { Release } from '../../src/contracts/release.ts'
import type { Signal } from '../../src/contracts/signal.ts'
import { gaugeLines } from '../support/gauge-lines.ts'
import { deploymentLine, poisson, spanLines } from '../support/otlp-lines.ts'
import { seededRandom } from '../support/random.ts'
import { replayLines } from '../support/run-replay.ts'

const startMs = Date.parse('2026-11-20T10:00:00Z')
const minutes = 30
const metrics = [
  { match: 'orders.*', signal: 'business', direction: 'down', exposure: 'POST /orders' },
] as const

/** Orders of a version, a running total every 10 s, so many for each of its requests. */
function orders(options: {
  readonly seed: number
  readonly version: string
  readonly fromS: number
  readonly toS: number
  readonly rps: number
  readonly each: (s: number) => number
  readonly temporality?: 'delta' | 'cumulative'
}): string[] {
  const { seed, version, fromS, toS, rps, each, temporality = 'cumulative' } = options
  const random = seededRandom(seed)
  let total = 0
  const values: number[] = []
  for (let s = fromS; s < toS; s += 10) {
    const more = poisson(random, rps * 10 * each(s))
    total += more
    values.push(temporality === 'delta' ? more : total)
  }
  const sinceMs = startMs + fromS * 1000
  const sum = { temporality, sinceMs }
  return gaugeLines({
    startMs: sinceMs,
    values,
    everyMs: 10_000,
    metric: 'orders.placed',
    version,
    instance: `${version}-0`,
    sum,
  })
}

const verdictOf = (lines: Awaited<ReturnType<typeof replayLines>>, version: string) =>
  lines.findLast(
    (line) => line.type === 'verdict' && (line['release'] as Release).version === version,
  ) as unknown as { release: Release; verdict: string; signals: Signal[] }

const canaryOf = (seed: number, each: number) => {
  const seconds = minutes * 60
  const versions = [
    { version: '1.0', fromS: 0, toS: seconds, rps: 12, errorRate: 0.005 },
    { version: '1.1', fromS: 600, toS: seconds, rps: 6, errorRate: 0.005 },
  ]
  return [
    spanLines({ seed, startMs, seconds, versions }),
    ...versions.map((version, i) =>
      orders({ ...version, seed: seed + 10 + i, each: () => (i === 0 ? 0.9 : each) }),
    ),
    [deploymentLine({ atMs: startMs + 600_000, version: '1.1' })],
  ]
}

describe('a business counter', () => {
  it.each([1, 2, 3])(
    'regresses a canary whose orders fall by 40 %% without an error (seed %i)',
    async (seed) => {
      const told = verdictOf(await replayLines(canaryOf(seed, 0.54), { metrics }), '1.1')

      expect(told.verdict).toBe('regressed')
      expect(told.release.reason).toContain('orders.placed')
      const [signal] = told.signals
      expect(signal).toMatchObject({ signal: 'business', state: 'regressed', mode: 'split' })
      expect(signal!.scope.metric).toBe('orders.placed')
      expect(signal!.effect!.low).toBeLessThanOrEqual(0.6)
      expect(signal!.effect!.high).toBeGreaterThanOrEqual(0.6)
    },
  )

  it.each([1, 2, 3])('is silent while orders go on as before (seed %i)', async (seed) => {
    const told = verdictOf(await replayLines(canaryOf(seed, 0.9), { metrics }), '1.1')

    expect(told.verdict).not.toBe('regressed')
    expect(told.signals.find(({ signal }) => signal === 'business')?.state).not.toBe('suspicious')
  })

  it('is no business of releases where the settings do not name it', async () => {
    const told = verdictOf(await replayLines(canaryOf(1, 0.54)), '1.1')

    expect(told.signals.map(({ signal }) => signal)).not.toContain('business')
  })

  it.each(['delta', 'cumulative'] as const)(
    'regresses a release all at once, before against after, of %s sums (seed 7)',
    async (temporality) => {
      const seconds = 60 * 60
      const versions = [
        { version: '1.0', fromS: 0, toS: 2400, rps: 12, errorRate: 0.005 },
        { version: '1.1', fromS: 2400, toS: seconds, rps: 12, errorRate: 0.005 },
      ]
      const lines = await replayLines(
        [
          spanLines({ seed: 7, startMs, seconds, versions }),
          ...versions.map((version, i) =>
            orders({ ...version, seed: 17 + i, each: () => (i === 0 ? 0.9 : 0.5), temporality }),
          ),
          [deploymentLine({ atMs: startMs + 2_400_000, version: '1.1' })],
        ],
        { metrics },
      )
      const told = verdictOf(lines, '1.1')

      expect(told.verdict).toBe('regressed')
      expect(told.signals[0]).toMatchObject({ signal: 'business', mode: 'forecast' })
    },
  )

  it.each([
    { toS: 2400, verdict: 'inconclusive', why: 'nothing is heard of it since' },
    { toS: 6000, verdict: 'cleared', why: 'it goes on' },
  ])('that is heard to second $toS leaves a release $verdict: $why (seed 7)', async (each) => {
    const seconds = 6_000
    const version = { version: '1.1', fromS: 0, toS: seconds, rps: 12, errorRate: 0.005 }
    const both = [
      { ...version, version: '1.0', toS: 2400 },
      { ...version, fromS: 2400 },
    ]
    const counted = { ...version, toS: each.toS, seed: 17, each: () => 0.9 }
    const lines = await replayLines(
      [
        spanLines({ seed: 7, startMs, seconds, versions: both }),
        orders(counted),
        [deploymentLine({ atMs: startMs + 2_400_000, version: '1.1' })],
      ],
      { metrics },
    )
    const told = verdictOf(lines, '1.1')

    expect(told.verdict).toBe(each.verdict)
    if (each.verdict === 'inconclusive') {
      expect(told.release.reason).toContain(
        'orders.placed was counted before the release and not since',
      )
    }
  })
})

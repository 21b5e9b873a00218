/** Business counters through replay, a day of them and more: released all at once, before against after. */
import { describe, expect, it } from 'vitest'
import type { Release } from '../../src/contracts/release.ts'
import type { Signal } from '../../src/contracts/signal.ts'
import { gaugeLines, gaugeValues } from '../support/gauge-lines.ts'
import { deploymentLine, metricLines, poisson } from '../support/otlp-lines.ts'
import { seededRandom } from '../support/random.ts'
import { replayLines } from '../support/run-replay.ts'

const startMs = Date.parse('2026-11-19T00:00:00Z')
const minuteMs = 60_000
const dayMinutes = 1_440
const rps = 20
const metrics = [{ match: 'orders.*', signal: 'business', direction: 'down' }] as const

/** Requests and orders by the minute, three of ten with a small drift; a version from each of the minutes on. */
function house(options: {
  readonly seed: number
  readonly minutes: number
  readonly releasesAt: readonly number[]
  /** Orders of the last version, of the usual. */
  readonly times: number
}): string[][] {
  const { seed, minutes, releasesAt, times } = options
  const random = seededRandom(seed + 100)
  const drift = gaugeValues({ seed, minutes, level: 0, noise: 0, drift: 0.05 })
  const starts = [0, ...releasesAt]
  const versions = starts.map((from, i) => ({
    version: `1.${i}`,
    from,
    to: starts[i + 1] ?? minutes,
  }))
  const requests = metricLines({
    seed,
    startMs,
    seconds: minutes * 60,
    everyS: 60,
    temporality: 'delta',
    versions: versions.map(({ version, from, to }) => ({
      version,
      fromS: from * 60,
      toS: to * 60,
      rps,
      errorRate: 0.005,
    })),
  })
  const orders = versions.flatMap(({ version, from, to }, i) => {
    const each = rps * 60 * 0.3 * (i === releasesAt.length ? times : 1)
    return gaugeLines({
      startMs: startMs + from * minuteMs,
      values: drift.slice(from, to).map((level) => poisson(random, each * Math.exp(level))),
      metric: 'orders.placed',
      version,
      instance: `${version}-0`,
      sum: { temporality: 'delta', sinceMs: startMs },
    })
  })
  const deployments = versions
    .slice(1)
    .map(({ version, from }) => deploymentLine({ atMs: startMs + from * minuteMs, version }))
  return [requests, orders, deployments]
}

interface Told {
  readonly at: string
  readonly release: Release
  readonly verdict: string
  readonly signals: readonly Signal[]
}

async function verdictsOf(files: string[][]): Promise<Told[]> {
  const lines = await replayLines(files, { metrics })
  return lines.filter(({ type }) => type === 'verdict') as unknown as Told[]
}

describe('a business counter that has been counted for a day', () => {
  it.each([1, 2, 3])(
    'regresses a release of all at once within ten minutes, whose orders fall by four of ten (seed %i)',
    async (seed) => {
      const at = dayMinutes + 30
      const told = await verdictsOf(house({ seed, minutes: at + 20, releasesAt: [at], times: 0.6 }))
      const first = told.find(({ verdict }) => verdict === 'regressed')

      expect(first?.release.version).toBe('1.1')
      expect(first!.signals[0]).toMatchObject({ signal: 'business', mode: 'forecast' })
      expect(Date.parse(first!.at)).toBeLessThanOrEqual(startMs + (at + 10) * minuteMs)
    },
    120_000,
  )

  it.each([11, 12, 13, 14])(
    'is silent in five releases, one after the other, while orders come as before (seed %i)',
    async (seed) => {
      const releasesAt = [30, 150, 270, 390, 510].map((minutes) => dayMinutes + minutes)
      const minutes = dayMinutes + 600
      const told = await verdictsOf(house({ seed, minutes, releasesAt, times: 1 }))

      expect(new Set(told.map(({ release }) => release.version)).size).toBe(5)
      const loud = told.filter(
        ({ verdict, signals }) =>
          verdict === 'regressed' ||
          signals.some(({ signal, state }) => signal === 'business' && state === 'suspicious'),
      )
      expect(loud).toEqual([])
    },
    120_000,
  )
})

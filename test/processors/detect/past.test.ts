import { describe, expect, it } from 'vitest'
import type { EvidenceFinding, Finding } from '../../../src/contracts/findings.ts'
import type { Rollup } from '../../../src/contracts/service-events.ts'
import { Fleet } from '../../../src/processors/detect/fleet.ts'
import { freezeJudging } from '../../../src/processors/detect/judging.ts'
import { emptyPast, notePlacebo } from '../../../src/processors/detect/past-state.ts'
import { emptyService } from '../../../src/processors/detect/service-state.ts'
import { DetectUnit } from '../../support/detect-unit.ts'
import { poisson } from '../../support/otlp-lines.ts'
import { seededRandom } from '../../support/random.ts'
import { minuteOfMetrics } from '../../support/service-events.ts'

const dayMs = 86_400_000
const minuteMs = 60_000
const startMs = Date.parse('2026-06-01T00:00:00Z')

/** A minute of metrics of one version: 60 requests a second, errors by the time of day. */
function minuteOf(atMs: number, version: string, random: () => number): Rollup {
  const angle = (2 * Math.PI * (atMs % dayMs)) / dayMs
  const rate = 0.004 * Math.exp(3 * Math.sin(angle))
  const errors = poisson(random, 3600 * rate)
  const rows = [{ route: 'GET /', requests: 3600, errors, unanswered: 0, latency: null }]
  return minuteOfMetrics({ version, startMs: atMs, rows })
}

/** A release in the hours in which errors rise as they do each day, after so many days of history. */
function rising(historyDays: number, seed: number, reopens = false): Promise<number> {
  const random = seededRandom(seed)
  const told = new DetectUnit()
  const releaseMs = startMs + 10 * dayMs + 2 * 3_600_000
  const fromMs = releaseMs - Math.round(historyDays * dayMs)
  let loudest = Number.NEGATIVE_INFINITY
  const hear = (findings: readonly Finding[]) => {
    for (const finding of findings) {
      if (finding.kind !== 'evidence' || finding.release === null) continue
      loudest = Math.max(loudest, (finding as EvidenceFinding).logE)
    }
  }
  return (async () => {
    for (let atMs = fromMs; atMs < releaseMs + 100 * minuteMs; atMs += minuteMs) {
      hear(told.tell(minuteOf(atMs, atMs < releaseMs ? '1' : '2', random)))
      hear(told.tick(atMs + minuteMs))
      if (reopens && (atMs - fromMs) % (7 * 3_600_000) === 0) {
        await told.commit()
        await told.reopen()
      }
    }
    return loudest
  })()
}

describe('the past of a service', () => {
  it.each([1, 2, 3])(
    'a rise that comes every day is no effect of a release, seed %i',
    async (seed) => {
      const loudest = await rising(3.1, seed)
      expect(loudest).toBeGreaterThan(Number.NEGATIVE_INFINITY)
      expect(loudest).toBeLessThan(Math.log(10))
    },
  )

  it('is what tells: after two hours of it the same rise would be one', async () => {
    expect(await rising(0.1, 1)).toBeGreaterThan(Math.log(10))
  })

  it('comes back from the store as it was', async () => {
    expect(await rising(3.1, 1, true)).toBe(await rising(3.1, 1))
  })
})

describe('what log evidence is divided by', () => {
  const question = (fleet: readonly number[]) => ({
    source: 'spans' as const,
    routes: [],
    fleet: { maxima: () => fleet, nuisance: () => null },
  })

  it('is 1 while nothing is known, and for a service that is as quiet as it should be', () => {
    const state = emptyService('production/shop/checkout')
    expect(freezeJudging(state, question([]))).toMatchObject({ kappas: [], untrusted: [] })
    for (let at = 0; at < 50; at++) notePlacebo(state.past, { atMs: at, maxima: { errors: 1.5 } })
    expect(freezeJudging(state, question(Array(100).fill(1.2)))).toMatchObject({ kappas: [] })
  })

  it('grows with the service’s own false alarms, and with those of its neighbours while it has few', () => {
    const loud = emptyService('production/shop/checkout')
    for (let at = 0; at < 100; at++) notePlacebo(loud.past, { atMs: at, maxima: { errors: 9.2 } })
    const [[, own] = ['', 0]] = freezeJudging(loud, question([])).kappas
    expect(own).toBeCloseTo((100 * 9.2 + 20 * 2.3) / 120 / Math.log(10), 6)
    const none = emptyService('production/shop/cart')
    const { kappas } = freezeJudging(none, question(Array(30).fill(4.6)))
    expect(kappas.map(([signal]) => signal)).toEqual([
      'errors',
      'latency',
      'traffic',
      'availability',
    ])
    expect(kappas[0]![1]).toBeCloseTo(2, 2)
  })

  it('does not help a service whose quiet hours are alarms: it is not believed', () => {
    const state = emptyService('production/shop/checkout')
    for (let at = 0; at < 200; at++) {
      notePlacebo(state.past, { atMs: at, maxima: { traffic: at % 20 === 0 ? 400 : 0.5 } })
    }
    expect(freezeJudging(state, question([])).untrusted).toEqual([['traffic', 0.05]])
  })

  it('keeps the placebos of four weeks, at most 200', () => {
    const past = emptyPast()
    for (let at = 0; at < 300; at++)
      notePlacebo(past, { atMs: at * 3_600_000, maxima: { errors: at } })
    expect(past.placebos).toHaveLength(200)
    notePlacebo(past, { atMs: 299 * 3_600_000 + 28 * dayMs, maxima: {} })
    expect(past.placebos).toHaveLength(1)
  })

  it('of the neighbours is the same in whatever order they came, and an even sample of many', () => {
    const placebos = Array.from({ length: 50 }, (_, at) => ({
      atMs: at,
      maxima: { errors: (at * 7) % 50 },
    }))
    const [one, two] = [new Fleet(), new Fleet()]
    one.replace([], placebos)
    for (const each of placebos.toReversed()) two.replace([], [each])
    expect(one.maxima('errors')).toEqual(two.maxima('errors'))
    one.replace(placebos, placebos.slice(10))
    expect(one.maxima('errors')).toHaveLength(40)
    const many = Array.from({ length: 9_000 }, (_, at) => ({ atMs: at, maxima: { traffic: at } }))
    one.replace([], many)
    const sample = one.maxima('traffic')
    expect(sample).toHaveLength(2_000)
    expect([sample[0], sample[1_999]]).toEqual([0, 8_999])
    expect(Math.abs(sample[1_800]! - 8_100)).toBeLessThan(10)
  })
})

it('a service that is new is judged by the unrest of its neighbours', () => {
  const fleet = new Fleet()
  const neighbour = emptyService('production/shop/cart')
  const nuisance = { eta: 0.5, tau: 0.2, phiPerMinute: 0.95 }
  const fit = {
    nuisance,
    season: null,
    weakHistory: false,
    from: 'own' as const,
    minutes: 9_000,
    events: 900,
  }
  neighbour.past.fits.set('errors metrics ', { fit, atMs: 0 })
  fleet.join(neighbour.past)
  const question = { source: 'metrics' as const, routes: [], fleet }
  const state = emptyService('production/shop/new')
  expect(freezeJudging(state, question).fits).toEqual([['errors ', { nuisance, season: null }]])
  fleet.leave(neighbour.past)
  expect(freezeJudging(state, question).fits).toEqual([])
})

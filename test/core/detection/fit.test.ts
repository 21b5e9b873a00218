/** What a stream's past says, on synthetic pasts of the simulator's kind. */
import { expect, it } from 'vitest'
import { forecastBaseline, logRateAt } from '../../../src/core/detection/baseline.ts'
import { calibrate } from '../../../src/core/detection/calibrate.ts'
import { between, fitStream, fleetNuisance } from '../../../src/core/detection/fit.ts'
import { coldStart } from '../../../src/core/detection/parameters.ts'
import { type Bucket, SimulatedService } from '../../support/traffic-simulator.ts'

const endMs = Date.UTC(2026, 10, 22)
const fleet = { eta: 0.5, tau: 0.2, phiPerMinute: 0.9 }

const past = (rps: number, minutes: number, seed: number) =>
  new SimulatedService({ rps, minutes, rate: 0.005, share: 1 }, seed).draw(
    0,
    minutes,
    () => 0,
    false,
  )

const sums = (buckets: readonly Bucket[], size: number) =>
  Array.from({ length: Math.floor(buckets.length / size) }, (_, i) =>
    buckets
      .slice(i * size, (i + 1) * size)
      .reduce(({ n, e }, { n1, e1 }) => ({ n: n + n1, e: e + e1 }), { n: 0, e: 0 }),
  )

const forecastPast = (buckets: readonly Bucket[]) => ({
  mode: 'forecast' as const,
  history: sums(buckets, 6),
  historySeconds: 60,
  endMs,
  recent: sums(buckets.slice(-720), 1),
})

it.each([
  { hours: 48, from: 'own', waves: 2, weak: false, why: 'two days: own fit, two harmonics' },
  { hours: 30, from: 'own', waves: 1, weak: false, why: 'one day: own fit, one harmonic' },
  { hours: 12, from: 'mixed', waves: null, weak: false, why: 'half a day: halfway to the fleet' },
  { hours: 5, from: 'fleet', waves: null, weak: true, why: 'below six hours the fleet speaks' },
])('of $hours h of history: $why (seed 3)', ({ hours, from, waves, weak }) => {
  const fit = fitStream(forecastPast(past(100, hours * 60, 3)), fleet)

  expect(fit.from).toBe(from)
  expect(fit.weakHistory).toBe(weak)
  expect(fit.season?.periodsMinutes.length ?? null).toBe(waves)
})

it('without a fleet a short history takes the defaults', () => {
  const fit = fitStream(forecastPast(past(100, 60, 3)), null)

  expect(fit).toMatchObject({ from: 'default', nuisance: coldStart.forecast, weakHistory: true })
})

it('a day with fewer than 200 events is no own fit: the fewer, the nearer to the fleet (seed 4)', () => {
  const fit = fitStream(forecastPast(past(0.2, 1440, 4)), fleet)

  expect(fit.events).toBeLessThan(200)
  expect(fit.from).toBe('mixed')
  expect(fit.season).toBeNull()
})

it('a past without a single event is judged with what the fleet knows', () => {
  const quiet = forecastPast(past(100, 1440, 5).map((each) => ({ ...each, e1: 0 })))

  expect(fitStream(quiet, fleet)).toMatchObject({ from: 'fleet', nuisance: fleet, season: null })
})

it('a past of which nothing was recorded is judged with what the fleet knows', () => {
  const gone = { ...forecastPast([]), history: Array.from({ length: 3000 }, () => null) }

  expect(fitStream(gone, fleet)).toMatchObject({ from: 'fleet', weakHistory: true, minutes: 0 })
})

it('the season follows the day, and the forecast with it (seed 6)', () => {
  const history = Array.from({ length: 3 * 1440 }, (_, minute) => {
    const rate = 0.01 * Math.exp(0.5 * Math.sin((2 * Math.PI * minute) / 1440))
    return { n: 60_000, e: Math.round(60_000 * rate) }
  })
  const fit = fitStream({ mode: 'forecast', history, historySeconds: 60, endMs, recent: [] }, null)
  const answer = forecastBaseline({
    history: history.slice(-90),
    stepSeconds: 10,
    nuisance: fit.nuisance,
    signal: 'other',
    season: { fitted: fit.season!, endMs },
  })
  if (!answer.ok) throw new Error(answer.why)

  const at = (hours: number) => logRateAt(answer.baseline, endMs + hours * 3_600_000)
  expect(at(6)).toBeCloseTo(Math.log(0.01) + 0.5, 2)
  expect(at(18)).toBeCloseTo(Math.log(0.01) - 0.5, 2)
})

it('the mean of two fits is in log space, of phi by its correlation time', () => {
  const own = { eta: 0.25, tau: 0.1, phiPerMinute: Math.exp(-1 / 10) }
  const usual = { eta: 1, tau: 0.4, phiPerMinute: Math.exp(-1 / 90) }
  const mean = between(own, usual, 0.5)

  expect(mean.eta).toBeCloseTo(0.5, 12)
  expect(mean.tau).toBeCloseTo(0.2, 12)
  expect(-1 / Math.log(mean.phiPerMinute)).toBeCloseTo(30, 9)
  expect(between(own, usual, 1).tau).toBeCloseTo(own.tau, 12)
})

it('the fleet is the median of each parameter', () => {
  const fits = [0.1, 0.3, 0.2].map((tau, i) => ({ eta: 0.2 + i / 10, tau, phiPerMinute: 0.9 }))

  expect(fleetNuisance(fits)).toEqual({ eta: 0.30000000000000004, tau: 0.2, phiPerMinute: 0.9 })
  expect(fleetNuisance([])).toBeNull()
})

const placebos = (count: number, value: (i: number) => number) =>
  Array.from({ length: count }, (_, i) => value(i))

it.each([
  { own: [], fleet: [], signal: 'errors' as const, kappa: 1, why: 'counts begin at 1' },
  {
    own: [],
    fleet: placebos(19, () => 30),
    signal: 'errors' as const,
    kappa: 1,
    why: '19 placebos are too few for a fleet',
  },
  {
    own: [],
    fleet: placebos(20, () => 4.605170186),
    signal: 'errors' as const,
    kappa: 2,
    why: 'from 20 on the fleet is heard',
  },
  {
    own: [],
    fleet: [],
    signal: 'gauge' as const,
    kappa: 9.2 / Math.log(10),
    why: 'gauges begin at 4',
  },
  {
    own: placebos(20, () => 9.210340372),
    fleet: placebos(20, () => 4.605170186),
    signal: 'errors' as const,
    kappa: 3,
    why: '20 own placebos weigh as much as the fleet',
  },
])('kappa is $kappa: $why', ({ own, fleet: pool, signal, kappa }) => {
  expect(calibrate({ signal, mode: 'forecast', own, fleet: pool }).kappa).toBeCloseTo(kappa, 6)
})

it('a detector whose placebos go off in more than 2 of 100 is not believed, once there are 200', () => {
  const loud = (count: number) =>
    calibrate({
      signal: 'errors',
      mode: 'forecast',
      own: placebos(count, (i) => (i % 20 === 0 ? 50 : 0.1)),
      fleet: [],
    })

  expect(loud(199)).toMatchObject({ trusted: true })
  expect(loud(200)).toMatchObject({ trusted: false, falseShare: 0.05 })
})

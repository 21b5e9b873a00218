/** The simulator does what the reference says of it (detection reference, section 18). */
import { expect, it } from 'vitest'
import { tailSlowdown } from '../../../src/cli/evaluate/effects.ts'
import { Drift, driftCoefficient, Incidents } from '../../../src/cli/evaluate/latents.ts'
import { Draws, mixedSeed } from '../../../src/cli/evaluate/random.ts'
import { bucketsPerMinute, perRoute, SyntheticService } from '../../../src/cli/evaluate/service.ts'
import { fitStream } from '../../../src/core/detection/fit.ts'
import { expectClose, vectors } from '../../support/vectors.ts'

const moments = (values: readonly number[]) => {
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length
  const variance = values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / values.length
  return { mean, variance }
}

it.each([
  { mean: 0.4, size: 1, why: 'few, alone' },
  { mean: 4, size: 2, why: 'in twos' },
  { mean: 90, size: 2.9, why: 'many, in large clusters' },
])('clusters of mean $mean have variance (2m - 1) mean: $why (seed 1)', ({ mean, size }) => {
  const draws = new Draws(1)
  const found = moments(Array.from({ length: 60_000 }, () => draws.clusters(mean, size)))

  expect(Math.abs(found.mean / mean - 1)).toBeLessThan(0.03)
  expect(Math.abs(found.variance / ((2 * size - 1) * mean) - 1)).toBeLessThan(0.05)
})

it.each([0.3, 5, 11.9, 12.1, 40, 3000])(
  'a Poisson of mean %d has that mean and variance (seed 2)',
  (mean) => {
    const draws = new Draws(2)
    const found = moments(Array.from({ length: 60_000 }, () => draws.poisson(mean)))

    expect(Math.abs(found.mean - mean)).toBeLessThan(0.02 * Math.sqrt(mean))
    expect(Math.abs(found.variance / mean - 1)).toBeLessThan(0.04)
  },
)

it.each([1, 6])(
  'drift has its deviation, and a lag-1 correlation of exp(-1/(6c)), asked for every %d buckets (seed 3)',
  (step) => {
    const drift = new Drift(new Draws(3), 0.2, 5)
    const values = Array.from({ length: 60_000 }, (_, i) => drift.at(i * step))
    const { mean, variance } = moments(values)
    const lagged = values.slice(1).map((value, i) => (value - mean) * (values[i]! - mean))

    expect(Math.sqrt(variance)).toBeCloseTo(0.2, 2)
    expect(moments(lagged).mean / variance).toBeCloseTo(Math.exp(-step / 30), 2)
  },
)

it('there are four incidents a day, x2 to x8, of three minutes in the mean (seed 4)', () => {
  const days = 1000
  const { all } = new Incidents(new Draws(4), days * 8640)

  expect(Math.abs(all.length / days - 4)).toBeLessThan(0.2)
  expect(Math.min(...all.map(({ height }) => height))).toBeGreaterThanOrEqual(Math.log(2))
  expect(Math.max(...all.map(({ height }) => height))).toBeLessThanOrEqual(Math.log(8))
  const minutes = moments(all.map(({ start, end }) => (end - start) / bucketsPerMinute)).mean
  expect(Math.abs(minutes - 3)).toBeLessThan(0.2)
})

it('simulator_constants: factors of a slower tail, and the drift of a bucket', () => {
  const { expected } = vectors<{
    expected: { p99_factor: Record<string, number>; ar_phi: Record<string, number> }
  }>('detection', 'simulator_constants')

  for (const [x, factor] of Object.entries(expected.p99_factor)) {
    expectClose(Math.exp(tailSlowdown(Number(x), 0.99)), factor)
  }
  for (const [minutes, phi] of Object.entries(expected.ar_phi)) {
    expectClose(driftCoefficient(Number(minutes)), phi)
  }
})

it('a slower tail leaves the p90 alone', () => {
  expect(tailSlowdown(0.25, 0.9)).toBe(0)
  expect(tailSlowdown(0.25, 0.95)).toBeGreaterThan(0)
})

const serviceOf = (share: number, seed: number, rps = 100) =>
  new SyntheticService({ rps, routes: 1, share, buckets: 100_000 }, seed)

it('fits come out about where the reference has them: eta .3 to .45, tau .15 to .25 (seeds 1 to 9)', () => {
  const fits = Array.from({ length: 9 }, (_, seed) => {
    const service = serviceOf(1, seed + 1)
    const next = (buckets: number) => {
      const [n, e] = service.counts(at, buckets, null).one
      at += buckets
      return { n: n!, e: e! }
    }
    let at = 0
    const history = Array.from({ length: 2 * 1440 - 120 }, () => next(6))
    const recent = Array.from({ length: 720 }, () => next(1))
    const endMs = at * 10_000
    return fitStream({ mode: 'forecast', history, historySeconds: 60, recent, endMs }, null)
      .nuisance
  })
  const middle = (of: (fit: (typeof fits)[0]) => number) => fits.map(of).sort((a, b) => a - b)[4]!

  expect(middle((fit) => fit.eta)).toBeGreaterThan(0.2)
  expect(middle((fit) => fit.eta)).toBeLessThan(0.5)
  expect(middle((fit) => fit.tau)).toBeGreaterThanOrEqual(0.15)
  expect(middle((fit) => fit.tau)).toBeLessThanOrEqual(0.3)
  expect(middle((fit) => fit.phiPerMinute)).toBeGreaterThanOrEqual(0.95)
}, 60_000)

it('counts above higher thresholds are never more than above lower ones, nor than requests (seed 5)', () => {
  const service = serviceOf(0.2, 5)
  for (let k = 0; k < 2000; k++) {
    const { one, zero } = service.counts(k, 1, null)
    for (const row of [one, zero]) {
      expect(row.length).toBe(perRoute)
      const [n, , ...slow] = row
      for (const [q, count] of slow.entries()) expect(count).toBeLessThanOrEqual(slow[q - 1] ?? n!)
      expect(row[1]!).toBeLessThanOrEqual(n!)
    }
  }
})

it('the same seed gives the same service, another one another (seeds 6 and 7)', () => {
  const told = (seed: number) => {
    const service = serviceOf(0.2, seed)
    return Array.from({ length: 20 }, (_, k) => [...service.counts(k, 1, null).one])
      .flat()
      .join()
  }

  expect(told(6)).toBe(told(6))
  expect(told(6)).not.toBe(told(7))
  expect(mixedSeed(1, 'a', 2)).not.toBe(mixedSeed(1, 'a', 3))
})

import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  type FilterSpec,
  evidenceSpec,
  filterModel,
} from '../../../src/core/detection/filter-model.ts'
import { ForwardFilter } from '../../../src/core/detection/forward-filter.ts'
import {
  type Observation,
  type SplitCounts,
  forecastObservation,
  splitObservation,
} from '../../../src/core/detection/observation.ts'
import { onsetPosterior } from '../../../src/core/detection/onset.ts'
import { type Mode, coldStart, rising } from '../../../src/core/detection/parameters.ts'
import { expectAllClose, expectClose, vectors } from '../../support/vectors.ts'

const seed = 20_261_122
const spec = (mode: Mode, over: Partial<FilterSpec> = {}): FilterSpec => ({
  ...evidenceSpec({ mode, nuisance: coldStart[mode], grid: rising, stepSeconds: 10 }),
  ...over,
})
const sum = (values: ArrayLike<number>) => Array.from(values).reduce((a, b) => a + b, 0)

const counts = (max: number) => fc.integer({ min: 0, max })
const split = fc.record({ n1: counts(5_000), n0: counts(20_000), e1: counts(60), e0: counts(200) })
const forecast = fc.record({
  n: counts(20_000),
  e: counts(200),
  logRate: fc.double({ min: -9, max: -1, noNaN: true }),
})
const watchOf = (mode: Mode): fc.Arbitrary<Observation[]> =>
  fc.array(mode === 'split' ? split.map(splitObservation) : forecast.map(forecastObservation), {
    minLength: 1,
    maxLength: 25,
  })
const modes: Mode[] = ['split', 'forecast']

describe.each(modes)(`laws of the %s filter (seed ${seed})`, (mode) => {
  it('keeps the mass of both models at 1 after each bucket', () => {
    fc.assert(
      fc.property(watchOf(mode), (watch) => {
        const filter = new ForwardFilter(filterModel(spec(mode)))
        for (const each of watch) {
          filter.observe(each)
          expect(sum(filter.effectShares())).toBeCloseTo(1, 9)
          expect(sum(filter.nullShares())).toBeCloseTo(1, 9)
        }
      }),
      { seed, numRuns: 40 },
    )
  })

  it('gives no evidence when the only effect tested is the null itself', () => {
    const grid = { ...rising, thetas: [rising.thetaMin], weights: [1] }
    fc.assert(
      fc.property(watchOf(mode), (watch) => {
        const filter = new ForwardFilter(filterModel(spec(mode, { grid })))
        for (const each of watch) filter.observe(each)
        expect(filter.logE).toBeCloseTo(0, 8)
      }),
      { seed, numRuns: 40 },
    )
  })

  it('finds the same total likelihood by enumerating all onsets', () => {
    const step = fc.record({ seen: fc.boolean(), step: fc.constantFrom(false, false, false, true) })
    fc.assert(
      fc.property(
        watchOf(mode),
        fc.array(step, { minLength: 25, maxLength: 25 }),
        (watch, plan) => {
          const model = filterModel(spec(mode, { hazard: 0.05 }))
          const filter = new ForwardFilter(model)
          const buckets = watch.map((observation, k) => ({
            observation: plan[k]!.seen ? observation : null,
            freshness: null,
            step: plan[k]!.step,
          }))
          for (const each of buckets) {
            if (each.step) filter.startAgain(0.7)
            if (each.observation) filter.observe(each.observation)
            else filter.skip()
          }
          expectClose(onsetPosterior(model, model.space.start, buckets).logTotal, filter.logTotal)
        },
      ),
      { seed, numRuns: 25 },
    )
  })

  it('stays finite for a million events a bucket, whatever they jump to', () => {
    const n = 2_000_000
    const sizes = [1_000_000, 10, 1_000_000, 0, 900_000, 1_000_000]
    const filter = new ForwardFilter(filterModel(spec(mode)))
    for (const e of sizes) {
      filter.observe(
        mode === 'split'
          ? splitObservation({ n1: n, e1: e, n0: n, e0: 1_000_000 - e })
          : forecastObservation({ n, e, logRate: Math.log(0.005) }),
      )
      expect(Number.isFinite(filter.logE)).toBe(true)
      expect(sum(filter.effectShares())).toBeCloseTo(1, 9)
      expect(sum(filter.nullShares())).toBeCloseTo(1, 9)
    }
  })

  it('learns nothing from a missing bucket', () => {
    const filter = new ForwardFilter(filterModel(spec(mode)))
    filter.observe(
      mode === 'split'
        ? splitObservation({ n1: 200, e1: 9, n0: 800, e0: 4 })
        : forecastObservation({ n: 1000, e: 13, logRate: Math.log(0.005) }),
    )
    const before = { logE: filter.logE, shares: filter.effectShares() }
    for (let k = 0; k < 50; k++) filter.skip()

    expectClose(filter.logE, before.logE)
    expectAllClose(filter.effectShares(), [...before.shares])
  })
})

describe('laws of the split filter alone', () => {
  it('ignores a constant factor on all exposures', () => {
    const busy = fc.record({
      n1: fc.integer({ min: 1, max: 900 }),
      n0: fc.integer({ min: 1, max: 900 }),
      e1: counts(60),
      e0: counts(200),
    })
    fc.assert(
      fc.property(fc.array(busy, { minLength: 1, maxLength: 20 }), (watch) => {
        const run = (factor: number) => {
          const filter = new ForwardFilter(filterModel(spec('split')))
          for (const { n1, n0, ...events } of watch) {
            filter.observe(splitObservation({ n1: n1 * factor, n0: n0 * factor, ...events }))
          }
          return filter.logE
        }
        expectClose(run(1000), run(1))
      }),
      { seed, numRuns: 40 },
    )
  })

  it('leaves the evidence where it is when nothing failed on either side', () => {
    const quiet: SplitCounts = { n1: 200, e1: 0, n0: 800, e0: 0 }
    const filter = new ForwardFilter(filterModel(spec('split')))
    filter.observe(splitObservation({ ...quiet, e1: 5, e0: 3 }))
    const before = filter.logE
    filter.observe(splitObservation(quiet))
    expectClose(filter.logE, before)
  })

  it('filter_canary_20: posterior of the onset over all buckets', () => {
    const { input, expected } = vectors<{
      input: Record<'n1' | 'n0' | 'e1' | 'e0' | 'thetas' | 'weights' | 'warm', number[]> &
        Record<'tau' | 'phi_min' | 'eta' | 'start' | 'haz', number> & { warm_prior: number[] }
      expected: { 'p_onset_theta_min_1.0': number[] }
    }>('detection', 'filter_canary_20')
    const model = filterModel(
      spec('split', {
        nuisance: { eta: input.eta, tau: input.tau, phiPerMinute: input.phi_min },
        grid: { ...rising, thetas: input.thetas, weights: input.weights, thetaMin: 1 },
        start: input.start,
        hazard: input.haz,
        warmUps: input.warm,
        warmUpPrior: input.warm_prior,
        kernel: 'every_bucket',
      }),
    )
    const buckets = input.n1.map((n1, k) => ({
      observation: splitObservation({ n1, n0: input.n0[k]!, e1: input.e1[k]!, e0: input.e0[k]! }),
      freshness: null,
      step: false,
    }))
    const { shares } = onsetPosterior(model, model.space.start, buckets)
    expectAllClose(shares, expected['p_onset_theta_min_1.0'])
  })
})

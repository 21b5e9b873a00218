/**
 * The product's filter agrees with one written a second time, without any of its tricks.
 * CULPRIT_PLAIN_STREAMS=10000 runs as many random streams; by default a few hundred.
 */
import fc from 'fast-check'
import { expect, it } from 'vitest'
import { filterModel } from '../../../src/core/detection/filter-model.ts'
import { ForwardFilter } from '../../../src/core/detection/forward-filter.ts'
import { forecastObservation, splitObservation } from '../../../src/core/detection/observation.ts'
import { referenceIncidents } from '../../support/vectors.ts'
import { type PlainBucket, PlainFilter, type PlainSpec } from '../../support/plain-filter.ts'

const seed = 20_261_129
const streams = Number(process.env['CULPRIT_PLAIN_STREAMS'] ?? 400)

const falls = {
  thetaMin: 1,
  thetas: [0.8, 0.5, 0.2, 0.05, 0.001],
  weights: [0.2, 0.2, 0.2, 0.2, 0.2],
}
const rises = {
  thetaMin: 1.2,
  thetas: [1.25, 1.5, 2, 3, 5, 10],
  weights: [0.2, 0.2, 0.2, 0.15, 0.15, 0.1],
}
const specs: fc.Arbitrary<PlainSpec> = fc
  .record({
    mode: fc.constantFrom('split' as const, 'forecast' as const),
    eta: fc.double({ min: 0.1, max: 1, noNaN: true }),
    tau: fc.double({ min: 0.03, max: 0.5, noNaN: true }),
    phiPerMinute: fc.double({ min: 0.7, max: 0.995, noNaN: true }),
    grid: fc.constantFrom(rises, { ...rises, thetaMin: 1 }, falls),
    start: fc.constantFrom(0.1, 0.7),
    hazard: fc.constantFrom(0.1 / 360, 0.3 / 360, 0.05),
    returnHazard: fc.constantFrom(0, 1 / 180),
    warm: fc.constantFrom(
      { warmUps: [0, 0.4, 0.8], warmUpPrior: [0.4, 0.4, 0.2] },
      { warmUps: [0], warmUpPrior: [1] },
    ),
    kernel: fc.constantFrom('every_bucket' as const, 'every_minute' as const),
    spread: fc.constantFrom(0, 0.05, 0.16),
  })
  .map(({ grid, warm, ...rest }) => ({ ...rest, ...grid, ...warm }))

const count = (max: number) => fc.oneof(fc.integer({ min: 0, max: 3 }), fc.integer({ min: 0, max }))
const real = (min: number, max: number) => fc.double({ min, max, noNaN: true })
/**
 * Up to 15 times what is usual, and some. Not hundreds of deviations to and fro: what the first bucket makes
 * less likely than 1e-200 the product takes for impossible, and the plain form does not.
 */
const events = (n: number, rate: number, factor: number, some: number) =>
  Math.min(n, Math.round(n * rate * factor) + some)
const split = fc
  .record({
    n1: count(9000),
    n0: count(40_000),
    logRate: real(-8, -3),
    factor: real(0, 15),
    common: real(0.3, 3),
    some: count(3),
  })
  .map(({ n1, n0, logRate, factor, common, some }) => ({
    n1,
    e1: events(n1, Math.exp(logRate) * common, factor, some),
    n0,
    e0: events(n0, Math.exp(logRate), common, some),
  }))
const forecast = fc
  .record({ n: count(10_000), logRate: real(-8, -4), factor: real(0, 15), some: count(3) })
  .map(({ n, logRate, factor, some }) => ({
    n,
    e: events(n, Math.exp(logRate), factor, some),
    logRate,
  }))
const missing = fc.constant('missing' as const)
const watches = (mode: PlainSpec['mode']): fc.Arbitrary<PlainBucket[]> =>
  fc.array(
    fc.oneof(
      { weight: 9, arbitrary: mode === 'split' ? split : forecast },
      { weight: 1, arbitrary: missing },
    ),
    { minLength: 1, maxLength: 14 },
  )
const cases = specs.chain((spec) => watches(spec.mode).map((buckets) => ({ spec, buckets })))

it(`agrees with the plain filter to 1e-6 on ${streams} random streams (seed ${seed})`, () => {
  fc.assert(
    fc.property(cases, ({ spec, buckets }) => {
      const { eta, tau, phiPerMinute, thetas, weights, thetaMin, spread, ...rest } = spec
      const product = new ForwardFilter(
        filterModel({
          ...rest,
          nuisance: { eta, tau, phiPerMinute },
          grid: { direction: thetaMin === 1 ? 'falling' : 'rising', thetas, weights, thetaMin },
          stepSeconds: 10,
          ...referenceIncidents,
          incidentSpread: spread,
        }),
      )
      const plain = new PlainFilter(spec)
      for (const bucket of buckets) {
        plain.push(bucket)
        if (bucket === 'missing') product.skip()
        else if ('n1' in bucket) product.observe(splitObservation(bucket))
        else product.observe(forecastObservation(bucket))
        // Where the plain form has lost its numbers to underflow there is nothing to compare.
        if (!Number.isFinite(plain.logE)) return
        const tolerance = 1e-6 * Math.max(1, Math.abs(plain.logE))
        expect(Math.abs(product.logE - plain.logE)).toBeLessThanOrEqual(tolerance)
      }
    }),
    { seed, numRuns: streams },
  )
}, 1_200_000)

it.each(['split', 'forecast'] as const)(
  'agrees with the plain filter over an hour, past the merging of the warm-ups (%s)',
  (mode) => {
    const spec: PlainSpec = {
      mode,
      eta: 0.35,
      tau: 0.15,
      phiPerMinute: 0.95,
      ...rises,
      start: 0.7,
      hazard: 0.3 / 360,
      returnHazard: 0,
      warmUps: [0, 0.4, 0.8],
      warmUpPrior: [0.4, 0.4, 0.2],
      kernel: 'every_minute',
      spread: 0.16,
    }
    const { eta, tau, phiPerMinute, thetas, weights, thetaMin, spread, ...rest } = spec
    const model = filterModel({
      ...rest,
      nuisance: { eta, tau, phiPerMinute },
      grid: { direction: 'rising', thetas, weights, thetaMin },
      stepSeconds: 10,
      ...referenceIncidents,
      incidentSpread: spread,
    })
    const product = new ForwardFilter(model)
    const plain = new PlainFilter(spec)
    for (let k = 0; k < 360; k++) {
      const e = 5 + ((k * 7919) % 5) + (k > 250 ? 4 : 0)
      if (mode === 'split') {
        const bucket = { n1: 200, n0: 800, e1: e % 4, e0: e }
        plain.push(bucket)
        product.observe(splitObservation(bucket))
      } else {
        const bucket = { n: 1000, e, logRate: Math.log(0.007) }
        plain.push(bucket)
        product.observe(forecastObservation(bucket))
      }
    }
    expect(product.warmUpShares()).toEqual([1])
    expect(Math.abs(product.logE - plain.logE)).toBeLessThanOrEqual(1e-6)
  },
)

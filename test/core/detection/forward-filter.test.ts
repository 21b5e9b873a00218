import { describe, it } from 'vitest'
import { type FilterSpec, filterModel } from '../../../src/core/detection/filter-model.ts'
import { ForwardFilter } from '../../../src/core/detection/forward-filter.ts'
import { NullFilter } from '../../../src/core/detection/null-filter.ts'
import { forecastObservation, splitObservation } from '../../../src/core/detection/observation.ts'
import { stateSpace } from '../../../src/core/detection/state-space.ts'
import { expectAllClose, expectClose, referenceIncidents, vectors } from '../../support/vectors.ts'

interface FilterInput {
  tau: number
  phi_min: number
  eta: number
  start: number
  haz: number
  theta_min: number
  thetas: number[]
  weights: number[]
  warm: number[]
  warm_prior: number[]
  return_hazard?: number
}

const specOf = (mode: 'split' | 'forecast', input: FilterInput): FilterSpec => ({
  mode,
  nuisance: { eta: input.eta, tau: input.tau, phiPerMinute: input.phi_min },
  grid: {
    direction: 'rising',
    thetas: input.thetas,
    weights: input.weights,
    thetaMin: input.theta_min,
  },
  stepSeconds: 10,
  start: input.start,
  hazard: input.haz,
  returnHazard: input.return_hazard ?? 0,
  warmUps: input.warm,
  warmUpPrior: input.warm_prior,
  kernel: 'every_bucket',
  ...referenceIncidents,
})

interface Series {
  n: number[]
  e: number[]
  log_rate: number[]
}
const forecasts = ({ n, e, log_rate }: Series) =>
  n.map((each, k) => forecastObservation({ n: each, e: e[k]!, logRate: log_rate[k]! }))

describe('reference vectors', () => {
  it('gives one update of the split filter', () => {
    const { input, expected } = vectors<{
      input: Omit<FilterInput, 'warm' | 'warm_prior'> & {
        warm: number
        e1: number
        e0: number
        n1: number
        n0: number
      }
      expected: Record<string, number> & { alt_mass: number[]; null_u: number[] }
    }>('detection', 'filter_one_update')
    const model = filterModel(specOf('split', { ...input, warm: [input.warm], warm_prior: [1] }))
    const filter = new ForwardFilter(model)
    filter.observe(splitObservation(input))

    expectClose(filter.logNull, expected['log_null']!)
    expectClose(filter.logTotal, expected['log_total']!)
    expectClose(filter.logE, expected['logE']!)
    expectAllClose(filter.effectShares(), [expected['pre_mass']!, ...expected.alt_mass])
    expectAllClose(filter.nullShares(), expected.null_u)
  })

  it.each([1, 1.2])('gives 20 buckets of the split filter with theta_min %d', (thetaMin) => {
    const { input, expected } = vectors<{
      input: FilterInput & { n1: number[]; n0: number[]; e1: number[]; e0: number[] }
      expected: Record<
        string,
        {
          logE: number[]
          p_pre: number
          p_theta: number[]
          p_warm: number[]
          ltot: number
          lnull: number
        }
      >
    }>('detection', 'filter_canary_20')
    const filter = new ForwardFilter(
      filterModel(specOf('split', { ...input, theta_min: thetaMin })),
    )
    const logE = input.n1.map((n1, k) => {
      const counts = { n1, n0: input.n0[k]!, e1: input.e1[k]!, e0: input.e0[k]! }
      filter.observe(splitObservation(counts))
      return filter.logE
    })
    const want = expected[`theta_min_${thetaMin.toFixed(1)}`]!

    expectAllClose(logE, want.logE)
    expectAllClose(filter.effectShares(), [want.p_pre, ...want.p_theta])
    expectAllClose(filter.warmUpShares(), want.p_warm)
    expectClose(filter.logTotal, want.ltot)
    expectClose(filter.logNull, want.lnull)
  })

  it('gives burn-in and watch of the forecast filter', () => {
    const { input, expected } = vectors<{
      input: FilterInput & { burn_in: Series; watch: Series }
      expected: {
        burn_in_loglik: number
        burst_after_burn_in: number[]
        logE: number[]
        p_burst: number[]
        p_affected: number[]
      }
    }>('detection', 'filter_before_after')
    const spec = specOf('forecast', input)
    const before = new NullFilter({ space: stateSpace({ ...spec, stepSeconds: 60 }) })
    for (const each of forecasts(input.burn_in)) before.observe(each)
    const initial = before.shares()
    const incident = [0, 1, 2].map((b) =>
      initial.subarray(b * 15, b * 15 + 15).reduce((sum, mass) => sum + mass, 0),
    )

    expectClose(before.logLikelihood, expected.burn_in_loglik)
    expectAllClose(incident, expected.burst_after_burn_in)

    const filter = new ForwardFilter(filterModel(spec), initial)
    const after = forecasts(input.watch).map((each) => {
      filter.observe(each)
      return [filter.logE, filter.incidentShare(), 1 - filter.effectShares()[0]!]
    })
    expectAllClose(
      after.map((each) => each[0]!),
      expected.logE,
      'logE',
    )
    expectAllClose(
      after.map((each) => each[1]!),
      expected.p_burst,
      'p_burst',
    )
    expectAllClose(
      after.map((each) => each[2]!),
      expected.p_affected,
      'p_affected',
    )
  })

  it('gives the recovery monitor', () => {
    const { input, expected } = vectors<{
      input: FilterInput & { burn_in: Series; watch: Series }
      expected: { logE: number[]; p_affected: number[]; p_recovered: number[] }
    }>('detection', 'recovery')
    const spec = specOf('forecast', input)
    const before = new NullFilter({ space: stateSpace({ ...spec, stepSeconds: 60 }) })
    for (const each of forecasts(input.burn_in)) before.observe(each)
    const filter = new ForwardFilter(filterModel(spec), before.shares())
    const after = forecasts(input.watch).map((each) => {
      filter.observe(each)
      return [filter.logE, 1 - filter.effectShares()[0]!, filter.recoveredShare()]
    })
    expectAllClose(
      after.map((each) => each[0]!),
      expected.logE,
      'logE',
    )
    expectAllClose(
      after.map((each) => each[1]!),
      expected.p_affected,
      'p_affected',
    )
    expectAllClose(
      after.map((each) => each[2]!),
      expected.p_recovered,
      'p_recovered',
    )
  })

  it('gives the evidence of a full stop of traffic, drift and incidents switched off', () => {
    const { input, expected } = vectors<{
      input: FilterInput & { forecast_per_bucket: number; arrivals: number[] }
      expected: { logE: number[] }
    }>('detection', 'traffic_stop')
    const spec = specOf('forecast', {
      ...input,
      tau: 0,
      phi_min: 1,
      warm: [0],
      warm_prior: [1],
    })
    const filter = new ForwardFilter(filterModel({ ...spec, incidentRates: [0] }))
    const logE = input.arrivals.map((e) => {
      filter.observe(forecastObservation({ n: 1, e, logRate: Math.log(input.forecast_per_bucket) }))
      return filter.logE
    })
    expectAllClose(logE, expected.logE)
  })

  it('gives the likelihood that drift is fitted by', () => {
    const { input, expected } = vectors<{
      input: {
        eta: number
        e1: number[]
        e0: number[]
        n1: number[]
        n0: number[]
        candidates: [number, number][]
      }
      expected: { loglik: number[] }
    }>('detection', 'hyperparameter_loglik')
    const logLik = input.candidates.map(([tau, phiPerMinute]) => {
      const nuisance = { eta: input.eta, tau, phiPerMinute }
      const filter = new NullFilter({
        space: stateSpace({ mode: 'split', nuisance, stepSeconds: 60 }),
      })
      input.e1.forEach((e1, k) => {
        filter.observe(
          splitObservation({ n1: input.n1[k]!, n0: input.n0[k]!, e1, e0: input.e0[k]! }),
        )
      })
      return filter.logLikelihood
    })
    expectAllClose(logLik, expected.loglik)
  })

  it('gives the evidence that an effect is excluded', () => {
    const { input, expected } = vectors<{
      input: FilterInput & {
        theta_clear: number[]
        n1: number[]
        n0: number[]
        e1: number[]
        e0: number[]
      }
      expected: { log_Eprime: Record<string, number[]> }
    }>('detection', 'equivalence')
    const { space } = filterModel({
      ...specOf('split', { ...input, theta_min: 1, start: 0.7, haz: 0, thetas: [2], weights: [1] }),
    })
    const filterOf = (theta: number) =>
      new NullFilter({ space, theta, warmUps: input.warm, warmUpPrior: input.warm_prior })
    for (const theta of input.theta_clear) {
      const usual = filterOf(1)
      const worse = filterOf(theta)
      const log = input.n1.map((n1, k) => {
        const each = splitObservation({ n1, n0: input.n0[k]!, e1: input.e1[k]!, e0: input.e0[k]! })
        usual.observe(each)
        worse.observe(each)
        return usual.logLikelihood - worse.logLikelihood
      })
      expectAllClose(log, expected.log_Eprime[theta.toFixed(1)]!, `theta ${theta}`)
    }
  })
})

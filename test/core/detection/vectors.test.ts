import { expect, it } from 'vitest'
import { driftKernel } from '../../../src/core/detection/ar-kernel.ts'
import { burstMatrix, burstStep } from '../../../src/core/detection/burst.ts'
import { combineLogE, eBenjaminiHochberg, eLond } from '../../../src/core/detection/combine.ts'
import { conditionalBinomialLogE } from '../../../src/core/detection/conditional-binomial.ts'
import { detectableLogRatio, driftFactor } from '../../../src/core/detection/detectable.ts'
import { rateDispersion, splitDispersion } from '../../../src/core/detection/dispersion.ts'
import { driftLogLikelihood } from '../../../src/core/detection/drift-fit.ts'
import { GaugeFilter, gaugeLogLikelihood } from '../../../src/core/detection/gauge-filter.ts'
import { kindPrior, newKindLogE } from '../../../src/core/detection/new-kind.ts'
import { splitObservation } from '../../../src/core/detection/observation.ts'
import { placeboKappa } from '../../../src/core/detection/placebo.ts'
import { fitSeason } from '../../../src/core/detection/season.ts'
import {
  countAbove,
  countOf,
  freezeThreshold,
} from '../../../src/core/kernel/histogram/threshold.ts'
import { expectAllClose, expectClose, referenceIncidents, vectors } from '../../support/vectors.ts'

interface Grid {
  thetas: number[]
  weights: number[]
}
type Counts = Record<'e1' | 'e0' | 'n1' | 'n0', number[]>
const rows = ({ e1, e0, n1, n0 }: Counts) =>
  e1.map((each, k) => ({ e1: each, e0: e0[k]!, n1: n1[k]!, n0: n0[k]! }))

it('conditional_binomial: the plain mixture after each bucket', () => {
  const { input, expected } = vectors<{
    input: Grid & Counts & { theta0: number }
    expected: { logE: number[] }
  }>('detection', 'conditional_binomial')
  const grid = { ...input, direction: 'rising' as const, thetaMin: input.theta0 }
  expectAllClose(conditionalBinomialLogE(rows(input), grid), expected.logE)
})

it('ar_kernel: grid, start and rows', () => {
  const { cases } = vectors<{
    cases: {
      tau: number
      phi_min: number
      step: '10s' | '1min'
      innovation_sd: number
      floor_active: boolean
      u: number[]
      stationary: number[]
      T_row0: number[]
      T_row7: number[]
      T_row10: number[]
    }[]
  }>('detection', 'ar_kernel')
  for (const each of cases) {
    const kernel = driftKernel({
      tau: each.tau,
      phiPerMinute: each.phi_min,
      stepSeconds: each.step === '10s' ? 10 : 60,
    })
    const row = (from: number) => kernel.offsets.map((_, to) => kernel.into[to * 15 + from]!)
    expectClose(kernel.innovationSd, each.innovation_sd)
    expect(kernel.floorActive).toBe(each.floor_active)
    expectAllClose(kernel.offsets, each.u)
    expectAllClose(kernel.start, each.stationary)
    expectAllClose(row(0), each.T_row0)
    expectAllClose(row(7), each.T_row7)
    expectAllClose(row(10), each.T_row10)
  }
})

it('burst_matrix: a minute and ten seconds', () => {
  const hazards = referenceIncidents.incidentHazards
  const want = vectors<{ per_minute: number[][]; per_10s: number[][] }>('detection', 'burst_matrix')
  expectAllClose(burstMatrix(burstStep(60, hazards), 2).flat(), want.per_minute.flat())
  expectAllClose(burstMatrix(burstStep(10, hazards), 2).flat(), want.per_10s.flat())
})

it('gauge_filter: likelihoods and evidence, both directions and rising', () => {
  const { input, expected } = vectors<{
    input: {
      z: number[]
      release_index: number
      phi: number
      f: number
      g: number
      shifts: number[]
      onsets_min: number[]
      jump: number
    }
    expected: { l_jump_0: number[]; l_jump_4: number[]; logE: number[]; logE_rising: number[] }
  }>('detection', 'gauge_filter')
  const fit = { phiPerMinute: input.phi, f: input.f, g: input.g }
  const from = input.release_index
  const jump = { size: input.jump, onset: from }
  expectAllClose([...gaugeLogLikelihood(input.z, fit)], expected.l_jump_0)
  expectAllClose([...gaugeLogLikelihood(input.z, fit, { jump })], expected.l_jump_4)
  const logEs = (direction: 'both' | 'up') => {
    const before = input.z.slice(0, from)
    const { shifts, onsets_min: onsetsMinutes } = input
    const filter = new GaugeFilter({ fit, direction, before, shifts, onsetsMinutes })
    return input.z.slice(from).map((value) => {
      filter.push(value)
      return filter.logE
    })
  }
  expectAllClose(logEs('both'), expected.logE)
  expectAllClose(logEs('up'), expected.logE_rising)
})

it('hyperparameter_loglik: likelihood of candidate drifts', () => {
  const { input, expected } = vectors<{
    input: Counts & { eta: number; candidates: [number, number][] }
    expected: { loglik: number[] }
  }>('detection', 'hyperparameter_loglik')
  const past = {
    mode: 'split' as const,
    eta: input.eta,
    days: [rows(input).map(splitObservation)],
    stepSeconds: 60,
  }
  const logLik = input.candidates.map(([tau, phiPerMinute]) =>
    driftLogLikelihood(past, { tau, phiPerMinute }),
  )
  expectAllClose(logLik, expected.loglik)
})

it('dispersion_rate: counts wider than Poisson', () => {
  const { input, expected } = vectors<{
    input: { e: number[][]; n: number[][] }
    expected: { od: number; eta: number }
  }>('detection', 'dispersion_rate')
  const found = rateDispersion(input.e.map((e, i) => ({ e, n: input.n[i]! })))
  expectClose(found.od, expected.od)
  expectClose(found.eta, expected.eta)
})

it('dispersion_split: a share narrower than binomial counts as binomial', () => {
  const { input, expected } = vectors<{
    input: { q: number; e1: number[]; e0: number[] }
    expected: { od: number; eta: number; raw: number }
  }>('detection', 'dispersion_split')
  const found = splitDispersion({ e1: input.e1, e0: input.e0, share: input.q })
  expectClose(found.raw, expected.raw)
  expectClose(found.od, expected.od)
  expectClose(found.eta, expected.eta)
})

it('season: two harmonics, an incident trimmed', () => {
  const { input, expected } = vectors<{
    input: { E_first5: number[]; E_sum: number }
    expected: {
      coefficients: number[]
      bins_used_in_last_fit: number
      scale_after_last_fit: number
    }
  }>('detection', 'season')
  const bins = Array.from({ length: 432 }, (_, i) => {
    const minute = 10 * i + 5
    const wave =
      0.3 * Math.sin((2 * Math.PI * minute) / 1440) + 0.1 * Math.cos((4 * Math.PI * minute) / 1440)
    const events = Math.floor(60 * Math.exp(wave)) + ((7 * i) % 11) - 5
    const incident = i >= 100 && i < 106 ? 5 : 1
    return { minute, events: events * incident, exposure: 10_000 + ((13 * i) % 101) }
  })
  expect(bins.slice(0, 5).map((bin) => bin.events)).toEqual(input.E_first5)
  expect(bins.reduce((sum, bin) => sum + bin.events, 0)).toBe(input.E_sum)

  const season = fitSeason(bins)!
  expectAllClose(season.coefficients, expected.coefficients)
  expect(season.used).toBe(expected.bins_used_in_last_fit)
  expectClose(season.scale, expected.scale_after_last_fit)
})

it('new_kind: negative binomial ratio of cumulative counts', () => {
  const { input, expected } = vectors<{
    input: Grid & { c_f: number; N_hist: number; x: number[]; N: number[] }
    expected: { logE: number[] }
  }>('detection', 'new_kind')
  const prior = kindPrior({ events: input.c_f, requests: input.N_hist })
  const logE = input.x.map((traces, k) =>
    newKindLogE({ traces, requests: input.N[k]! }, prior, input),
  )
  expectAllClose(logE, expected.logE)
})

it('placebo_kappa: own quantile drawn towards the fleet', () => {
  const { cases } = vectors<{
    cases: {
      input: { stream: number[]; fleet_q90: number; logE: number }
      expected: { kappa: number; logE_cal: number }
    }[]
  }>('detection', 'placebo_kappa')
  for (const { input, expected } of cases) {
    const kappa = placeboKappa(input.stream, input.fleet_q90)
    expectClose(kappa, expected.kappa)
    expectClose(input.logE / kappa, expected.logE_cal)
  }
})

it('combine: log of the weighted mean of e-values', () => {
  const { input, expected } = vectors<{
    input: { logE: number[]; weights: number[] }
    expected: { logE: number }
  }>('detection', 'combine')
  expectClose(combineLogE(input.logE, input.weights), expected.logE)
})

it('e_bh: which streams to list', () => {
  const { cases } = vectors<{
    cases: {
      input: { alpha: number; e: number[] }
      expected: { rejected: number[]; threshold: number | null }
    }[]
  }>('detection', 'e_bh')
  for (const { input, expected } of cases) {
    const found = eBenjaminiHochberg(input.e, input.alpha)
    expect(found.rejected).toEqual(expected.rejected)
    if (expected.threshold === null) expect(found.threshold).toBeNull()
    else expectClose(found.threshold!, expected.threshold)
  }
})

it('e_lond: thresholds over a week of releases', () => {
  const { input, expected } = vectors<{
    input: { alpha: number; e: number[] }
    expected: { threshold: number; reject: boolean }[]
  }>('detection', 'e_lond')
  const found = eLond(input.e, input.alpha)
  expect(found.map((each) => each.reject)).toEqual(expected.map((each) => each.reject))
  expectAllClose(
    found.map((each) => each.threshold),
    expected.map((each) => each.threshold),
  )
})

it('threshold_freeze: boundary, index and count above', () => {
  const { input, expected } = vectors<{
    input: {
      hist: { scale: number; offset: number; counts: number[] }
      quantiles: number[]
      threshold_scale: number
    }
    expected: { scale: number; index: number; threshold: number; above: number; total: number }[]
  }>('detection', 'threshold_freeze')
  input.quantiles.forEach((level, i) => {
    const want = expected[i]!
    const found = freezeThreshold(input.hist, level, input.threshold_scale)!
    expectClose(found.value, want.threshold)
    expect(found).toMatchObject({ scale: want.scale, index: want.index })
    expect(countAbove(input.hist, found)).toBe(want.above)
    expect(countOf(input.hist)).toBe(want.total)
  })
})

it('minimum_detectable_effect: closed form at 80 % power', () => {
  const { cases } = vectors<{
    cases: {
      input: {
        eta: number
        tau: number
        phi_min: number
        minutes: number
        theta_min: number
        kappa: number
        logE_needed: number
        K_per_bucket: number
        share: number
      }
      expected: { drift_factor: number; mde: number }
    }[]
  }>('detection', 'minimum_detectable_effect')
  for (const { input, expected } of cases) {
    const { eta, tau, phi_min: phiPerMinute, minutes, share } = input
    expectClose(driftFactor(phiPerMinute, minutes), expected.drift_factor)
    const log = detectableLogRatio({
      information: minutes * 6 * input.K_per_bucket * share * (1 - share),
      minutes,
      nuisance: { eta, tau, phiPerMinute },
      thetaMin: input.theta_min,
      kappa: input.kappa,
      logE: input.logE_needed,
      start: 0.7,
    })
    expectClose(Math.exp(log), expected.mde)
  }
})

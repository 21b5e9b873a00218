/**
 * The detector's numbers, each with its source in the detection reference. One definition each; a module
 * is given what it needs. Rates of change are per minute or per 10-second bucket as named; a stream of
 * another step scales them (section 6.6).
 */

import { normalCdf, normalQuantile } from '../kernel/math/normal.ts'

/** What is known of a stream's natural unrest: fitted on its history or, without one, the fleet's. */
export interface Nuisance {
  /** Likelihood exponent in (0, 1]: 1 / overdispersion. */
  readonly eta: number
  /** Stationary standard deviation of the drift, log rate. */
  readonly tau: number
  /** Correlation of the drift over one minute. */
  readonly phiPerMinute: number
}

export type Mode = 'split' | 'forecast'

/**
 * Section 4.5, "no fleet yet": medians of the synthetic fits; in forecast mode a quarter wider, as own fits
 * are taken (`widened`).
 */
export const coldStart: Readonly<Record<Mode, Nuisance>> = {
  split: { eta: 0.35, tau: 0.1, phiPerMinute: 0.95 },
  forecast: { eta: 0.3, tau: 0.19, phiPerMinute: 0.98 },
}

/**
 * A fitted drift is that of the days it was fitted on, and of the neighbouring points of a grid. Before
 * against after it is taken so much wider, and never narrower than `tauMin`: nobody's traffic is known
 * better than that. Harmless releases that alarmed on errors at 1,000 requests/s: .7 % without, .3 % with.
 */
export const widened: Readonly<Record<Mode, { factor: number; tauMin: number }>> = {
  split: { factor: 1, tauMin: 0 },
  forecast: { factor: 1.25, tauMin: 0.1 },
}

/** The alternatives to "no worse": rate ratios with their prior weights, and the edge of the null. */
export interface EffectGrid {
  readonly direction: 'rising' | 'falling'
  readonly thetas: readonly number[]
  readonly weights: readonly number[]
  /** H0: theta = thetaMin, the least favourable point of "not materially worse". */
  readonly thetaMin: number
}

/**
 * Section 5. The practical effect size lies inside the null, it is no filter afterwards. Less weight on what
 * is hardly beyond it than the reference had, and more on the fourfold: found a tenth of a minute sooner.
 */
export const rising: EffectGrid = {
  direction: 'rising',
  thetas: [1.25, 1.5, 2, 3, 5, 10],
  weights: [0.15, 0.15, 0.2, 0.2, 0.18, 0.12],
  thetaMin: 1.2,
}

/** Section 5, for what is bad when it falls: traffic, success counts. */
export const falling: EffectGrid = {
  direction: 'falling',
  thetas: [0.8, 0.5, 0.2, 0.05, 0.001],
  weights: [0.2, 0.2, 0.2, 0.2, 0.2],
  thetaMin: 1,
}

/**
 * Finer sizes, for saying how large an effect is once there is one. On the coarse grid a steady x4 ends as
 * "3" or "5" with an interval of no width: in simulation (100 requests/s, 20 % canary) that held the
 * truth in 39 % of watches at their end.
 */
export const fineStep = 1.2
const fineSizes = Array.from({ length: 27 }, (_, i) => 1.1 * fineStep ** i)
/** Large effects are rarer: weights fall with the size, or the first alarm would overstate what it sees. */
const fineWeights = fineSizes.map((size) => 1 / size)
const fineTotal = fineWeights.reduce((sum, weight) => sum + weight, 0)
const finePrior = fineWeights.map((weight) => weight / fineTotal)

export const fineRising: EffectGrid = { ...rising, thetas: fineSizes, weights: finePrior }
export const fineFalling: EffectGrid = {
  ...falling,
  thetas: fineSizes.map((size) => 1 / size),
  weights: finePrior,
}

/**
 * How much a bucket may tell at most. The drift's grid is coarse beside what a million requests say: between
 * its points the null would be wrong by many deviations, and an effect whose grid lies better would win
 * without there being one. So the likelihood is tempered until a minute's deviation is sqrt(1 / resolution)
 * grid steps wide. With it and the incidents of `incidentRatesAt`, harmless releases that alarmed on the
 * median's stream alone (100 requests/s, own fits): 12.5 % before, none of 120 after. Depends on exposure
 * alone, so evidence stays evidence.
 */
export const resolution = 0.2
/** The same in the fit of the drift, for all candidates alike: per minute, in events. */
export const fitInformationMax = 50

/**
 * Section 5: probability that an effect is there from the start, and the hazard of a later one. All at once both
 * are set against incidents (`burst`): an effect that begins late must outlast what incidents do by about 13 minutes,
 * and one that seems to begin with the release must not be an incident of its first minute.
 */
export const onsetPrior: Readonly<Record<Mode, { start: number; hazardPer10s: number }>> = {
  split: { start: 0.9, hazardPer10s: 0.3 / 360 },
  forecast: { start: 0.4, hazardPer10s: 0.13 / 360 },
}

/**
 * Before against after the hazard is higher where events are scarce: sqrt(events / I) times, with I = eta times the
 * usual events a minute [choice]. How long an effect must outlast an incident is a matter of time alone only where
 * either shows at once. Where a stream says little in a minute, the wait for the count to say anything comes on top,
 * and the same hazard would mean 12 min at 1,000 requests/s and 16 at 10.
 */
export const hazardFactor = { events: 20, min: 0.5, max: 4 } as const

/** Section 5: share of the not-started mass that starts anew with each rollout step. */
export const rolloutStepShare = 0.7

/** Section 4.3: extra log rate of fresh processes; it decays with `warmUpMinutes` (section 3). */
export const warmUp = { logRates: [0, 0.4, 0.8], prior: [0.4, 0.4, 0.2] } as const
export const warmUpMinutes = 2

/**
 * Section 4.2: transient incidents, forecast mode only. Log rates of the states, per-minute hazards. Three
 * heights, about as close as the effects that are tested: between x2.5 and x5 alone an incident of x3.5 was
 * an effect of x3 for the filter at high traffic. The time to leave decides, with the hazard of a late onset, how long a
 * real effect that begins late is taken for an incident: about 13 min instead of 17.5. Real incidents of three minutes
 * that last as long are one in 80, and one release in six meets an incident at all. They are taken for a little shorter
 * than three minutes, and effects for rarer to match: what a stream weighs in its release then matters less to the wait.
 */
export const burst = {
  logRates: [0, Math.log(2), Math.log(3.5), Math.log(6)],
  enterPerMinute: 1 / 360,
  leavePerMinute: 0.4,
} as const

/**
 * Incidents have any height, not only the states': as one begins or ends the drift may move by what is missing, a third
 * of the distance between two states up or down, so that heights a third apart are all known. Log rate. Without it,
 * at 1,000 requests/s, an effect whose size happened to meet an incident of x8 or x3.3 better won within two minutes:
 * two of the four false alarms in 400 harmless releases there were looked at, and were of this kind.
 */
export function heightSpread(heights: readonly number[]): number {
  const [lowest = 0, highest = 0] = [heights[1], heights.at(-1)]
  return heights.length > 2 ? (highest - lowest) / (heights.length - 2) / 3 : 0
}

/**
 * What those incidents do to the share of requests slower than the old q-quantile, when latency as a whole is
 * slower: x2.5 of the requests beyond the old p99 means x1.27 beyond the old median. By the normal
 * distribution of log latency: no height here is fitted to anything. Taken for x2.5 all the same, a slow
 * three minutes were an effect on the median in 12 % of harmless releases.
 */
export function incidentRatesAt(quantile: number): readonly number[] {
  const last = latencyQuantiles.at(-1)!
  return burst.logRates.map((height) => {
    if (height === 0) return 0
    const shift = normalQuantile(last) - normalQuantile(1 - (1 - last) * Math.exp(height))
    return Math.log((1 - normalCdf(normalQuantile(quantile) - shift)) / (1 - quantile))
  })
}

/** Section 4.1: how the drift moves between minutes. */
export type KernelMode = 'every_bucket' | 'every_minute'

/** Section 4.1: the drift's grid. */
export const driftGrid = {
  points: 15,
  halfWidth: 3.5,
  floorSteps: 0.6,
  kernel: 'every_minute' as KernelMode,
} as const

/**
 * Section 7.4: monitor of the return to normal, run from the release on and read from the alarm on. It is asked what
 * the level is, not whether an incident would do: its onsets are as likely as they are believed to be, all at once about
 * even over the hour, and not set against incidents as those of the evidence are.
 */
export const recovery = {
  warmUpLogRate: 0.4,
  onset: {
    split: onsetPrior.split,
    forecast: { start: 0.7, hazardPer10s: 1 / 360 },
  } satisfies typeof onsetPrior,
  returnHazardPer10s: 1 / 180,
  levelMax: Math.log(1.25),
  /**
   * On the usual grid of 15 the floor of the drift's innovation alone spreads the level so wide that .95 is
   * out of reach at 100 requests/s and .5 % errors. From 61 points on the floor does not bind.
   */
  driftPoints: 61,
  probabilityMin: 0.95,
  forSeconds: 180,
} as const

/** Section 8: equivalence is tested against each of these ratios. */
export const clearRatios = [1.2, 1.5, 2, 3] as const
/** Nor is an excess of less than this share of the requests one that matters, where it is less than the floor [choice]. */
export const materialShareMax = 0.01

/** Section 8: the four thresholds of latency and what each weighs in the mean of their e-values. */
export const latencyQuantiles = [0.5, 0.9, 0.95, 0.99] as const
export const latencyWeights = [0.15, 0.25, 0.25, 0.35] as const

/** Section 8: Gamma prior of the rate of new error kinds and the ratios tested. */
export const newKind = {
  events: 0.5,
  requests: 2_000,
  thetas: [3, 10, 30, 100, 300],
  weights: [0.2, 0.2, 0.2, 0.2, 0.2],
} as const

/**
 * Section 10: quantile level that placebos are matched at, how many the fleet's value weighs, how many it
 * takes to replace the default, and from how many on a stream with more false alarms is not believed.
 */
export const placebo = {
  level: 0.9,
  priorCount: 20,
  fleetMin: 20,
  trustMin: 200,
  falseShareMax: 0.02,
} as const

/** Section 10, cold start: 90 % quantile of a null stream's greatest logE. Counts: kappa 1. */
export const coldPlaceboQuantile = { counts: 2.3, gaugeForecast: 9.2, gaugeSplit: 2.3 } as const

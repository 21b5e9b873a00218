/**
 * When did it start? Posterior of the first affected bucket, exact over all buckets (detection reference 7.3).
 *
 * P(onset = s) ~ prior(s) * L_s, where L_s is the likelihood with the effect forced on from bucket s and
 * mixed over effect sizes and warm-ups. One forward pass without effect meets one backward pass per effect,
 * so all onsets cost about one run of the filter instead of one run each. The last entry is "not yet".
 */
import { logSumExp } from '../kernel/math/log-sum-exp.ts'
import type { FilterModel } from './filter-model.ts'
import { fillLogLikelihood, offsetTable, temperedFor } from './likelihood.ts'
import type { Observation } from './observation.ts'
import { rolloutStepShare, warmUpMinutes } from './parameters.ts'
import { reweighInLogSpace } from './reweigh.ts'
import { type StateSpace, propagateRows } from './state-space.ts'

export interface WatchedBucket {
  /** Null where data was missing. */
  readonly observation: Observation | null
  /** Null: by the age of the watch. */
  readonly freshness: number | null
  /** A rollout step came before it. */
  readonly step: boolean
}

export interface OnsetPosterior {
  /** P(onset = bucket k), and P(not yet) last; sums to 1. */
  readonly shares: Float64Array
  /** Log likelihood of the full model: equals the filter's `logTotal`. */
  readonly logTotal: number
}

export function onsetPosterior(
  model: FilterModel,
  initial: Float64Array,
  buckets: readonly WatchedBucket[],
): OnsetPosterior {
  const logs = new Float64Array(buckets.length + 1).fill(-Infinity)
  model.warmUps.forEach((warmUp, w) => {
    const shifts = buckets.map(({ freshness }, k) => {
      const minutes = (k * model.stepSeconds) / 60
      return warmUp * (freshness ?? Math.exp(-minutes / warmUpMinutes))
    })
    const quiet = forward(model, initial, buckets, shifts)
    const perEffect = model.grid.thetas.map((theta, j) => {
      const log = meet(model, theta, quiet, buckets, shifts)
      return log.map((each) => each + Math.log(model.grid.weights[j]!))
    })
    const prior = Math.log(model.warmUpPrior[w]!)
    for (let k = 0; k < logs.length; k++) {
      const started = k < buckets.length ? perEffect.map((log) => log[k]!) : [quiet.log[k]!]
      logs[k] = logSumExp([logs[k]!, prior + logSumExp(started)])
    }
  })
  onsetPrior(model, buckets).forEach((share, k) => {
    logs[k]! += Math.log(share)
  })
  const logTotal = logSumExp(logs)
  return { shares: logs.map((log) => Math.exp(log - logTotal)), logTotal }
}

export interface OnsetBuckets {
  readonly at: number
  readonly from: number
  readonly to: number
}

/** Median and 90 % interval of the onset, given that there is one; null when there is none to speak of. */
export function onsetBuckets({ shares }: OnsetPosterior): OnsetBuckets | null {
  const started = shares.subarray(0, -1)
  const total = started.reduce((sum, share) => sum + share, 0)
  if (!(total > 1e-12)) return null
  const at = (level: number): number => {
    let cumulative = 0
    for (let k = 0; k < started.length; k++) {
      cumulative += started[k]!
      if (cumulative >= level * total) return k
    }
    return started.length - 1
  }
  return { at: at(0.5), from: at(0.05), to: at(0.95) }
}

/** Prior share of each onset bucket: the start, then hazards after observed buckets and rollout steps. */
function onsetPrior(model: FilterModel, buckets: readonly WatchedBucket[]): Float64Array {
  const shares = new Float64Array(buckets.length + 1)
  let waiting = 1
  buckets.forEach(({ step }, k) => {
    const hazard = k > 0 && buckets[k - 1]!.observation ? model.hazard : 0
    const start = k === 0 ? model.start : hazard
    const stays = (1 - start) * (step ? 1 - rolloutStepShare : 1)
    shares[k] = waiting * (1 - stays)
    waiting *= stays
  })
  shares[buckets.length] = waiting
  return shares
}

interface QuietPass {
  /** State before bucket k, rows of `size`; the last row is the state after all. */
  readonly mass: Float64Array
  /** Log likelihood of the buckets before k. */
  readonly log: Float64Array
}

function forward(
  { space, grid }: FilterModel,
  initial: Float64Array,
  buckets: readonly WatchedBucket[],
  shifts: readonly number[],
): QuietPass {
  const { size } = space
  const table = offsetTable(space.offsets, [Math.log(grid.thetaMin)], space.drifts)
  const mass = new Float64Array((buckets.length + 1) * size)
  const log = new Float64Array(buckets.length + 1)
  const moved = new Float64Array(size)
  const logLik = new Float64Array(size)
  mass.set(initial)
  buckets.forEach(({ observation }, k) => {
    moved.set(mass.subarray(k * size, (k + 1) * size))
    propagateRows(space, k, moved, 0, 1)
    log[k + 1] = log[k]!
    if (observation) {
      fillLogLikelihood(temperedFor(space, observation), observation, shifts[k]!, table, logLik)
      log[k + 1]! += reweighInLogSpace(moved, logLik, mass, (k + 1) * size)
    } else {
      mass.set(moved, (k + 1) * size)
    }
  })
  return { mass, log }
}

/** log L_s for one effect and all s: the backward pass, met with the quiet one at each bucket. */
function meet(
  { space }: FilterModel,
  theta: number,
  quiet: QuietPass,
  buckets: readonly WatchedBucket[],
  shifts: readonly number[],
): Float64Array {
  const { size } = space
  const table = offsetTable(space.offsets, [Math.log(theta)], space.drifts)
  const logLik = new Float64Array(size)
  const ahead = new Float64Array(size).fill(1)
  const log = new Float64Array(buckets.length)
  let scale = 0
  for (let k = buckets.length - 1; k >= 0; k--) {
    const { observation } = buckets[k]!
    if (observation) {
      fillLogLikelihood(temperedFor(space, observation), observation, shifts[k]!, table, logLik)
      scale += reweighInLogSpace(ahead, logLik, ahead, 0)
    }
    stepBack(space, k, ahead)
    let sum = 0
    for (let i = 0; i < size; i++) sum += quiet.mass[k * size + i]! * ahead[i]!
    log[k] = quiet.log[k]! + scale + Math.log(sum)
  }
  return log
}

/** One step of time backwards: what each state now expects of `ahead`. */
function stepBack(space: StateSpace, bucket: number, ahead: Float64Array): void {
  if (space.burst) incidentsBack(space, ahead)
  if (bucket % space.period === 0) driftBack(space, ahead)
}

function driftBack({ drifts, incidents, into }: StateSpace, ahead: Float64Array): void {
  const next = Float64Array.from(ahead)
  for (let chain = 0; chain < incidents; chain++) {
    for (let g = 0; g < drifts; g++) {
      let sum = 0
      for (let to = 0; to < drifts; to++) sum += into[to * drifts + g]! * next[chain * drifts + to]!
      ahead[chain * drifts + g] = sum
    }
  }
}

function incidentsBack(space: StateSpace, ahead: Float64Array): void {
  const { drifts, size, incidents, burst } = space
  const { enter, leave } = burst!
  const each = enter / (incidents - 1)
  const quiet = ahead.slice(0, drifts)
  const entered = new Float64Array(drifts)
  for (let at = drifts; at < size; at++) entered[at % drifts]! += ahead[at]!
  const [back, into] = [expected(space, quiet), expected(space, entered)]
  for (let g = 0; g < drifts; g++) {
    for (let at = g + drifts; at < size; at += drifts) {
      ahead[at] = leave * back[g]! + (1 - leave) * ahead[at]!
    }
    ahead[g] = (1 - enter) * quiet[g]! + each * into[g]!
  }
}

/** What each drift expects of `ahead` as an incident begins or ends. */
function expected({ drifts, spread }: StateSpace, ahead: Float64Array): Float64Array {
  if (spread === null) return ahead
  const { steps, share } = spread
  return ahead.map((stays, from) => {
    const down = from >= steps ? ahead[from - steps]! : 0
    const up = from + steps < drifts ? ahead[from + steps]! : 0
    return share[from]! * (stays + down + up)
  })
}

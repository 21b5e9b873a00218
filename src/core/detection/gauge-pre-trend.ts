/**
 * Had a gauge's shift begun before the release? Its filter once more, started half an hour before it (detection
 * reference, section 12, the pre-trend), with onsets in every minute up to the release and those of a release behind.
 *
 * A shift that had begun excuses no other on top of it: what follows is then measured from the level just before the
 * release. Natural logarithms; values standardised, one a step, null for a missing one.
 */
import { logSumExp } from '../kernel/math/log-sum-exp.ts'
import { median } from '../kernel/math/order-statistics.ts'
import {
  type GaugeDirection,
  GaugeFilter,
  type GaugeFit,
  gaugeOnsetsMinutes,
  gaugeShifts,
} from './gauge-filter.ts'
import { judgeDefaults } from './judge.ts'

export const gaugePreTrendMinutes = 30
/** A release is told late, and a minute's value is the mean of it: so near before it is at the release [choice]. */
const atReleaseMinutes = 2
/** The first hour tells. */
const askedMinutes = 60
const certain = 0.95
/** Steps that tell where it is now. */
const newest = 5

export interface GaugePast {
  readonly fit: GaugeFit
  readonly kappa: number
  readonly direction: GaugeDirection
  readonly stepMinutes: number
  readonly logRatioMax: number
  /** Two hours and a half before the release. */
  readonly before: readonly (number | null)[]
}

type Values = readonly (number | null)[]

/** `watch`: the values from the release on. False where too little is known of the time before. */
export function gaugeBeganBefore(past: GaugePast, watch: Values): boolean {
  const { before, stepMinutes, kappa } = past
  const early = Math.round(gaugePreTrendMinutes / stepMinutes)
  const margin = Math.round(atReleaseMinutes / stepMinutes)
  if (before.length < 2 * early) return false
  const earlier = Array.from({ length: early - margin }, (_, step) => step)
  const later = gaugeOnsetsMinutes.map((minutes) => early + Math.ceil(minutes / stepMinutes))
  const filter = filterOf(past, before.slice(0, -early), [...earlier, ...later])
  for (const value of before.slice(-early)) filter.push(value)
  const hasSpoken = filter.logE / kappa >= judgeDefaults.suspiciousLogE
  const since = before.slice(leadingOnset(filter, earlier) - early)
  if (isBack(medianOf(since), medianOf(watch.slice(-newest)))) return true
  for (const value of watch.slice(0, Math.round(askedMinutes / stepMinutes))) filter.push(value)
  const share = shareOf(filter, { earlier, later })
  if (hasSpoken ? share < 1 - certain : share < certain) return false
  return !isOnTop(past, watch, since)
}

/** Belief that it began before the release, to begin with as likely as not. */
function shareOf(
  filter: GaugeFilter,
  { earlier, later }: { readonly earlier: readonly number[]; readonly later: readonly number[] },
): number {
  const logOf = (onsets: readonly number[]) => {
    const among = filter.logRatios.filter(({ onset }) => onsets.includes(onset))
    return logSumExp(among.map(({ logRatio }) => logRatio)) - Math.log(among.length)
  }
  return 1 / (1 + Math.exp(logOf(later) - logOf(earlier)))
}

/** It stood elsewhere, and now it is nearer to the usual than to there: what was before is over. */
function isBack(level: number, now: number): boolean {
  return Math.abs(level) >= gaugeShifts[0]! && Math.abs(now) < Math.abs(now - level) / 2
}

/**
 * Whether the release has moved it from where it stood just before, `since` its shift: by half as much again at least,
 * for that level is one of few values [choice].
 */
function isOnTop(past: GaugePast, watch: Values, since: Values): boolean {
  const level = medianOf(since)
  const now = medianOf(watch.slice(-newest))
  if (Math.abs(now - level) < Math.abs(level) / 2) return false
  const from = (value: number | null) => (value === null ? null : value - level)
  const filter = filterOf(past, since.map(from))
  let most = Number.NEGATIVE_INFINITY
  for (const value of watch) {
    filter.push(from(value))
    most = Math.max(most, filter.logE)
  }
  return most / past.kappa >= judgeDefaults.gaugeRegressedLogE
}

function medianOf(values: Values): number {
  const known = values.filter((value) => value !== null)
  return known.length === 0 ? 0 : median(known)
}

function filterOf(past: GaugePast, before: Values, onsetSteps?: readonly number[]): GaugeFilter {
  const { fit, direction, stepMinutes, logRatioMax } = past
  return new GaugeFilter({
    fit,
    direction,
    before,
    stepMinutes,
    logRatioMax,
    ...(onsetSteps && { onsetsMinutes: onsetSteps.map((step) => step * stepMinutes) }),
  })
}

/** The likeliest of these onsets, of equals the latest. */
function leadingOnset(filter: GaugeFilter, onsets: readonly number[]): number {
  const [best] = filter.logRatios
    .filter(({ onset }) => onsets.includes(onset))
    .sort((a, b) => b.logRatio - a.logRatio || b.onset - a.onset)
  return best!.onset
}

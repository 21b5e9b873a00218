/**
 * What other gates would have said of the same release, on minute values of the service's error rate and
 * share of slow requests: alarm minute, or null.
 *
 *   kayenta         Mann-Whitney as Kayenta's judge (detection reference, section 20): tolerance .25,
 *                   confidence 98 %; looked at every minute from minute 10
 *   kayenta-once    the same, once, at the end
 *   fixed-threshold as Argo and Flagger are set up: 1 % of errors, or twice the usual share above the old
 *                   p99, in five minutes of the watch
 *   five-percent    Coroot's style: after 30 minutes, worse than before by 5 %
 *
 * The other side is the old version beside it (split), or the hour before (forecast).
 */
import { normalQuantile } from '../../core/kernel/math/normal.ts'
import { median } from '../../core/kernel/math/order-statistics.ts'
import { latencyQuantiles, type Mode } from '../../core/detection/parameters.ts'
import { type ArmCounts, errorsOf, slowOf } from './series.ts'
import { bucketsPerMinute, type Counts, sumBuckets } from './service.ts'

export const rivals = ['kayenta', 'kayenta-once', 'fixed-threshold', 'five-percent'] as const
export type Rival = (typeof rivals)[number]

const p99 = latencyQuantiles.length - 1
const series = [errorsOf(null), slowOf(null, p99)]
const limits = [0.01, 0.02]
const failedChecks = 5
const firstLookMinute = 10
const lookAfterMinutes = 30
const worseBy = 1.05

interface Sides {
  readonly now: readonly number[]
  readonly other: readonly number[]
}

export function rivalAlarms(
  mode: Mode,
  before: readonly Counts[],
  watch: readonly Counts[],
): Record<Rival, number | null> {
  const minutes: Counts[] = []
  for (let from = 0; from + bucketsPerMinute <= watch.length; from += bucketsPerMinute) {
    minutes.push(sumBuckets(watch.slice(from, from + bucketsPerMinute)))
  }
  const sides = series.map((of): Sides => {
    const now = minutes.map((each) => shareOf(of(each), 1))
    const other =
      mode === 'split'
        ? minutes.map((each) => shareOf(of(each), 0))
        : before.slice(-60).map((each) => shareOf(of(each), 1))
    return { now, other }
  })
  const at = (minute: number, { now, other }: Sides) => ({
    now: now.slice(0, minute),
    other: mode === 'split' ? other.slice(0, minute) : other,
  })
  const rank = (minute: number) => sides.some((side) => isHigher(at(minute, side)))
  const counted = (minute: number) =>
    sides.some(
      ({ now }, i) =>
        now.slice(0, minute).filter((share) => share > limits[i]!).length >= failedChecks,
    )
  const five = (minute: number) =>
    sides.some((side) => {
      const { now, other } = at(minute, side)
      return mean(now) > worseBy * mean(other)
    })
  const length = minutes.length
  return {
    kayenta: first(firstLookMinute, length, rank),
    'kayenta-once': rank(length) ? length : null,
    'fixed-threshold': first(1, length, counted),
    'five-percent': five(Math.min(lookAfterMinutes, length)) ? lookAfterMinutes : null,
  }
}

/** Worse by the lower end of the interval of the Hodges-Lehmann shift. */
export function isHigher({ now, other }: Sides, tolerance = 0.25, confidence = 0.98): boolean {
  const { low, shift } = hodgesLehmann(now, other, confidence)
  return low !== null && low > tolerance * Math.abs(shift)
}

export function hodgesLehmann(
  now: readonly number[],
  other: readonly number[],
  confidence: number,
): { readonly k: number; readonly low: number | null; readonly shift: number } {
  const [a, b] = [now.length, other.length]
  const differences = new Float64Array(a * b)
  now.forEach((x, i) => {
    other.forEach((y, j) => {
      differences[i * b + j] = x - y
    })
  })
  differences.sort()
  const z = normalQuantile(1 - (1 - confidence) / 2)
  const k = Math.floor((a * b) / 2 - z * Math.sqrt((a * b * (a + b + 1)) / 12))
  return { k, low: k >= 1 ? differences[k - 1]! : null, shift: median(differences) }
}

function first(from: number, to: number, says: (minute: number) => boolean): number | null {
  for (let minute = from; minute <= to; minute++) if (says(minute)) return minute
  return null
}

function shareOf({ n1, e1, n0, e0 }: ArmCounts, arm: 0 | 1): number {
  const [n, e] = arm === 1 ? [n1, e1] : [n0, e0]
  return n > 0 ? e / n : 0
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / Math.max(1, values.length)
}

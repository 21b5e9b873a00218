/**
 * The smallest effect that a watch could have seen with 80 % power, in closed form (detection reference,
 * section 9). Said with `inconclusive`, so that silence is not read as health.
 *
 * Pure. In forecast mode incidents are ignored, so the true value is larger.
 */
import { type Nuisance, onsetPrior } from './parameters.ts'

/** Normal quantile at the power of .80. */
const powerQuantile = 0.8416212

export interface WatchPower {
  /** Split: sum of K s (1 - s) over buckets. Forecast: sum of expected events. */
  readonly information: number
  readonly minutes: number
  readonly nuisance: Nuisance
  readonly thetaMin: number
  readonly kappa: number
  /** Evidence needed, before kappa. */
  readonly logE: number
  /** Prior of a start at once, and the weight of one effect in its grid. */
  readonly start?: number
  readonly effectWeight?: number
}

/** Mean correlation of the drift over the minutes watched: (1/n^2) sum phi^|i-j|. */
export function driftFactor(phiPerMinute: number, minutes: number): number {
  const n = Math.max(1, Math.round(minutes))
  let sum = n
  for (let lag = 1; lag < n; lag++) sum += 2 * (n - lag) * phiPerMinute ** lag
  return sum / (n * n)
}

/**
 * The same for few events, where the effect must be so large that the curve is no parabola: the smallest ratio at
 * which as many events as it brings speak for it loudly enough, eta mu (theta log theta - theta + 1). Rising signals.
 */
function detectableLogRatioOfFew({
  information,
  nuisance,
  kappa,
  logE,
  start = onsetPrior.split.start,
  effectWeight = 0.2,
}: WatchPower): number {
  const mu = nuisance.eta * information
  if (!(mu > 0)) return Infinity
  const price = kappa * logE - Math.log(start * effectWeight)
  const speaks = (log: number) => mu * (Math.exp(log) * (log - 1) + 1) >= price
  let [low, high] = [0, 1]
  while (!speaks(high)) high *= 2
  for (let i = 0; i < 40; i++) {
    const middle = (low + high) / 2
    if (speaks(middle)) high = middle
    else low = middle
  }
  // Poisson events of that mean come short of it in every fifth watch.
  return high + powerQuantile / Math.sqrt(mu * Math.exp(high))
}

/** Log ratio; Infinity when nothing was observed. */
export function detectableLogRatio(power: WatchPower): number {
  const { nuisance, thetaMin, kappa, logE } = power
  const information = nuisance.eta * power.information
  if (!(information > 0)) return Infinity
  const variance =
    1 / information + nuisance.tau ** 2 * driftFactor(nuisance.phiPerMinute, power.minutes)
  const start = power.start ?? onsetPrior.split.start
  const price = kappa * logE - Math.log(start * (power.effectWeight ?? 0.2))
  return Math.log(thetaMin) + Math.sqrt(2 * variance * price) + powerQuantile * Math.sqrt(variance)
}

/** Ratio, below 1 for a signal that falls; null where nothing, or nothing up to `most`, would have shown. */
export function detectableRatio(
  power: WatchPower,
  direction: 'falling' | { readonly most: number },
): number | null {
  const log = detectableLogRatio(power)
  if (!Number.isFinite(log)) return null
  if (direction === 'falling') return Math.exp(-log)
  const { most } = direction
  const ratio = Math.exp(log) <= most ? Math.exp(log) : Math.exp(detectableLogRatioOfFew(power))
  return ratio <= most ? ratio : null
}

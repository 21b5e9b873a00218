/**
 * One gauge of a release under watch: fed step by step with standardised values, it answers with the evidence so
 * far (detection reference, section 22). Derived state, as the monitors of counts are.
 *
 * Natural logarithms; instants are milliseconds since the epoch. The effect is told in the gauge's own unit.
 */
import type { StreamEvidence } from '../../contracts/findings.ts'
import type { GaugeShift, SignalScope } from '../../contracts/signal.ts'
import { median } from '../kernel/math/order-statistics.ts'
import { driftFactor } from './detectable.ts'
import { judgeDefaults } from './judge.ts'
import { type GaugeDirection, GaugeFilter, type GaugeFit } from './gauge-filter.ts'
import { gaugeLogRatioMax } from './gauge-baseline.ts'
import { gaugeBeganBefore } from './gauge-pre-trend.ts'

/** One step: what was seen, what is usual, and what a standardised 1 is, in the gauge's own unit. */
export interface GaugeSample {
  readonly value: number
  readonly usual: number
  readonly scale: number
  readonly z: number
}

export interface GaugeMonitorOptions {
  readonly scope: SignalScope
  readonly unit: string
  readonly mode: 'split' | 'forecast'
  readonly direction: GaugeDirection
  readonly startMs: number
  readonly stepMs: number
  readonly fit: GaugeFit
  readonly kappa: number
  readonly before: readonly (number | null)[]
  /** Longer than `before`; where it is left out nobody asks whether the shift had begun before the release. */
  readonly past?: readonly (number | null)[]
  readonly onsetsMinutes?: readonly number[]
  readonly baseline: { readonly mean: number; readonly values: number }
}

const alarmLogE = Math.log(20)
const excludedLogE = Math.log(20)
/** A few quiet minutes are no evidence of health: most onsets would still be to come [choice]. */
const clearedMinutes = 30
/** Log odds that the value is back to usual stay within these. */
const backLogOddsMax = 6
/** Sizes of the grid are about half as large again, each: one stands for all within half of that. */
const halfCell = Math.sqrt(1.5)
const power = 0.8416212
/** Standard deviations to either side. */
const ninetyPercent = 1.6448536

export class GaugeMonitor {
  readonly #options: GaugeMonitorOptions
  readonly #filter: GaugeFilter
  readonly #samples: (GaugeSample | null)[] = []
  #lead: { at: number; logE: number; backLogOdds: number; backForSteps: number } | null = null

  constructor(options: GaugeMonitorOptions) {
    const { fit, direction, before, stepMs, onsetsMinutes } = options
    this.#options = options
    this.#filter = new GaugeFilter({
      fit,
      direction,
      before,
      stepMinutes: stepMs / 60_000,
      logRatioMax: gaugeLogRatioMax,
      ...(onsetsMinutes === undefined ? {} : { onsetsMinutes }),
    })
  }

  get logE(): number {
    return this.#filter.logE / this.#options.kappa
  }

  get steps(): number {
    return this.#samples.length
  }

  push(sample: GaugeSample | null): void {
    this.#samples.push(sample)
    this.#filter.push(sample === null ? null : sample.z)
    this.#followRecovery(sample !== null)
  }

  /** From the first suspicion on: do the newest values speak for the likeliest shift, or for the usual level? */
  #followRecovery(known: boolean): void {
    const { logE } = this
    if (logE >= judgeDefaults.suspiciousLogE && logE >= (this.#lead?.logE ?? 0)) {
      const { backLogOdds, backForSteps } = this.#lead ?? {
        backLogOdds: -backLogOddsMax,
        backForSteps: 0,
      }
      this.#lead = { at: this.#filter.leading, logE, backLogOdds, backForSteps }
    }
    if (this.#lead === null || !known) return
    const odds = this.#lead.backLogOdds - this.#filter.newestLogRatio(this.#lead.at)
    this.#lead.backLogOdds = Math.max(-backLogOddsMax, Math.min(backLogOddsMax, odds))
    const back = chance(this.#lead.backLogOdds) >= 0.95
    this.#lead.backForSteps = back ? this.#lead.backForSteps + 1 : 0
  }

  evidence({ weight }: { readonly weight: number }): StreamEvidence {
    const { scope, mode, stepMs, baseline } = this.#options
    const known = this.#samples.filter((each) => each !== null)
    const shift = this.#shift(known)
    const { usual, low, high } = shift
    const ratioOf = (moved: number) =>
      usual > 0 && usual + moved > 0 ? (usual + moved) / usual : 1
    const loud = this.logE >= judgeDefaults.suspiciousLogE
    return {
      signal: 'gauge',
      scope,
      mode,
      logE: this.logE,
      weight,
      probability: loud ? 1 : 0,
      ratio: ratioOf(shift.shift),
      low: ratioOf(low),
      high: ratioOf(high),
      excessPerMinute: 0,
      recovered: this.#lead === null ? null : chance(this.#lead.backLogOdds),
      recoveredForMs: this.#lead === null ? null : this.#lead.backForSteps * stepMs,
      excludes: [],
      onset: loud ? this.#onset() : null,
      baseline: { events: baseline.mean * baseline.values, exposure: baseline.values },
      observed: {
        events: known.reduce((sum, { value }) => sum + value, 0),
        exposure: known.length,
      },
      detectable: null,
      latency: null,
      gauge: shift,
      ...(loud && this.#beganBefore() && { beganBefore: true }),
    }
  }

  #beganBefore(): boolean {
    const { past, fit, kappa, direction, stepMs } = this.#options
    if (past === undefined) return false
    const values = this.#samples.map((sample) => sample?.z ?? null)
    const stepMinutes = stepMs / 60_000
    const logRatioMax = gaugeLogRatioMax
    return gaugeBeganBefore(
      { fit, kappa, direction, stepMinutes, logRatioMax, before: past },
      values,
    )
  }

  #shift(known: readonly GaugeSample[]): GaugeShift {
    const { unit } = this.#options
    const newest = known.at(-1) ?? { value: 0, usual: 0, scale: 0, z: 0 }
    const { scale, usual } = newest
    const watchedMinutes = (known.length * this.#options.stepMs) / 60_000
    const excluded = watchedMinutes < clearedMinutes ? null : this.#filter.excluded(excludedLogE)
    const shift = this.#moved(known)
    const { low, high } = this.#around(shift, known.length, scale)
    return {
      unit,
      usual,
      shift,
      low,
      high,
      detectable: known.length === 0 ? null : this.#detectable(known.length) * scale,
      excluded: excluded === null ? null : excluded * scale,
    }
  }

  /** By how much the values lie from the usual ones, whichever direction is tested: median, of few levels mean. */
  #moved(known: readonly GaugeSample[]): number {
    if (known.length === 0) return 0
    const samples = this.logE >= judgeDefaults.suspiciousLogE ? this.#sinceOnset() : known
    const moved = samples.map(({ value, usual }) => value - usual)
    return median(moved) || moved.reduce((sum, each) => sum + each, 0) / moved.length
  }

  /** Of an alarm the cells of the grid that are believed, else how far the mean of so many values may lie off. */
  #around(shift: number, values: number, scale: number): { low: number; high: number } {
    if (values === 0) return { low: 0, high: 0 }
    if (this.logE < judgeDefaults.suspiciousLogE) {
      const reach = ninetyPercent * Math.sqrt(this.#variance(values)) * scale
      return { low: shift - reach, high: shift + reach }
    }
    const sizes = this.#sizes()
    const [low, high] = [cell(sizes, 0.05), cell(sizes, 0.95)]
    return {
      low: Math.min(shift, low * (low > 0 ? 1 / halfCell : halfCell) * scale),
      high: Math.max(shift, high * (high > 0 ? halfCell : 1 / halfCell) * scale),
    }
  }

  #sizes(): { size: number; share: number }[] {
    return this.#filter.posterior
      .map(({ jump, share }) => ({ size: jump.size, share }))
      .sort((a, b) => a.size - b.size)
  }

  /** Of the mean of so many values: noise averages out, drift hardly. */
  #variance(values: number): number {
    const { fit, stepMs } = this.#options
    const minutes = (values * stepMs) / 60_000
    const noise = ((1 - fit.f) * fit.g) / values
    return noise + fit.f * fit.g * driftFactor(fit.phiPerMinute, minutes)
  }

  /** With 80 % power, as for counts (section 9). */
  #detectable(values: number): number {
    const variance = this.#variance(values)
    const price = this.#options.kappa * alarmLogE + Math.log(12)
    return Math.sqrt(2 * variance * price) + power * Math.sqrt(variance)
  }

  #onset(): NonNullable<StreamEvidence['onset']> {
    const { startMs, stepMs } = this.#options
    const shares = new Map<number, number>()
    for (const { jump, share } of this.#filter.posterior) {
      shares.set(jump.onset, (shares.get(jump.onset) ?? 0) + share)
    }
    const onsets = [...shares].sort(([a], [b]) => a - b)
    const msOf = (onset: number) => startMs + onset * stepMs
    const [likeliest] = [...onsets].sort(([a, x], [b, y]) => y - x || a - b)
    const at = (level: number) => {
      let sum = 0
      return (onsets.find(([, share]) => (sum += share) >= level) ?? onsets.at(-1)!)[0]
    }
    return { atMs: msOf(likeliest![0]), fromMs: msOf(at(0.05)), toMs: msOf(at(0.95)) }
  }

  /** Without what is back to usual. */
  #sinceOnset(): GaugeSample[] {
    const { startMs, stepMs } = this.#options
    const from = Math.round((this.#onset().atMs - startMs) / stepMs)
    const since = this.#samples.slice(from).filter((each) => each !== null)
    const away = since.slice(0, since.length - (this.#lead?.backForSteps ?? 0))
    const all = [away, since].find((samples) => samples.length > 0)
    return all ?? this.#samples.filter((each) => each !== null)
  }
}

/** The size at which the shares, smallest size first, reach a level. */
function cell(sizes: readonly { size: number; share: number }[], level: number): number {
  let sum = 0
  return (sizes.find(({ share }) => (sum += share) >= level) ?? sizes.at(-1))?.size ?? 0
}

function chance(logOdds: number): number {
  return 1 / (1 + Math.exp(-logOdds))
}

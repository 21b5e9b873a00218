/**
 * From placebos (the same monitor run where nothing was released) to the number that divides a stream's
 * log evidence, and to whether its detector may be believed at all (detection reference, section 10).
 *
 * Pure. Maxima are the greatest log E of each placebo watch, of one stream or of all streams of its signal
 * and mode. Until the fleet has 20 of them its quantile is a default: kappa 1 for counts.
 */
import type { SignalName } from '../../contracts/signal.ts'
import { quantile } from '../kernel/math/order-statistics.ts'
import { judgeDefaults } from './judge.ts'
import { coldPlaceboQuantile, type Mode, placebo } from './parameters.ts'
import { placeboKappa } from './placebo.ts'

export interface Placebos {
  readonly signal: SignalName
  readonly mode: Mode
  /** Of the stream. */
  readonly own: readonly number[]
  /** Of all streams of that signal and mode. */
  readonly fleet: readonly number[]
}

export interface Calibration {
  readonly kappa: number
  /** Share of the stream's placebos that would have been alarms, as calibrated; null without placebos. */
  readonly falseShare: number | null
  /** False: verdicts on this stream go no further than `suspicious`. */
  readonly trusted: boolean
}

export function calibrate({ signal, mode, own, fleet }: Placebos): Calibration {
  const known = fleet.length >= placebo.fleetMin
  const kappa = placeboKappa(
    own,
    known ? quantile(fleet, placebo.level) : coldQuantile(signal, mode),
  )
  if (own.length === 0) return { kappa, falseShare: null, trusted: true }
  const falseShare =
    own.filter((each) => each / kappa >= judgeDefaults.regressedLogE).length / own.length
  const trusted = own.length < placebo.trustMin || falseShare <= placebo.falseShareMax
  return { kappa, falseShare, trusted }
}

function coldQuantile(signal: SignalName, mode: Mode): number {
  if (signal !== 'gauge') return coldPlaceboQuantile.counts
  return mode === 'forecast' ? coldPlaceboQuantile.gaugeForecast : coldPlaceboQuantile.gaugeSplit
}

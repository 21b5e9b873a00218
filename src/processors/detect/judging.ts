/**
 * How the streams of a watch are judged, frozen when it begins: unrest and season fitted on the service's own past,
 * the day's thresholds of latency, and what its log evidence is divided by, learnt from its placebos and those of the
 * unit's other services.
 *
 * A fit is kept for a day (for six hours while the past is shorter than a day), so the cost of a service is that of
 * one fit a day and stream. A function of the log: what a watch is judged by must not depend on when it was asked.
 * Source: detection reference, sections 4.5, 10 and 23.
 */
import { calibrate } from '../../core/detection/calibrate.ts'
import type { StreamFit } from '../../core/detection/fit.ts'
import { type PlaceboSignal, placeboSignals } from '../../core/detection/placebo-signals.ts'
import { countAbove, type SlowThreshold } from '../../core/kernel/histogram/threshold.ts'
import type { FrozenFit, Judging } from '../../core/releases/release-state.ts'
import { wholeService } from '../../core/rollup/count-history.ts'
import type { Fleet } from './fleet.ts'
import { type FittedSignal, latencySignals } from './fitted-signal.ts'
import { bucketsBetween } from './history.ts'
import { fitPast } from './past-fit.ts'
import { fitKey, maximaOf, type PastTrack } from './past-state.ts'
import type { ServiceState } from './service-state.ts'

const hourMs = 3_600_000
const dayMs = 24 * hourMs
/** Routes with a fit of their own: those whose past is kept. */
const routesFitted = 10
const minutesOfDay = 1440
const forgottenMs = 7 * dayMs
/** Thresholds of fewer hours are no better than those that a watch takes from what it knows itself. */
const basisHoursMin = 6
/** So much of the newest telemetry must be countable at the thresholds in force. */
const countableMs = 600_000

export interface JudgingQuestion {
  readonly source: PastTrack
  readonly stepMs: number
  /** Routes of the watch, most requests first. */
  readonly routes: readonly string[]
  readonly fleet: Pick<Fleet, 'maxima' | 'nuisance'>
}

/** Fits that are made anew are kept in the service's past. */
export function freezeJudging(state: ServiceState, question: JudgingQuestion): Judging {
  const { source, fleet } = question
  const fits: [string, FrozenFit][] = []
  const thresholds: [string, readonly SlowThreshold[]][] = []
  for (const route of [wholeService, ...question.routes.slice(0, routesFitted)]) {
    const slow = thresholdsInForce(state, source, route)
    if (slow !== null) thresholds.push([route, slow])
    const signals: FittedSignal[] =
      route === wholeService
        ? ['errors', 'traffic', ...latencySignals]
        : ['errors', ...latencySignals]
    for (const signal of signals) {
      // At thresholds of its own a watch has no season.
      const own = slow === null && signal !== 'errors' && signal !== 'traffic'
      const fit = own ? fleetFit(fleet, signal) : fitOf(state, signal, route, question)
      if (fit !== null) fits.push([`${signal} ${route}`, fit])
    }
  }
  return { source, fits, thresholds, ...calibrated(state, fleet) }
}

function calibrated({ past }: ServiceState, fleet: Pick<Fleet, 'maxima'>) {
  const kappas: [PlaceboSignal, number][] = []
  const untrusted: [PlaceboSignal, number][] = []
  for (const signal of placeboSignals) {
    const own = maximaOf(past, signal)
    const asked = { signal, mode: 'forecast', own, fleet: fleet.maxima(signal) } as const
    const { kappa, falseShare, trusted } = calibrate(asked)
    if (kappa > 1) kappas.push([signal, kappa])
    if (!trusted) untrusted.push([signal, falseShare ?? 1])
  }
  return { kappas, untrusted }
}

/** Null where they are too young, or the newest histograms do not tell who lies above them. */
function thresholdsInForce(
  state: ServiceState,
  source: PastTrack,
  route: string,
): readonly SlowThreshold[] | null {
  const { latency } = state.past.counts[source]
  const known = latency.thresholds.get(route)
  if (known === undefined || known.basisHours < basisHoursMin) return null
  const { closedToMs } = state.tracks[source]
  for (const { cells } of bucketsBetween(state, source, closedToMs - countableMs, closedToMs)) {
    for (const { routes } of cells.values()) {
      for (const [name, cell] of routes) {
        if (cell.latency === null || (route !== wholeService && name !== route)) continue
        for (const each of known.values) if (countAbove(cell.latency, each) === null) return null
      }
    }
  }
  return known.values
}

function fleetFit(fleet: JudgingQuestion['fleet'], signal: FittedSignal): FrozenFit | null {
  const nuisance = fleet.nuisance(signal)
  return nuisance && { nuisance, season: null }
}

function fitOf(
  state: ServiceState,
  signal: FittedSignal,
  route: string,
  { source, stepMs, fleet }: JudgingQuestion,
): FrozenFit | null {
  const { past } = state
  const key = fitKey(signal, source, route)
  const { toMs } = past.counts[source]
  const known = past.fits.get(key)
  if (known !== undefined) {
    const keptMs = known.fit.minutes < minutesOfDay ? 6 * hourMs : dayMs
    if (toMs - known.atMs < keptMs) return frozen(known.fit)
  }
  const fit = fitPast(state, { signal, source, route, stepMs }, fleet.nuisance(signal))
  if (fit === null) return fleetFit(fleet, signal)
  past.fits.set(key, { fit, atMs: toMs })
  // Routes come and go, and their names are the senders'.
  for (const [name, { atMs }] of past.fits) {
    if (atMs < toMs - forgottenMs) past.fits.delete(name)
  }
  return frozen(fit)
}

function frozen({ nuisance, season, from }: StreamFit): FrozenFit | null {
  return from === 'default' ? null : { nuisance, season }
}

/**
 * How the streams of a watch are judged, frozen when it begins: unrest and season fitted on the service's own past,
 * the day's thresholds of latency, and what its log evidence is divided by, learnt from its placebos and those of the
 * unit's other services.
 *
 * Only reads what is known: fits are made aside (`fit-queue`), and a stream that has none takes the fleet's. Source:
 * detection reference, sections 4.5, 10 and 23.
 */
import { calibrate } from '../../core/detection/calibrate.ts'
import type { StreamFit } from '../../core/detection/fit.ts'
import { type PlaceboSignal, placeboSignals } from '../../core/detection/placebo-signals.ts'
import { countAbove, type SlowThreshold } from '../../core/kernel/histogram/threshold.ts'
import type { FrozenFit, Judging } from '../../core/releases/release-state.ts'
import { wholeService } from '../../core/rollup/count-history.ts'
import type { Fleet } from './fleet.ts'
import { type FittedSignal, latencySignals, levelOf } from './fitted-signal.ts'
import { bucketsBetween } from './history.ts'
import { countersMax, fitKey, maximaOf, type PastTrack } from './past-state.ts'
import type { ServiceState } from './service-state.ts'

/** Routes with a fit of their own: those whose past is kept. */
const routesFitted = 10
/** Thresholds of fewer hours are no better than those that a watch takes from what it knows itself. */
const basisHoursMin = 6
/** So much of the newest telemetry must be countable at the thresholds in force. */
const countableMs = 600_000

export interface JudgingQuestion {
  readonly source: PastTrack
  /** Routes of the watch, most requests first. */
  readonly routes: readonly string[]
  readonly fleet: Pick<Fleet, 'maxima' | 'nuisance'>
}

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
      const isSeasonal = slow !== null || levelOf(signal) < 0
      const own = fitOf(state, fitKey(signal, source, route), isSeasonal)
      const fit = own === undefined ? fleetFit(fleet, signal) : own
      if (fit !== null) fits.push([`${signal} ${route}`, fit])
    }
  }
  fits.push(...businessFits(state, source))
  return { source, fits, thresholds, ...calibrated(state, fleet) }
}

/** Counters differ more than routes do: one without a fit of its own is judged by the defaults, not by the others'. */
function businessFits({ past }: ServiceState, source: PastTrack): [string, FrozenFit][] {
  const prefix = fitKey('business', source, '')
  return [...past.fits]
    .filter(([key, { fit }]) => key.startsWith(prefix) && isOwn(fit))
    .sort(([a, one], [b, two]) => two.atMs - one.atMs || (a < b ? -1 : 1))
    .slice(0, countersMax)
    .map(([key, { fit }]) => [`business ${key.slice(prefix.length)}`, judgedBy(fit)])
}

const isOwn = ({ from }: StreamFit) => from === 'own' || from === 'mixed'

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

/** What is known, however old; at thresholds of its own a watch has no season. */
function fitOf(
  { past }: ServiceState,
  key: string,
  isSeasonal: boolean,
): FrozenFit | null | undefined {
  const known = past.fits.get(key)
  if (known === undefined) return undefined
  const fit = frozen(known.fit)
  return fit && !isSeasonal ? { ...fit, season: null } : fit
}

function frozen(fit: StreamFit): FrozenFit | null {
  return fit.from === 'default' ? null : judgedBy(fit)
}

const judgedBy = ({ nuisance, season }: StreamFit): FrozenFit => ({ nuisance, season })

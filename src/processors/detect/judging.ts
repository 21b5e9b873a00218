/**
 * How the streams of a watch are judged, frozen when it begins: unrest and season fitted on the service's own past,
 * and what its log evidence is divided by, learnt from its placebos and those of the unit's other services.
 *
 * A fit is kept for a day (for six hours while the past is shorter than a day), so the cost of a service is that of
 * one fit a day and stream. A function of the log: what a watch is judged by must not depend on when it was asked.
 * Source: detection reference, sections 4.5 and 10.
 */
import { calibrate } from '../../core/detection/calibrate.ts'
import { fitStream, type RateCounts, type StreamPast } from '../../core/detection/fit.ts'
import { type PlaceboSignal, placeboSignals } from '../../core/detection/placebo-signals.ts'
import type { FrozenFit, Judging } from '../../core/releases/release-state.ts'
import { seriesBins, seriesElements, wholeService } from '../../core/rollup/count-history.ts'
import type { Bucket } from '../../core/rollup/track.ts'
import { bucketsBetween } from './history.ts'
import type { Fleet } from './fleet.ts'
import { type FittedSignal, fitKey, maximaOf, type PastTrack } from './past-state.ts'
import type { ServiceState } from './service-state.ts'

const hourMs = 3_600_000
const dayMs = 24 * hourMs
/** Routes with a fit of their own: those whose past is kept. */
const routesFitted = 10
const recentMs = 2 * hourMs
const minutesLearnt = 360
const minutesOfDay = 1440
const forgottenMs = 7 * dayMs

export interface JudgingQuestion {
  readonly source: PastTrack
  readonly stepMs: number
  /** Routes of the watch, most requests first. */
  readonly routes: readonly string[]
  readonly fleet: Pick<Fleet, 'maxima' | 'nuisance'>
}

/** Fits that are made anew are kept in the service's past. */
export function freezeJudging(state: ServiceState, question: JudgingQuestion): Judging {
  const { source, routes } = question
  const wanted: [FittedSignal, string][] = [
    ['errors', wholeService],
    ['traffic', wholeService],
    ...routes.slice(0, routesFitted).map((route): [FittedSignal, string] => ['errors', route]),
  ]
  const fits: [string, FrozenFit][] = []
  for (const [signal, route] of wanted) {
    const fit = fitOf(state, signal, route, question)
    if (fit !== null) fits.push([`${signal} ${route}`, fit])
  }
  const kappas: [PlaceboSignal, number][] = []
  const untrusted: [PlaceboSignal, number][] = []
  for (const signal of placeboSignals) {
    const own = maximaOf(state.past, signal)
    const { kappa, falseShare, trusted } = calibrate({
      signal,
      mode: 'forecast',
      own,
      fleet: question.fleet.maxima(signal),
    })
    if (kappa > 1) kappas.push([signal, kappa])
    if (!trusted) untrusted.push([signal, falseShare ?? 1])
  }
  return { source, fits, kappas, untrusted }
}

function fitOf(
  state: ServiceState,
  signal: FittedSignal,
  route: string,
  { source, stepMs, fleet }: JudgingQuestion,
): FrozenFit | null {
  const { past } = state
  const key = fitKey(signal, source, route)
  const history = past.counts[source]
  const known = past.fits.get(key)
  if (known !== undefined) {
    const keptMs = known.fit.minutes < minutesOfDay ? 6 * hourMs : dayMs
    if (history.toMs - known.atMs < keptMs) return frozen(known.fit)
  }
  const series = seriesElements(history, route)
  const elements = series?.elements.filter((each) => each !== null).length ?? 0
  if (series === null || (elements * series.stepMs) / 60_000 < minutesLearnt) {
    const nuisance = fleet.nuisance(signal)
    return nuisance && { nuisance, season: null }
  }
  const steps = series.stepMs / stepMs
  const countsOf = (each: { requests: number; errors: number } | null): RateCounts | null =>
    each === null
      ? null
      : signal === 'traffic'
        ? { n: steps, e: each.requests }
        : { n: each.requests, e: each.errors }
  const bins = seriesBins(history, route).map(({ minute, requests, errors }) =>
    signal === 'traffic'
      ? { minute, events: requests, exposure: 600_000 / stepMs }
      : { minute, events: errors, exposure: requests },
  )
  const asked: StreamPast = {
    mode: 'forecast',
    history: series.elements.map(countsOf),
    historySeconds: series.stepMs / 1000,
    endMs: history.toMs,
    recent: recentOf(state, signal, route, { source, toMs: history.toMs }),
    ...(bins.length > 0 && series.stepMs <= 600_000 ? { bins } : {}),
  }
  const fit = fitStream(asked, fleet.nuisance(signal))
  past.fits.set(key, { fit, atMs: history.toMs })
  // Routes come and go, and their names are the senders'.
  for (const [name, { atMs }] of past.fits) {
    if (atMs < history.toMs - forgottenMs) past.fits.delete(name)
  }
  return frozen(fit)
}

function frozen({ nuisance, season, from }: ReturnType<typeof fitStream>): FrozenFit | null {
  return from === 'default' ? null : { nuisance, season }
}

/** Buckets of the newest two hours at the stream's own step. */
function recentOf(
  state: ServiceState,
  signal: FittedSignal,
  route: string,
  { source, toMs }: { readonly source: PastTrack; readonly toMs: number },
): (RateCounts | null)[] {
  return bucketsBetween(state, source, toMs - recentMs, toMs).map((bucket) => {
    if (bucket.missing || bucket.completeness < 0.9) return null
    const { requests, errors } = sumOf(bucket, route)
    return signal === 'traffic' ? { n: 1, e: requests } : { n: requests, e: errors }
  })
}

function sumOf({ cells }: Bucket, route: string): { requests: number; errors: number } {
  const sum = { requests: 0, errors: 0 }
  for (const { routes } of cells.values()) {
    for (const [name, cell] of routes) {
      if (route !== wholeService && name !== route) continue
      sum.requests += cell.requests
      sum.errors += cell.errors
    }
  }
  return sum
}

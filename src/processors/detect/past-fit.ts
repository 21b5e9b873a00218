/**
 * Fits one stream of a service on the service's own past: its unrest and its season (detection reference, 4.4 and
 * 4.5). Costly, a tenth of a second a stream.
 */
import {
  fitStream,
  type RateCounts,
  type StreamFit,
  type StreamPast,
} from '../../core/detection/fit.ts'
import type { SeasonBin } from '../../core/detection/season.ts'
import {
  incidentRatesAt,
  latencyQuantiles,
  type Nuisance,
} from '../../core/detection/parameters.ts'
import { countAbove, type SlowThreshold } from '../../core/kernel/histogram/threshold.ts'
import { wholeService } from '../../core/rollup/count-history.ts'
import {
  type Counted,
  seriesBins,
  type SeriesCounts,
  seriesElements,
} from '../../core/rollup/count-series.ts'
import { type Bucket, isUsable } from '../../core/rollup/track.ts'
import { bucketsBetween } from './history.ts'
import { type FittedSignal, levelOf } from './fitted-signal.ts'
import { historyOf, type PastTrack } from './past-state.ts'
import type { ServiceState } from './service-state.ts'

const recentMs = 7_200_000
/** Less tells nothing of a service's own [choice: section 4.5]. */
const minutesLearnt = 360

export interface FitQuestion {
  readonly signal: FittedSignal
  readonly source: PastTrack
  readonly route: string
  readonly stepMs: number
}

/** Null while too little is known. */
export function fitPast(
  state: ServiceState,
  { signal, source, route, stepMs }: FitQuestion,
  fleet: Nuisance | null,
): StreamFit | null {
  const history = state.past.counts[historyOf(signal, source)]
  const level = levelOf(signal)
  const counted: Counted = level < 0 ? 'errors' : { level }
  const series = seriesElements(history, route, counted)
  if (series === null) return null
  const known = series.elements.filter((each) => each !== null).length
  if ((known * series.stepMs) / 60_000 < minutesLearnt) return null
  const steps = series.stepMs / stepMs
  const countsOf = (each: SeriesCounts): RateCounts =>
    signal === 'traffic' ? { n: steps, e: each.requests } : { n: each.requests, e: each.events }
  const bins = seriesBins(history, route, counted).map(
    ({ minute, requests, events }): SeasonBin =>
      signal === 'traffic'
        ? { minute, events: requests, exposure: 600_000 / stepMs }
        : { minute, events, exposure: requests },
  )
  const thresholds = history.latency.thresholds.get(route)?.values ?? null
  const threshold = level < 0 ? null : (thresholds?.[level] ?? null)
  // Counters and what they are counted by meet in minutes alone.
  const recent =
    signal === 'business'
      ? []
      : bucketsBetween(state, source, history.toMs - recentMs, history.toMs)
  const asked: StreamPast = {
    mode: 'forecast',
    history: series.elements.map((each) => each && countsOf(each)),
    historySeconds: series.stepMs / 1000,
    endMs: history.toMs,
    recent: recent.map((bucket) => recentOf(bucket, { signal, route, threshold })),
    ...(bins.length > 0 && series.stepMs <= 600_000 ? { bins } : {}),
    ...(level < 0 ? {} : { incidentRates: incidentRatesAt(latencyQuantiles[level]!) }),
  }
  return fitStream(asked, fleet)
}

interface RecentQuestion {
  readonly signal: FittedSignal
  readonly route: string
  /** Of latency. */
  readonly threshold: SlowThreshold | null
}

/** One bucket at the stream's own step. */
function recentOf(bucket: Bucket, { signal, route, threshold }: RecentQuestion): RateCounts | null {
  if (!isUsable(bucket)) return null
  let [requests, errors, slow] = [0, 0, 0]
  for (const { routes } of bucket.cells.values()) {
    for (const [name, cell] of routes) {
      if (route !== wholeService && name !== route) continue
      requests += cell.requests
      errors += cell.errors
      if (threshold === null || cell.latency === null) continue
      const above = countAbove(cell.latency, threshold)
      if (above === null) return null
      slow += above
    }
  }
  if (signal === 'traffic') return { n: 1, e: requests }
  return { n: requests, e: signal === 'errors' ? errors : slow }
}

/**
 * What a stream did before its release, made ready for forecast mode: its usual log rate and where its
 * drift stands (detection reference 4.5, short history; burn-in 6.1; traffic in section 8).
 *
 * The rate is constant, that of the last 90 known minutes, unless a fit brings a season (`fitStream`).
 * Minutes are given oldest first; null where telemetry was missing.
 */
import { NullFilter } from './null-filter.ts'
import { forecastObservation } from './observation.ts'
import type { Nuisance } from './parameters.ts'
import { type Season, seasonAt } from './season.ts'
import { informationMaxOf, stateSpace } from './state-space.ts'

/** Exposure and events of one minute; for traffic `e` counts the arrivals and `n` is not read. */
export interface HistoryMinute {
  readonly n: number
  readonly e: number
}

/** On minutes since the epoch. */
export type FittedSeason = Pick<Season, 'periodsMinutes' | 'coefficients'>

export interface ForecastBaseline {
  /** Log of events per exposure; for traffic log of arrivals per bucket. */
  readonly logRate: number
  /** Where there is one the rate is its, and `logRate` that of the last 90 minutes all the same. */
  readonly season?: FittedSeason | null
  /** Mass over the filter's states at the release. */
  readonly initial: Float64Array
  readonly events: number
  readonly exposure: number
  /** Minutes with data. */
  readonly minutes: number
}

export type BaselineAnswer =
  | { readonly ok: true; readonly baseline: ForecastBaseline }
  | { readonly ok: false; readonly why: 'no-history' | 'no-traffic' }

export const burnInMinutes = 90

export interface HistoryOptions {
  readonly history: readonly (HistoryMinute | null)[]
  /** Step of the stream, seconds. */
  readonly stepSeconds: number
  /** Length of one element of `history`: 60, or the stream's own step where that is longer. */
  readonly historySeconds?: number
  readonly nuisance: Nuisance
  readonly signal: 'traffic' | 'other'
  readonly incidentRates?: readonly number[]
  /** Of the stream's fit, with the end of `history`. */
  readonly season?: { readonly fitted: FittedSeason; readonly endMs: number } | null
}

/** Forecast for a bucket (or minute) by its middle. */
export function logRateAt({ logRate, season }: ForecastBaseline, middleMs: number): number {
  return season ? seasonAt(season, middleMs / 60_000) : logRate
}

export function forecastBaseline(options: HistoryOptions): BaselineAnswer {
  const { stepSeconds, nuisance, signal, season } = options
  const historySeconds = options.historySeconds ?? Math.max(60, stepSeconds)
  const length = Math.ceil((burnInMinutes * 60) / historySeconds)
  const history = lastKnown(options.history, length)
  const bucketsEach = historySeconds / stepSeconds
  let events = 0
  let exposure = 0
  let known = 0
  for (const each of history) {
    if (!each) continue
    known++
    events += each.e
    exposure += signal === 'traffic' ? bucketsEach : each.n
  }
  if (known === 0) return { ok: false, why: 'no-history' }
  if (signal === 'traffic' ? events <= 0 : exposure <= 0) return { ok: false, why: 'no-traffic' }
  const logRate =
    signal === 'traffic' ? Math.log(events / exposure) : Math.log((events + 0.5) / (exposure + 1))
  const logRateOf = (i: number) => {
    if (!season) return logRate
    const middleMs = season.endMs - (history.length - i - 0.5) * historySeconds * 1000
    return seasonAt(season.fitted, middleMs / 60_000)
  }

  const filter = new NullFilter({
    space: stateSpace({
      mode: 'forecast',
      nuisance,
      stepSeconds: historySeconds,
      informationMax: informationMaxOf(nuisance.tau),
      ...(options.incidentRates ? { incidentRates: options.incidentRates } : {}),
    }),
  })
  history.forEach((each, i) => {
    const n = signal === 'traffic' ? bucketsEach : (each?.n ?? 0)
    if (!each || n <= 0) return filter.skip()
    filter.observe(forecastObservation({ n, e: each.e, logRate: logRateOf(i) }))
  })
  const minutes = (known * historySeconds) / 60
  const initial = filter.shares()
  const fitted = season?.fitted ?? null
  return { ok: true, baseline: { logRate, season: fitted, initial, events, exposure, minutes } }
}

/** From the last `length` known elements on. */
function lastKnown(
  history: readonly (HistoryMinute | null)[],
  length: number,
): readonly (HistoryMinute | null)[] {
  let from = history.length
  for (let left = length; from > 0 && left > 0; ) if (history[--from]) left--
  return history.slice(from)
}

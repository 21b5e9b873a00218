/**
 * What a stream's own past says about how it is to be judged: its unrest and its season, by the table for
 * short history (detection reference 4.4 and 4.5).
 *
 * Pure; costly (a tenth of a second a stream), so it is run aside and its answer enters as a record.
 *
 *   >= 1 day and >= 200 events   own fit; a season of two harmonics from 2 days on, of one before
 *   6 h to 1 day                 between own fit and the fleet's, by the minutes known (and the events)
 *   less                         the fleet's; without a fleet the defaults; `weakHistory`
 *
 * Without a season the rate is constant, that of the last 90 minutes (`forecastBaseline`).
 */
import type { FittedSeason } from './baseline.ts'
import { rateDispersion, splitDispersion } from './dispersion.ts'
import { fitDrift } from './drift-fit.ts'
import {
  type ForecastCounts,
  forecastObservation,
  type Observation,
  type SplitCounts,
  splitObservation,
} from './observation.ts'
import { coldStart, fitInformationMax, type Nuisance, widened } from './parameters.ts'
import { dailyPeriodsMinutes, fitSeason, type Season, type SeasonBin, seasonAt } from './season.ts'

/** Exposure and events; for traffic the exposure of an element is the number of the stream's steps in it. */
export type RateCounts = Omit<ForecastCounts, 'logRate'>

interface Past<Counts> {
  /** Oldest first, up to 7 days; null where telemetry was missing. The last one ends at `endMs`. */
  readonly history: readonly (Counts | null)[]
  /** Length of one element of `history`: 60, or the stream's own step where that is longer. */
  readonly historySeconds: number
  readonly endMs: number
  /** The newest buckets at the stream's own step (10 s: up to 2 h), oldest first. */
  readonly recent: readonly (Counts | null)[]
}

/** Split: an A/A split of the instances of one version, with about the share of the new one. */
export type StreamPast =
  | ({
      readonly mode: 'forecast'
      /** Bins of 10 min of up to 28 days, minutes since the epoch; by default made from `history`. */
      readonly bins?: readonly SeasonBin[]
      /** Of latency: `incidentRatesAt` its quantile. */
      readonly incidentRates?: readonly number[]
    } & Past<RateCounts>)
  | ({ readonly mode: 'split' } & Past<SplitCounts>)

export interface StreamFit {
  readonly nuisance: Nuisance
  /** On minutes since the epoch; null: the rate is constant. Always null in split mode. */
  readonly season: FittedSeason | null
  readonly weakHistory: boolean
  /** Where the nuisance is from. */
  readonly from: 'own' | 'mixed' | 'fleet' | 'default'
  /** Minutes with data, and events in them. */
  readonly minutes: number
  readonly events: number
}

const dayMinutes = 1440
const ownMinutes = dayMinutes
const mixedMinutes = 360
const ownEvents = 200
/** Days of the drift's fit, newest first. */
const driftDays = 3
const binMinutes = 10
const weekMinutes = 7 * dayMinutes

export function fitStream(past: StreamPast, fleet: Nuisance | null): StreamFit {
  const known = past.history.filter((each) => each !== null)
  const minutes = (known.length * past.historySeconds) / 60
  const events = known.reduce((sum, each) => sum + eventsOf(each), 0)
  const usual = fleet ?? coldStart[past.mode]
  const facts = { minutes, events, season: null }
  const from = fleet === null ? 'default' : 'fleet'
  if (minutes < mixedMinutes || events === 0) {
    return { ...facts, nuisance: usual, weakHistory: minutes < mixedMinutes, from }
  }
  const season = past.mode === 'forecast' && events >= ownEvents ? seasonOf(past, minutes) : null
  const own = ownNuisance(past, season)
  const weight = own === null ? 0 : Math.min(1, minutes / ownMinutes, events / ownEvents)
  return {
    ...facts,
    season: season && { periodsMinutes: season.periodsMinutes, coefficients: season.coefficients },
    nuisance: own === null ? usual : between(own, usual, weight),
    weakHistory: false,
    from: weight === 1 ? 'own' : weight > 0 ? 'mixed' : from,
  }
}

/** The fleet's: median of each parameter over the own fits of one signal and mode; null for none. */
export function fleetNuisance(fits: readonly Nuisance[]): Nuisance | null {
  if (fits.length === 0) return null
  const middle = (of: (fit: Nuisance) => number) => {
    const sorted = fits.map(of).sort((a, b) => a - b)
    return sorted[Math.floor((sorted.length - 1) / 2)]!
  }
  return {
    eta: middle((fit) => fit.eta),
    tau: middle((fit) => fit.tau),
    phiPerMinute: middle((fit) => fit.phiPerMinute),
  }
}

/** Mean in log space, of phi by its correlation time; `weight` is that of `own`. */
export function between(own: Nuisance, usual: Nuisance, weight: number): Nuisance {
  const mean = (a: number, b: number) => Math.exp(weight * Math.log(a) + (1 - weight) * Math.log(b))
  const time = (phi: number) => -1 / Math.log(phi)
  return {
    eta: mean(own.eta, usual.eta),
    tau: mean(own.tau, usual.tau),
    phiPerMinute: Math.exp(-1 / mean(time(own.phiPerMinute), time(usual.phiPerMinute))),
  }
}

function seasonOf(past: StreamPast & { mode: 'forecast' }, minutes: number): Season | null {
  if (minutes < dayMinutes) return null
  const bins = past.bins ?? binsOf(past)
  const span = bins.length * binMinutes
  const periods = minutes >= 2 * dayMinutes ? dailyPeriodsMinutes : dailyPeriodsMinutes.slice(0, 1)
  return fitSeason(bins, span >= 2 * weekMinutes ? [...periods, weekMinutes] : periods)
}

function binsOf({ history, historySeconds, endMs }: Past<RateCounts>): SeasonBin[] {
  const bins = new Map<number, { events: number; exposure: number }>()
  history.forEach((each, i) => {
    if (each === null) return
    const bin = Math.floor(minuteAt({ history, historySeconds, endMs }, i) / binMinutes)
    const sum = bins.get(bin) ?? { events: 0, exposure: 0 }
    bins.set(bin, { events: sum.events + each.e, exposure: sum.exposure + each.n })
  })
  return [...bins].map(([bin, sum]) => ({ minute: (bin + 0.5) * binMinutes, ...sum }))
}

/** Middle of element i, minutes since the epoch. */
function minuteAt(
  { history, historySeconds, endMs }: Pick<Past<unknown>, 'history' | 'historySeconds' | 'endMs'>,
  i: number,
): number {
  return endMs / 60_000 - ((history.length - i - 0.5) * historySeconds) / 60
}

function ownNuisance(past: StreamPast, season: Season | null): Nuisance | null {
  const eta = past.mode === 'split' ? splitEta(past) : rateEta(past)
  const drift = fitDrift({
    mode: past.mode,
    eta,
    days: daysOf(past, observations(past, season)),
    stepSeconds: past.historySeconds,
    informationMax: fitInformationMax,
    ...('incidentRates' in past && past.incidentRates ? { incidentRates: past.incidentRates } : {}),
  })
  if (drift === null) return null
  const { factor, tauMin } = widened[past.mode]
  return { eta, ...drift, tau: Math.max(tauMin, factor * drift.tau) }
}

function observations(past: StreamPast, season: Season | null): (Observation | null)[] {
  if (past.mode === 'split') {
    return past.history.map((each) =>
      each && each.n1 > 0 && each.n0 > 0 ? splitObservation(each) : null,
    )
  }
  let [n, e] = [0, 0]
  for (const each of past.history) {
    n += each?.n ?? 0
    e += each?.e ?? 0
  }
  const constant = Math.log((e + 0.5) / (n + 1))
  return past.history.map((each, i) => {
    if (!each || each.n <= 0) return null
    return forecastObservation({
      ...each,
      logRate: season === null ? constant : seasonAt(season, minuteAt(past, i)),
    })
  })
}

/** One chain a day, counted back from the end. */
function daysOf(
  { historySeconds }: StreamPast,
  all: (Observation | null)[],
): (Observation | null)[][] {
  const length = Math.round((dayMinutes * 60) / historySeconds)
  const days: (Observation | null)[][] = []
  for (let end = all.length; end > 0 && days.length < driftDays; end -= length) {
    days.push(all.slice(Math.max(0, end - length), end))
  }
  return days.reverse()
}

/** From the buckets of the stream's own step where they tell enough, else from the minutes. */
function rateEta({ recent, history }: Past<RateCounts>): number {
  const blocks = (buckets: readonly (RateCounts | null)[]) =>
    chunks(buckets, 6).map((block) => ({
      e: block.map((each) => each.e),
      n: block.map((each) => each.n),
    }))
  return rateDispersion(blocks(enough(recent) ? recent : history)).eta
}

function splitEta({ recent, history, historySeconds }: Past<SplitCounts>): number {
  const fine = enough(recent)
  const buckets = (fine ? recent : history).filter((each) => each !== null)
  const sum = (of: (each: SplitCounts) => number) =>
    buckets.reduce((all, each) => all + of(each), 0)
  const n1 = sum((each) => each.n1)
  const blockSize = fine ? 60 : Math.max(2, Math.min(60, Math.round(3600 / historySeconds)))
  const { eta } = splitDispersion({
    e1: buckets.map((each) => each.e1),
    e0: buckets.map((each) => each.e0),
    share: n1 / Math.max(1, n1 + sum((each) => each.n0)),
    blockSize,
  })
  return eta
}

function enough(buckets: readonly (RateCounts | SplitCounts | null)[]): boolean {
  return buckets.reduce((sum, each) => sum + (each ? eventsOf(each) : 0), 0) >= ownEvents
}

function chunks<Item>(items: readonly (Item | null)[], size: number): Item[][] {
  const found: Item[][] = []
  for (let from = 0; from < items.length; from += size) {
    const chunk = items.slice(from, from + size).filter((each) => each !== null)
    if (chunk.length > 1) found.push(chunk)
  }
  return found
}

function eventsOf(counts: RateCounts | SplitCounts): number {
  return 'e' in counts ? counts.e : counts.e1 + counts.e0
}

/** What is known of a synthetic service when it releases: by the product's own fits, on its history. */
import { type StreamFit, fitStream } from '../../core/detection/fit.ts'
import { coldStart, type Mode, type Nuisance } from '../../core/detection/parameters.ts'
import { type FittedSeries, fittedSeries } from './series.ts'
import type { Counts } from './service.ts'

type Fit = Pick<StreamFit, 'nuisance' | 'season'>

export type Fits = ReadonlyMap<string, Fit>

export interface History {
  /** One element a minute, oldest first; the last one ends at `endMs`. */
  readonly minutes: readonly Counts[]
  /** The newest buckets of 10 s, up to two hours. */
  readonly recent: readonly Counts[]
  readonly endMs: number
}

const twoDays = 2 * 1440

export function fitService(
  mode: 'split' | 'forecast',
  routes: number,
  { minutes, recent, endMs }: History,
): Fits {
  const fits = new Map<string, Fit>()
  for (const series of fittedSeries(mode, routes)) {
    if (series.unfitted) {
      fits.set(series.key, unfitted(series.mode))
      continue
    }
    const kept = series.long ? minutes : minutes.slice(-twoDays)
    const history = kept.map((counts) => series.of(counts, 6))
    const fine = recent.map((counts) => series.of(counts, 1))
    fits.set(series.key, fitStream(pastOf(series, history, fine, endMs), null))
  }
  return fits
}

type Arms = ReturnType<FittedSeries['of']>

function pastOf(
  { mode, incidentRates }: FittedSeries,
  history: Arms[],
  recent: Arms[],
  endMs: number,
) {
  const shared = { historySeconds: 60, endMs }
  if (mode === 'split') return { mode, history, recent, ...shared }
  const alone = ({ n1, e1 }: Arms) => ({ n: n1, e: e1 })
  return {
    mode,
    history: history.map(alone),
    recent: recent.map(alone),
    ...(incidentRates ? { incidentRates } : {}),
    ...shared,
  }
}

/** The same for every stream: the defaults of the first day, or a wrong guess. */
export function sameFits(
  mode: 'split' | 'forecast',
  routes: number,
  nuisance: Nuisance | null,
): Fits {
  return new Map(
    fittedSeries(mode, routes).map(({ key, mode: own }) => [
      key,
      nuisance === null ? unfitted(own) : { nuisance, season: null },
    ]),
  )
}

function unfitted(mode: Mode): Fit {
  return { nuisance: coldStart[mode], season: null }
}

/**
 * Freezes what a watch is made of: source, step, mode, versions, routes and callers with their weights.
 * Called once the first minute (or step) of the new version's telemetry has closed.
 */
import { addCells, type BucketCells } from '../../core/rollup/cells.ts'
import { countsKnownFrom } from '../../core/rollup/count-series.ts'
import { gaugesKnownFrom } from '../../core/rollup/gauge-history.ts'
import { windowMs } from '../../core/rollup/track.ts'
import type { ReleaseState, WatchFacts } from '../../core/releases/release-state.ts'
import { bucketsBetween, chooseSource, routeTotals } from './history.ts'
import { isFedByGauges } from './gauge-state.ts'
import { freezeJudging } from './judging.ts'
import type { Fleet } from './fleet.ts'
import { previousLabel } from './progress.ts'
import { sentinelEndMs } from './sentinel-hour.ts'
import type { ServiceState } from './service-state.ts'
import type { DetectSettings } from './settings.ts'
import { goneShare } from './arm-shares.ts'

const minuteMs = 60_000
const weakHistoryMs = 6 * 3_600_000
const callersMax = 20
/** A point that ends after the version was first seen may still be the old one's; the next is the new one's. */
const shownWithinSteps = 3
/** A deployment further back than that began to serve when its version was first seen. */
const mixedWithinSteps = 2

export interface Beginning {
  readonly source: 'spans' | 'metrics'
  readonly stepMs: number
  readonly startMs: number
  readonly fedByGauges?: boolean
}

/**
 * Where the watch of a version that was first seen at `firstMs` would start: with the first bucket of its
 * source that holds the version. Null while the source is not known or its first minute is not closed.
 */
export function beginning(
  state: ServiceState,
  { label, firstMs }: { readonly label: string | null; readonly firstMs: number },
  end: boolean,
): Beginning | null {
  if (isFedByGauges(state)) {
    const startMs = Math.floor(firstMs / minuteMs) * minuteMs
    const { closedToMs } = state.gauges.track
    const ready = closedToMs >= startMs + minuteMs || (end && closedToMs > startMs)
    return ready ? { source: 'spans', stepMs: minuteMs, startMs, fedByGauges: true } : null
  }
  const source = chooseSource(state, firstMs + minuteMs)
  if (source === null) return null
  const stepMs = state.tracks[source].stepMs ?? windowMs
  const seenMs = Math.floor(firstMs / stepMs) * stepMs
  const closedToMs = state.tracks[source].closedToMs
  const shownMs = label === null ? null : firstShown(state, source, label, seenMs)
  const startMs = shownMs ?? seenMs
  // A slow source shows a version later than a fast one; one that never does is not waited for.
  const other = source === 'metrics' ? 'spans' : 'metrics'
  const awaited = shownMs === null && label !== null && isSeen(state, other, label)
  const readyMs = startMs + Math.max(minuteMs, awaited ? shownWithinSteps * stepMs : stepMs)
  const ready = closedToMs >= readyMs || (end && closedToMs > startMs)
  return ready ? { source, stepMs, startMs } : null
}

/** Start of the first bucket of `source` from `fromMs` on that holds the version. */
function firstShown(
  state: ServiceState,
  source: Beginning['source'],
  version: string,
  fromMs: number,
): number | null {
  const { closedToMs } = state.tracks[source]
  const buckets = bucketsBetween(state, source, fromMs, closedToMs)
  return buckets.find(({ cells }) => cells.has(version))?.startMs ?? null
}

function isSeen({ versions }: ServiceState, source: Beginning['source'], version: string): boolean {
  return (versions.seen.get(version)?.windows[source] ?? 0) > 0
}

export interface Freezing {
  readonly settings: DetectSettings
  readonly fleet: Fleet
}

export function freezeWatch(
  state: ServiceState,
  release: ReleaseState,
  begins: Beginning,
  { settings, fleet }: Freezing,
): WatchFacts {
  const { source, stepMs, startMs } = begins
  const newVersion = release.label === '' ? null : release.label
  const oldVersion = newVersion === null ? null : previousLabel(state, release)
  const firstMinute = bucketsBetween(state, source, startMs, startMs + Math.max(minuteMs, stepMs))
  const shares = shareOf(firstMinute.at(-1)?.cells ?? new Map(), newVersion, oldVersion)
  const both =
    begins.fedByGauges === true
      ? gaugesOfBoth(state, startMs, newVersion, oldVersion)
      : newVersion !== null && shares !== null && shares.old >= goneShare
  const mode = both ? 'split' : 'forecast'
  if (!release.strategyGiven && newVersion !== null && shares !== null) {
    const guess = mode === 'forecast' ? 'all-at-once' : shares.new <= 0.5 ? 'canary' : 'rolling'
    if (release.finding.strategy !== guess) release.changed = true
    release.finding.strategy = guess
  }
  const common = commonFacts(state, begins, settings)
  return {
    ...common,
    mode,
    newVersion,
    oldVersion,
    ...mixedBefore(begins, release.finding.startedAtMs),
    ...judgingOf(state, common, fleet),
  }
}

/** Between its deployment and the first bucket that shows it a version may have served under the old one's name. */
function mixedBefore(
  { startMs, stepMs }: Beginning,
  startedAtMs: number,
): Pick<WatchFacts, 'mixedFromMs'> {
  const soon = startedAtMs < startMs && startMs - startedAtMs < mixedWithinSteps * stepMs
  return soon ? { mixedFromMs: Math.floor(startedAtMs / stepMs) * stepMs } : {}
}

/** Both versions have gauges in the first minute. */
function gaugesOfBoth(
  { gauges }: ServiceState,
  startMs: number,
  newVersion: string | null,
  oldVersion: string | null,
): boolean {
  const first = gauges.track.closed.find((bucket) => bucket.startMs >= startMs)
  if (first === undefined || newVersion === null || oldVersion === null) return false
  return first.cells.has(newVersion) && first.cells.has(oldVersion)
}

/** The sentinels' watch: the whole service against its own forecast, with no release. */
export function freezeSentinel(
  state: ServiceState,
  begins: Beginning,
  { settings, fleet }: Freezing,
): WatchFacts {
  const facts = commonFacts(state, begins, settings)
  const callers = facts.callers.length > 0 ? ([['', 1]] as const) : []
  return {
    ...facts,
    mode: 'forecast',
    newVersion: null,
    oldVersion: null,
    routes: [],
    callers,
    ...judgingOf(state, { ...facts, routes: [] }, fleet),
    endMs: sentinelEndMs(state.key, begins),
  }
}

function judgingOf(
  state: ServiceState,
  { source, routes }: Pick<WatchFacts, 'source' | 'routes'>,
  fleet: Freezing['fleet'],
): Pick<WatchFacts, 'judging'> {
  const names = routes.map(([route]) => route)
  return { judging: freezeJudging(state, { source, routes: names, fleet }) }
}

function commonFacts(
  state: ServiceState,
  { source, stepMs, startMs, fedByGauges = false }: Beginning,
  settings: DetectSettings,
) {
  const hourMs = 60 * minuteMs
  const before = bucketsBetween(
    state,
    source,
    startMs - hourMs,
    startMs + Math.max(minuteMs, stepMs),
  )
  const calls = bucketsBetween(state, 'calls', startMs - hourMs, startMs + minuteMs)
  const { track, history } = state.gauges
  const firstMs =
    (fedByGauges
      ? gaugesKnownFrom(history, track)
      : (countsKnownFrom(state.past.counts[source]) ?? state.tracks[source].closed[0]?.startMs)) ??
    startMs
  return {
    startMs,
    source,
    stepMs,
    callsStepMs: state.tracks.calls.stepMs ?? windowMs,
    routes: sharesOf(routeTotals(before).slice(0, settings.routesMax)),
    callers: sharesOf(routeTotals(calls).slice(0, callersMax)),
    weakHistory: startMs - firstMs < weakHistoryMs,
    fromMs: Math.floor((startMs - historyKeptMs(state, settings)) / hourMs) * hourMs,
    seq: state.seq,
    ...(fedByGauges && { fedByGauges }),
    steps: [],
    handoverMs: null,
    endMs: Number.MAX_SAFE_INTEGER,
    ended: false,
  }
}

/** Two hours by default; a day where steps are coarse. */
export function historyKeptMs(state: ServiceState, { historyMs }: DetectSettings): number {
  const newest = state.tracks.metrics.closed.at(-1)
  const coarse = newest !== undefined && newest.endMs - newest.startMs >= minuteMs
  return coarse ? 12 * historyMs : historyMs
}

function sharesOf(totals: readonly [string, number][]): [string, number][] {
  const all = totals.reduce((sum, [, requests]) => sum + requests, 0)
  return totals
    .filter(([, requests]) => requests > 0)
    .map(([name, requests]) => [name, requests / all])
}

function shareOf(
  cells: BucketCells,
  newVersion: string | null,
  oldVersion: string | null,
): { new: number; old: number } | null {
  const merged: BucketCells = new Map()
  addCells(merged, cells)
  const requests = (version: string | null) => {
    let sum = 0
    for (const { requests: each } of merged.get(version ?? '')?.routes.values() ?? []) sum += each
    return sum
  }
  const [one, zero] = [requests(newVersion), oldVersion === null ? 0 : requests(oldVersion)]
  return one + zero === 0 ? null : { new: one / (one + zero), old: zero / (one + zero) }
}

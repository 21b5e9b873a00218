/**
 * One source of one service: its open cells, and its closed buckets for a while.
 *
 * Cells are kept at a base of 5 s for metrics (the greatest divisor of all steps) and 10 s for spans;
 * a bucket is one step of the source (contract section 4, *Spacing*) and closes once the watermark has
 * reached its end + grace + the spacing of a source slower than 10 s. While a source's spacing is
 * unknown nothing of it closes for the slowest spacing there is. Late cells are counted, not added.
 * Intervals are half open and aligned to the epoch; milliseconds.
 */
import { addCells, type BucketCells } from './cells.ts'
import { observeSpacing, stepOf, stepsMs } from './spacing.ts'

/** `counts`: a house's counters, their names in place of routes. */
export type TrackName = 'spans' | 'metrics' | 'calls' | 'counts'

export interface Bucket {
  /** Place among all that this service closed: a watch is rebuilt in this order. */
  readonly seq: number
  readonly startMs: number
  readonly endMs: number
  readonly cells: BucketCells
  /** Reported instances over those that reported per bucket in the 5 min before; 1 where unknown, 0 where input was lost. */
  readonly completeness: number
  /** No telemetry at all came to Culprit in it, or none of this source of metrics: nothing is known. */
  readonly missing: boolean
}

/** Below it too many instances are silent for the rest to tell of the whole (detection reference, 6.5). */
const completenessMin = 0.9

/** Whether its counts may be judged. */
export function isUsable({
  missing,
  completeness,
}: Pick<Bucket, 'missing' | 'completeness'>): boolean {
  return !missing && completeness >= completenessMin
}

export interface TrackState {
  readonly name: TrackName
  /** Observed spacings, newest last. Of spans those of their windows, where stamps are whole minutes. */
  spacings: number[]
  /** Step of the buckets, from the spacings; null while the source's spacing is unknown. */
  stepMs: number | null
  /** Start of the first bucket that is still open; null before the first record. */
  openFromMs: number | null
  /** End of the newest closed bucket: what is older is late. */
  closedToMs: number
  /** Start of the newest window of spans; null for other sources. */
  newestMs?: number | null
  late: number
  open: Map<number, BucketCells>
  closed: Bucket[]
}

export const windowMs = stepsMs[0]
const minuteMs = 60_000
/** One service that is asked once a minute looks so for a while too. */
const stampsMin = 4
const slowestMs = stepsMs[stepsMs.length - 1]!

export function emptyTrack(name: TrackName): TrackState {
  return {
    name,
    spacings: [],
    stepMs: name === 'spans' ? windowMs : null,
    openFromMs: null,
    closedToMs: 0,
    late: 0,
    open: new Map(),
    closed: [],
  }
}

const isOfPoints = (name: TrackName) => name === 'metrics' || name === 'counts'

export function baseMsOf(name: TrackName): number {
  return isOfPoints(name) ? 5_000 : windowMs
}

/** The open cells at `atMs`, or null when that bucket has closed (counted as late). */
export function openCells(track: TrackState, atMs: number): BucketCells | null {
  const baseMs = baseMsOf(track.name)
  const startMs = Math.floor(atMs / baseMs) * baseMs
  if (startMs < track.closedToMs) {
    track.late++
    return null
  }
  if (track.openFromMs === null || startMs < track.openFromMs) track.openFromMs = startMs
  let cells = track.open.get(startMs)
  if (cells === undefined) {
    cells = new Map()
    track.open.set(startMs, cells)
  }
  return cells
}

export function trackSpacing(track: TrackState, spacingMs: number): void {
  if (track.name === 'spans') return
  if (observeSpacing(track.spacings, spacingMs)) track.stepMs = stepOf(track.spacings)
}

/**
 * Spans have no spacing of their own, only their stamps: where these are whole minutes, and nothing at all
 * is heard in between, their windows say the step. Told of the start of each window that has spans.
 */
export function trackStamps(
  track: TrackState,
  startMs: number,
  isQuiet: (fromMs: number, toMs: number) => boolean,
): void {
  const before = track.newestMs ?? null
  if (track.name !== 'spans' || (before !== null && startMs <= before)) return
  track.newestMs = startMs
  if (before === null) return
  const whole = before % minuteMs === 0 && startMs % minuteMs === 0
  const spacingMs = whole && isQuiet(before + windowMs, startMs) ? startMs - before : windowMs
  if (!observeSpacing(track.spacings, spacingMs)) return
  const stepMs = track.spacings.length < stampsMin ? windowMs : stepOf(track.spacings)!
  if (stepMs === track.stepMs) return
  track.stepMs = stepMs
  // What has closed in finer steps is not closed again in a coarser one.
  const fromMs = Math.ceil(track.closedToMs / stepMs) * stepMs
  if (track.openFromMs !== null) track.openFromMs = Math.max(track.openFromMs, fromMs)
}

export interface ClosingRules {
  readonly graceMs: number
  /** Zero buckets are only made for a source of spans that had traffic within this time. */
  readonly silenceMs: number
  /** True where telemetry of any kind reached Culprit in [startMs, endMs). */
  readonly heard: (startMs: number, endMs: number) => boolean
  /** True where input of [startMs, endMs) may have been removed before it was read. */
  readonly lost?: (startMs: number, endMs: number) => boolean
  readonly nextSeq: () => number
  /** Set when the input has ended: every bucket that begins before it closes now. */
  readonly endMs: number | null
}

/** Start of the next bucket that could close and the watermark that it needs; null when there is none. */
export function nextClosing(
  track: TrackState,
  graceMs: number,
): { startMs: number; stepMs: number; atMs: number } | null {
  if (track.openFromMs === null) return null
  const { stepMs } = track
  if (stepMs === null) {
    const startMs = Math.floor(track.openFromMs / windowMs) * windowMs
    return { startMs, stepMs: windowMs, atMs: startMs + windowMs + graceMs + slowestMs }
  }
  const startMs = Math.floor(track.openFromMs / stepMs) * stepMs
  const extraMs = stepMs > windowMs ? stepMs : 0
  return { startMs, stepMs, atMs: startMs + stepMs + graceMs + extraMs }
}

/**
 * Closes and returns the next bucket if the watermark allows, else null. Empty buckets of spans within
 * `silenceMs` of traffic are zeros if anything was heard; other empty buckets are missing, and once
 * nothing is open and the silence has lasted, the track rests until its next record.
 */
export function closeNext(
  track: TrackState,
  watermarkMs: number,
  rules: ClosingRules,
): Bucket | null {
  const next = nextClosing(track, rules.graceMs)
  if (next === null) return null
  const { endMs: lastMs } = rules
  if (lastMs === null ? next.atMs > watermarkMs : next.startMs >= lastMs) return null
  const { startMs, stepMs } = next
  const endMs = startMs + stepMs
  const cells: BucketCells = new Map()
  for (let at = startMs; at < endMs; at += baseMsOf(track.name)) {
    const part = track.open.get(at)
    if (part === undefined) continue
    addCells(cells, part)
    track.open.delete(at)
  }
  const empty = cells.size === 0
  const silentForMs = endMs - lastFilledMs(track)
  if (empty && track.open.size === 0 && silentForMs > rules.silenceMs) {
    track.openFromMs = null
    track.closedToMs = endMs
    return null
  }
  track.openFromMs = endMs
  track.closedToMs = endMs
  if (empty && track.open.size > 0 && silentForMs > rules.silenceMs) {
    // A long gap is not closed bucket by bucket: nothing was due in it.
    track.openFromMs = Math.max(endMs, Math.min(...track.open.keys()))
    track.closedToMs = Math.floor(track.openFromMs / stepMs) * stepMs
  }
  const lost = rules.lost?.(startMs, endMs) ?? false
  const missing = empty && (isOfPoints(track.name) || lost || !rules.heard(startMs, endMs))
  const bucket = {
    seq: rules.nextSeq(),
    startMs,
    endMs,
    cells,
    missing,
    completeness: lost ? 0 : completenessOf(track, cells, endMs),
  }
  track.closed.push(bucket)
  return bucket
}

function lastFilledMs(track: TrackState): number {
  for (let i = track.closed.length - 1; i >= 0; i--) {
    if (track.closed[i]!.cells.size > 0) return track.closed[i]!.endMs
  }
  return Number.NEGATIVE_INFINITY
}

/** detection.md 6.5: instances now over the median per bucket of the 5 min before, at most 1. */
function completenessOf(track: TrackState, cells: BucketCells, endMs: number): number {
  if (!isOfPoints(track.name)) return 1
  const before: number[] = []
  for (let i = track.closed.length - 1; i >= 0; i--) {
    const bucket = track.closed[i]!
    const stepMs = bucket.endMs - bucket.startMs
    if (bucket.endMs < endMs - Math.max(300_000, 3 * stepMs)) break
    if (bucket.cells.size > 0) before.push(instancesOf(bucket.cells))
  }
  if (before.length === 0) return 1
  before.sort((a, b) => a - b)
  const median = before[Math.floor((before.length - 1) / 2)]!
  return median === 0 ? 1 : Math.min(1, instancesOf(cells) / median)
}

export function instancesOf(cells: BucketCells): number {
  let count = 0
  for (const { instances } of cells.values()) count += instances.size
  return count
}

/** Forgets closed buckets that end at or before `beforeMs`. */
export function forgetClosed(track: TrackState, beforeMs: number): void {
  let drop = 0
  while (drop < track.closed.length && track.closed[drop]!.endMs <= beforeMs) drop++
  if (drop > 0) track.closed.splice(0, drop)
}

/**
 * What the main chart shows of one signal of a release: its points, the span of time, both end values, the
 * effect interval, and the sentence and table that say the same. Pure; milliseconds.
 */
import type { Release } from '../../contracts/release.ts'
import type { Signal } from '../../contracts/signal.ts'
import { count, effect, figure, rate, seconds, share, threshold, times } from './figures.ts'
import {
  bucketsOf,
  measureOf,
  pointsOf,
  usualRange,
  type Measure,
  type Point,
  type Series,
} from './series.ts'
import { signalName, signalUnit, signalWhere } from './signal-words.ts'
import { previousOf, shownEffect, versionOf } from './verdict.ts'

export interface ChartFacts extends Series {
  readonly release: Release
  readonly signal: Signal
  readonly mode: 'split' | 'forecast' | null
}

export interface ChartModel {
  readonly measure: Measure
  readonly points: readonly Point[]
  readonly fromMs: number
  readonly toMs: number
  readonly startMs: number
  readonly usual: { readonly low: number; readonly high: number } | null
  readonly now: number | null
  readonly before: number | null
  /** Where the new version's value likely lies, in the chart's unit; null where the effect has another. */
  readonly interval: { readonly low: number; readonly high: number } | null
  readonly highest: number
  readonly caption: string
  readonly sentence: string
}

const beforeMs = 16 * 60_000
const afterMsMin = 6 * 60_000

export function chartOf(facts: ChartFacts): ChartModel | null {
  const { release, signal } = facts
  const measure = measureOf(signal)
  const buckets = bucketsOf(facts, signal)
  if (measure === null || buckets === undefined) return null
  const startMs = Date.parse(release.startedAt)
  const all = pointsOf(buckets, measure)
  const last = all.findLast((point) => point.new !== null || point.old !== null)
  if (last === undefined) return null
  const toMs = Math.max(last.endMs, startMs + afterMsMin)
  const points = all.filter((point) => point.startMs >= startMs - beforeMs && point.endMs <= toMs)
  const fromMs = Math.min(startMs - 60_000, points[0]?.startMs ?? startMs)
  const [before, now] = endsOf(signal, measure)
  const shown = shownEffect(signal)
  const interval =
    (measure === 'share' || measure === 'each') && shown !== null && before !== null
      ? { low: before * shown.low, high: before * shown.high }
      : null
  const values = points.flatMap((point) => [point.old ?? 0, point.new ?? 0])
  return {
    measure,
    points,
    fromMs,
    toMs,
    startMs,
    usual: usualRange(
      points.filter((point) => facts.mode !== 'forecast' || point.endMs <= startMs),
    ),
    now,
    before,
    interval,
    highest: Math.max(
      ...values,
      now ?? 0,
      before ?? 0,
      Math.min(interval?.high ?? 0, 3 * (now ?? 0)),
    ),
    caption: captionOf(facts),
    sentence: sentenceOf(facts, [before, now], measure),
  }
}

function endsOf(signal: Signal, measure: Measure): [number | null, number | null] {
  if (measure === 'p99')
    return [signal.latency?.beforeSeconds ?? null, signal.latency?.afterSeconds ?? null]
  if (measure === 'volume') return [null, null]
  return [rate(signal.baseline), rate(signal.observed)]
}

export function valueText(value: number | null, measure: Measure): string {
  if (value === null) return 'no data'
  if (measure === 'p99') return seconds(value)
  if (measure === 'each') return figure(value)
  return measure === 'share' ? share(value) : count(value)
}

const measureWords: Readonly<Record<Exclude<Measure, 'each'>, string>> = {
  share: 'share of failed requests',
  p99: '99th percentile of the latency',
  volume: 'requests a minute',
}

function captionOf(facts: ChartFacts): string {
  const { signal, mode } = facts
  const measure = measureOf(signal)
  const what = measure === null || measure === 'each' ? signalUnit(signal) : measureWords[measure]
  const how = mode === 'forecast' ? ', before and after; dotted: what was expected' : ''
  return `${signalWhere(signal)}, ${what}, sums of 30 s${how}`
}

function sentenceOf(
  { release, signal }: ChartFacts,
  [before, now]: [number | null, number | null],
  measure: Measure,
): string {
  const name = `${signalName(signal)}, ${signalWhere(signal)}`
  const shown = shownEffect(signal)
  const change = shown === null ? '' : `, ${slowOnes(signal)}${effect(shown)}`
  return `${name}: ${previousOf(release)} ${valueText(before, measure)}, ${versionOf(release)} ${valueText(now, measure)}${change}.`
}

/** The effect on latency is one on requests slower than a threshold, not on the quantile that is drawn. */
function slowOnes({ latency }: Signal): string {
  return latency === undefined ? '' : `requests over ${threshold(latency.thresholdSeconds)} `
}

/** The lines at the right end of the new version. */
export function endLines({ release, signal }: ChartFacts, model: ChartModel): string[] {
  const first = `${versionOf(release)}: ${valueText(model.now, model.measure)}`
  const shown = shownEffect(signal)
  if (shown === null || model.measure === 'volume') return [first]
  const { ratio, low, high } = shown
  const of =
    model.measure !== 'p99'
      ? `${times(ratio)} of ${previousOf(release)}`
      : `${slowOnes(signal)}${times(ratio)}`
  return [first, of, `likely ${times(low)} to ${times(high)}`]
}

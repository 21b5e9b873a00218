/**
 * The past of a service's business counters: what each counted against its exposure, a minute (or a step, where that is
 * longer) at a time, for fits of its own.
 *
 * Counters and requests come from sources of their own, each with its step: an hour is taken in once both have closed
 * it, in elements of a common step, and an element is known where both are. The exposure is part of a series' name:
 * where the settings say another, a history of its own begins.
 */
import { countHourMs } from '../../core/rollup/count-history.ts'
import type { MetricRule } from '../../core/rollup/metric-rules.ts'
import { type Bucket, isUsable } from '../../core/rollup/track.ts'
import {
  businessCounters,
  commonStep,
  type CounterRule,
  countIn,
  exposureIn,
  seriesOfCounter,
} from './business-counts.ts'
import { bucketsBetween, routeTotals } from './history.ts'
import {
  countersMax,
  foldPast,
  historyOf,
  type PastChanges,
  type PastTrack,
  unchanged,
} from './past-state.ts'
import type { ServiceState } from './service-state.ts'

const minuteMs = 60_000

/** Takes in the hours that the counters and `source` have both ended by `waitMs` ago. */
export function foldBusiness(
  state: ServiceState,
  source: PastTrack,
  { rules, waitMs }: { readonly rules: readonly MetricRule[]; readonly waitMs: number },
): PastChanges {
  const { past, tracks } = state
  const name = historyOf('business', source)
  const { toMs } = past.counts[name]
  const closedToMs = Math.min(tracks.counts.closedToMs, tracks[source].closedToMs) - waitMs
  if (closedToMs < toMs + countHourMs) return unchanged
  const closed: Bucket[] = []
  const endMs = Math.floor(closedToMs / countHourMs) * countHourMs
  const counts = bucketsBetween(state, 'counts', toMs, endMs)
  const hours = new Set(counts.map(({ startMs }) => Math.floor(startMs / countHourMs)))
  for (const hour of hours) {
    const [fromMs, untilMs] = [hour * countHourMs, (hour + 1) * countHourMs]
    const requests = bucketsBetween(state, source, fromMs, untilMs)
    const ofHour = counts.filter(({ startMs }) => startMs >= fromMs && startMs < untilMs)
    closed.push(...joined(ofHour, requests, rules))
  }
  return foldPast(past, name, { closed, closedToMs })
}

/** One hour, a bucket an element, with exposure and events in place of requests and errors. */
function joined(
  counts: readonly Bucket[],
  requests: readonly Bucket[],
  rules: readonly MetricRule[],
): Bucket[] {
  const counters = businessCounters(routeTotals(counts), rules).slice(0, countersMax)
  if (counters.length === 0) return []
  const stepMs = [...counts, ...requests].reduce(
    (step, { startMs, endMs }) => commonStep(step, endMs - startMs),
    minuteMs,
  )
  const requestsAt = byElement(requests, stepMs)
  return [...byElement(counts, stepMs)].map(([at, own]) => {
    const beside = requestsAt.get(at) ?? []
    const routes = new Map(counters.map((each) => [seriesOfCounter(each), sum(each, own, beside)]))
    const isKnown = beside.length > 0 && [...own, ...beside].every(isUsable)
    return {
      seq: 0,
      startMs: at * stepMs,
      endMs: (at + 1) * stepMs,
      cells: new Map([['', { instances: new Set<number>(), routes }]]),
      missing: false,
      completeness: isKnown ? 1 : 0,
    }
  })
}

function byElement(buckets: readonly Bucket[], stepMs: number): Map<number, Bucket[]> {
  const elements = new Map<number, Bucket[]>()
  for (const bucket of buckets) {
    const at = Math.floor(bucket.startMs / stepMs)
    const known = elements.get(at)
    if (known === undefined) elements.set(at, [bucket])
    else known.push(bucket)
  }
  return elements
}

function sum(counter: CounterRule, counts: readonly Bucket[], requests: readonly Bucket[]) {
  let [exposure, events] = [0, 0]
  for (const bucket of counts) {
    events += countIn(bucket, counter.metric, null)
    exposure += exposureIn(counter, 'counts', bucket, null) ?? 0
  }
  for (const bucket of requests) exposure += exposureIn(counter, 'requests', bucket, null) ?? 0
  return { requests: exposure, errors: events, unanswered: 0, latency: null }
}

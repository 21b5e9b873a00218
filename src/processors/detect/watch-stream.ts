/**
 * What every stream of a watch is: a monitor with its place in the release's weights, and what its baseline
 * is made of.
 */
import type { StreamEvidence } from '../../contracts/findings.ts'
import type { SignalName, SignalScope } from '../../contracts/signal.ts'
import {
  type ForecastBaseline,
  forecastBaseline,
  type HistoryMinute,
} from '../../core/detection/baseline.ts'
import type { EvidenceOptions } from '../../core/detection/monitor.ts'
import type { StreamGroup } from '../../core/detection/release-weights.ts'
import { routeRate } from '../../core/detection/standardise.ts'
import { type ArmCount, type Arms, emptyCount } from './arms.ts'
import type { FittedSignal } from './fitted-signal.ts'
import type { StreamJudge } from './stream-judge.ts'
import { streamMinutes, type WatchHistory } from './watch-history.ts'

/** One bucket as the streams see it; null counts: nothing usable in it. */
export type WatchBucket = { readonly arms: Arms } | 'missing'

export interface WatchStream {
  readonly group: StreamGroup
  readonly member: string
  readonly traffic: number
  readonly wholeService: boolean
  readonly logE: number
  /** P(not at the usual level). */
  readonly shifted: number
  push(bucket: WatchBucket): void
  startAgain(): void
  evidence(options: EvidenceOptions): StreamEvidence
}

export interface Phase {
  readonly mode: 'split' | 'forecast'
  readonly startMs: number
  readonly stepMs: number
  readonly judge: StreamJudge
}

/** Of the monitors: where a stream begins, and how it is judged there. */
export function judgedBy(
  { mode, startMs, stepMs, judge }: Phase,
  signal: SignalName,
  route: string | null,
) {
  const nuisance = judge.nuisance(signal, route, mode)
  return { mode, startMs, stepMs, nuisance, warm: judge.warm }
}

/** Less than this tells no rate to compare with [choice]. */
const historyMinMs = 5 * 60_000

export const noScope: SignalScope = { route: null, fingerprint: null, metric: null, caller: null }

export type Pick = (arms: Arms) => { one: ArmCount; zero: ArmCount }

export const ofRoute =
  (route: string): Pick =>
  (arms) =>
    arms.routes.get(route) ?? { one: empty, zero: empty }
const empty: ArmCount = emptyCount()

/** Old per-route rates, for the standardised service stream; `p` is the service's. */
export interface OldRates {
  readonly service: number
  readonly routes: ReadonlyMap<string, number>
}

export function oldRates(
  history: WatchHistory,
  countOf: (count: ArmCount) => HistoryMinute,
): OldRates {
  const sums = new Map<string, { events: number; requests: number }>()
  let [events, requests] = [0, 0]
  for (const minute of history.minutes) {
    if (minute === null) continue
    for (const [route, { one }] of minute.routes) {
      const sum = sums.get(route) ?? { events: 0, requests: 0 }
      const { n, e } = countOf(one)
      sum.events += e
      sum.requests += n
      sums.set(route, sum)
    }
    const { n, e } = countOf(minute.total.one)
    events += e
    requests += n
  }
  const service = (events + 0.5) / (requests + 1)
  const routes = new Map([...sums].map(([route, sum]) => [route, routeRate(sum, service)]))
  return { service, routes }
}

export interface BaselineQuestion {
  readonly signal: SignalName | FittedSignal
  readonly route: string | null
  readonly pick: (arms: Arms) => HistoryMinute
  readonly incidentRates?: readonly number[]
}

export function baselineOf(
  history: WatchHistory,
  phase: Phase,
  { signal, route, pick, incidentRates }: BaselineQuestion,
): ForecastBaseline | null {
  const season = phase.judge.fit(signal, route)?.season ?? null
  const known = history.minutes.filter((minute) => minute !== null).length
  if (known * history.stepMs < historyMinMs) return null
  const answer = forecastBaseline({
    history: streamMinutes(history, pick),
    stepSeconds: phase.stepMs / 1000,
    historySeconds: history.stepMs / 1000,
    nuisance: phase.judge.nuisance(signal, route, 'forecast'),
    signal: signal === 'traffic' ? signal : 'other',
    season: season && { fitted: season, endMs: phase.startMs },
    ...(incidentRates ? { incidentRates } : {}),
  })
  return answer.ok ? answer.baseline : null
}

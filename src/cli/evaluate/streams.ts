/**
 * The monitors of a whole release, the product's own, each with its place in the weights: errors, latency,
 * traffic, callers, new kinds and the routes (detection reference, sections 8 and 11).
 */
import type { StreamEvidence } from '../../contracts/findings.ts'
import type { SignalName } from '../../contracts/signal.ts'
import {
  type ForecastBaseline,
  forecastBaseline,
  logRateAt,
} from '../../core/detection/baseline.ts'
import { LatencyMonitor } from '../../core/detection/latency-monitor.ts'
import { type EvidenceOptions, StreamMonitor } from '../../core/detection/monitor.ts'
import { NewKindMonitor } from '../../core/detection/new-kind-monitor.ts'
import { incidentRatesAt, latencyQuantiles, type Mode } from '../../core/detection/parameters.ts'
import type { WeighedStream } from '../../core/detection/release-weights.ts'
import { mixShift, routeRate, standardiseSplit } from '../../core/detection/standardise.ts'
import type { Fits } from './fits.ts'
import {
  type ArmCounts,
  arrivals,
  callsOf,
  errorsOf,
  keyOf,
  type Series,
  slowOf,
} from './series.ts'
import { type Counts, callers } from './service.ts'

export const stepMs = 10_000

export interface ReleaseSetup {
  readonly mode: Mode
  readonly routes: number
  readonly startMs: number
  /** The minutes before the release, oldest first; the last one ends at `startMs`. */
  readonly before: readonly Counts[]
  readonly historyRequests: number
  readonly fits: Fits
  /** What divides the evidence of each signal, as learnt from placebos; 1 where none is given. */
  readonly kappas: ReadonlyMap<SignalName, number>
  /** Signals that placebos have shown to be no guide, with the share of false alarms: they go no further than suspicious. */
  readonly untrusted?: ReadonlyMap<SignalName, number>
  /** A placebo: nothing restarts. */
  readonly warm: boolean
}

export interface ReleaseStream extends WeighedStream {
  readonly key: string
  readonly signal: SignalName
  readonly logE: number
  push(counts: Counts): void
  startAgain(): void
  evidence(options: EvidenceOptions): StreamEvidence
}

export const noScope = { route: null, fingerprint: null, metric: null, caller: null }

export function releaseStreams(setup: ReleaseSetup): ReleaseStream[] {
  const routes = Array.from({ length: setup.routes }, (_, route) => route)
  return [
    errorStream(setup, null),
    latencyStream(setup, null),
    trafficStream(setup),
    ...callers.map((share, caller) => callerStream(setup, caller, share)),
    kindStream(setup),
    ...routes.flatMap((route) => [errorStream(setup, route), latencyStream(setup, route)]),
  ]
}

function placeOf(what: 'errors' | 'latency', route: number | null) {
  return {
    group: route === null ? what : ('route' as const),
    member: String(route ?? ''),
    traffic: 1,
    key: keyOf(what, route),
    signal: what,
  }
}

/** What every monitor of a stream is given. */
export function shared(
  { mode, startMs, warm, fits, kappas }: ReleaseSetup,
  { key, signal }: { readonly key: string; readonly signal: SignalName },
  own: Mode = mode,
) {
  const { nuisance } = fits.get(key)!
  return { mode: own, startMs, stepMs, warm, nuisance, kappa: kappas.get(signal) ?? 1 }
}

export function baselineOf(
  { before, startMs, fits }: ReleaseSetup,
  key: string,
  of: (counts: Counts) => { n: number; e: number },
  over: { signal?: 'traffic'; incidentRates?: readonly number[] } = {},
): ForecastBaseline {
  const { nuisance, season } = fits.get(key)!
  const answer = forecastBaseline({
    history: before.map(of),
    stepSeconds: stepMs / 1000,
    nuisance,
    signal: 'other',
    ...over,
    season: season && { fitted: season, endMs: startMs },
  })
  if (!answer.ok) throw new Error(`${key}: ${answer.why}`)
  return answer.baseline
}

const alone = (series: Series) => (counts: Counts) => {
  const { n1, e1 } = series(counts)
  return { n: n1, e: e1 }
}

function errorStream(setup: ReleaseSetup, route: number | null): ReleaseStream {
  const { mode, startMs, before } = setup
  const place = placeOf('errors', route)
  const series = errorsOf(route)
  const baseline =
    mode === 'forecast' ? { baseline: baselineOf(setup, place.key, alone(series)) } : {}
  const scope = { ...noScope, route: route === null ? null : `route ${route}` }
  const monitor = new StreamMonitor({
    signal: 'errors',
    scope,
    ...shared(setup, place),
    ...baseline,
  })
  const mix = route === null ? oldMix(before, setup.routes, errorsOf) : null
  const bucketOf = (counts: Counts) => {
    const { n1, e1, n0, e0 } = series(counts)
    if (mode === 'split') {
      if (n1 === 0 || n0 === 0) return 'missing'
      return mix === null ? { n1, e1, n0, e0 } : standardiseSplit(mix.of(counts), mix.rate)
    }
    if (n1 === 0) return 'missing'
    if (mix === null) return { n: n1, e: e1 }
    const middleMs = startMs + (monitor.buckets + 0.5) * stepMs
    return { n: n1, e: e1, logRate: logRateAt(baseline.baseline!, middleMs) + mix.shift(counts) }
  }
  return follow(monitor, place, (counts) => monitor.push(bucketOf(counts)))
}

function latencyStream(setup: ReleaseSetup, route: number | null): ReleaseStream {
  const { mode, startMs, before, fits, kappas } = setup
  const place = placeOf('latency', route)
  const kappa = kappas.get('latency') ?? 1
  const keys = latencyQuantiles.map((_, q) => keyOf(`latency ${q}`, route))
  const series = latencyQuantiles.map((_, q) => slowOf(route, q))
  const baselines =
    mode === 'forecast'
      ? latencyQuantiles.map((quantile, q) =>
          baselineOf(setup, keys[q]!, alone(series[q]!), {
            incidentRates: incidentRatesAt(quantile),
          }),
        )
      : null
  const monitor = new LatencyMonitor({
    scope: { ...noScope, route: route === null ? null : `route ${route}` },
    ...shared(setup, { ...place, key: keys[0]! }),
    nuisances: keys.map((key) => fits.get(key)!.nuisance),
    kappas: keys.map(() => kappa),
    thresholdSeconds: [0.1, 0.19, 0.23, 0.32],
    ...(baselines === null ? {} : { baselines }),
  })
  const mixes =
    route === null && mode === 'forecast'
      ? latencyQuantiles.map((_, q) => oldMix(before, setup.routes, (r) => slowOf(r, q)))
      : null
  const push = (counts: Counts) => {
    const all = series.map((each) => each(counts))
    const { n1, n0 } = all[0]!
    if (n1 === 0 || (mode === 'split' && n0 === 0)) return monitor.push('missing')
    const e1 = all.map((each) => each.e1)
    if (mode === 'split') return monitor.push({ n1, n0, e1, e0: all.map((each) => each.e0) })
    if (mixes === null) return monitor.push({ n: n1, e: e1 })
    const middleMs = startMs + (monitor.buckets + 0.5) * stepMs
    const logRate = mixes.map((mix, q) => logRateAt(baselines![q]!, middleMs) + mix.shift(counts))
    monitor.push({ n: n1, e: e1, logRate })
  }
  return follow(monitor, place, push)
}

function trafficStream(setup: ReleaseSetup): ReleaseStream {
  const baseline = baselineOf(setup, 'traffic', (counts) => arrivals(counts, 6), {
    signal: 'traffic',
  })
  const signal = 'traffic' as const
  const place = { group: signal, member: '', traffic: 1, key: 'traffic', signal }
  const monitor = new StreamMonitor({
    signal,
    scope: noScope,
    ...shared(setup, place, 'forecast'),
    baseline,
  })
  return follow(monitor, place, (counts) => monitor.push(arrivals(counts, 1)))
}

function callerStream(setup: ReleaseSetup, caller: number, share: number): ReleaseStream {
  const key = `calls ${caller}`
  const series = callsOf(caller)
  const signal = 'availability' as const
  const place = { group: signal, member: key, traffic: share, key, signal }
  const monitor = new StreamMonitor({
    signal,
    scope: { ...noScope, caller: `caller ${caller}` },
    ...shared(setup, place, 'forecast'),
    baseline: baselineOf(setup, key, series),
  })
  return follow(monitor, place, (counts) => {
    const { n, e } = series(counts)
    monitor.push(n > 0 ? { n, e } : 'missing')
  })
}

function kindStream(setup: ReleaseSetup): ReleaseStream {
  const { mode, startMs, historyRequests } = setup
  const signal = 'new-error' as const
  const place = { group: signal, member: '', traffic: 1, key: 'kinds', signal }
  const requests = errorsOf(null)
  if (mode === 'split') {
    const monitor = new StreamMonitor({
      signal,
      scope: noScope,
      ...shared(setup, { signal, key: 'errors' }),
    })
    return follow(monitor, place, (counts) => {
      const { n1, n0 } = requests(counts)
      const { one, zero } = counts.newKinds
      const usable = n1 > 0 && n0 > 0
      monitor.push(usable ? { n1, e1: one, n0, e0: zero } : 'missing')
    })
  }
  const monitor = new NewKindMonitor({ scope: noScope, startMs, stepMs, historyRequests })
  return follow(monitor, place, (counts) => {
    const { n1 } = requests(counts)
    monitor.push({ traces: counts.newKinds.one, requests: n1 })
  })
}

function follow(
  monitor: Pick<ReleaseStream, 'logE' | 'evidence'> & Partial<Pick<ReleaseStream, 'startAgain'>>,
  place: WeighedStream & { readonly key: string; readonly signal: SignalName },
  push: (counts: Counts) => void,
): ReleaseStream {
  return {
    ...place,
    get logE() {
      return monitor.logE
    },
    push,
    startAgain: () => monitor.startAgain?.(),
    evidence: (options) => monitor.evidence(options),
  }
}

/** Old rates of the routes and of the service, for the standardised streams. */
export function oldMix(
  before: readonly Counts[],
  routes: number,
  seriesOf: (route: number) => Series,
) {
  const all = Array.from({ length: routes }, (_, route) => seriesOf(route))
  const sums = all.map((series) => {
    const sum = { requests: 0, events: 0 }
    for (const counts of before) {
      const { n1, e1, n0, e0 } = series(counts)
      sum.requests += n1 + n0
      sum.events += e1 + e0
    }
    return sum
  })
  const events = sums.reduce((sum, each) => sum + each.events, 0)
  const requests = sums.reduce((sum, each) => sum + each.requests, 0)
  const rate = (events + 0.5) / (requests + 1)
  const rates = sums.map((sum) => routeRate(sum, rate))
  return {
    rate,
    of: (counts: Counts): (ArmCounts & { rate: number })[] =>
      all.map((series, r) => ({ ...series(counts), rate: rates[r]! })),
    shift: (counts: Counts, of = ({ n1 }: ArmCounts) => n1): number =>
      mixShift(
        all.map((series, r) => ({ n: of(series(counts)), rate: rates[r]! })),
        rate,
      ),
  }
}

/**
 * CPU per request of one watch: seconds of CPU of the service's instances for each of its requests, minute by minute,
 * through the filter of gauges. Rising alone is bad.
 *
 * All at once the new version against the service's own past; with both versions alive theirs beside each other, and
 * against the past once the old one has gone. CPU and requests come from sources of their own: a minute is judged when
 * both have closed it. Built with the first minute of the gauges that closes at or behind the release.
 */
import {
  costCell,
  costOf,
  cpuCost,
  type CpuCost,
  type CpuMinute,
  cpuPerRequestUnit,
} from '../../core/detection/cpu-cost.ts'
import { CpuMonitor } from '../../core/detection/cpu-monitor.ts'
import {
  type GaugeBaseline,
  gaugeBaseline,
  standardisedAt,
  usualAt,
} from '../../core/detection/gauge-baseline.ts'
import type { GaugeSample } from '../../core/detection/gauge-monitor.ts'
import { betweenInstances, splitFit, splitKappa } from '../../core/detection/gauge-split.ts'
import { median } from '../../core/kernel/math/order-statistics.ts'
import { byPreference } from '../../core/rollup/cpu-time.ts'
import { seriesBetween } from '../../core/rollup/gauge-history.ts'
import {
  type GaugeBucket,
  type GaugeCell,
  gaugeMinuteMs,
  sumIn,
} from '../../core/rollup/gauge-track.ts'
import type { WatchFacts } from '../../core/releases/release-state.ts'
import type { Bucket } from '../../core/rollup/track.ts'
import { bucketsBetween } from './history.ts'
import { RequestMinutes, requestsBefore } from './request-minutes.ts'
import type { ServiceState } from './service-state.ts'
import { noScope } from './watch-stream.ts'

/** Two whole days tell a season. */
const historyMinutes = 2_880
/** Idle time and the traffic that is known are those of the last day. */
const costMinutes = 1_440
/** New processes load and compile their code, and their caches are cold: that is no request's cost [choice]. */
const warmUpMinutes = 10
/** Versions are looked for in the last minutes before and the first of the watch. */
const lookedAtMinutes = 10
const judgedMin = 60

interface Streams {
  readonly series: string
  readonly cost: CpuCost
  readonly baseline: GaugeBaseline
  readonly startMs: number
  /** Null where one version alone is there, or its CPU has no name. */
  readonly split: { readonly monitor: CpuMonitor; readonly spread: number } | null
  readonly forecast: CpuMonitor
}

export class CpuStreams {
  readonly #state: ServiceState
  readonly #facts: WatchFacts
  readonly #watchMs: number
  readonly #requests = new RequestMinutes()
  /** Minutes of CPU whose requests are not known yet. */
  readonly #waiting: GaugeBucket[] = []
  #built = false
  #streams: Streams | null = null

  constructor(state: ServiceState, facts: WatchFacts, { watchMs }: { readonly watchMs: number }) {
    this.#state = state
    this.#facts = facts
    this.#watchMs = watchMs
  }

  /** Those that have something to say. */
  get monitors(): readonly CpuMonitor[] {
    const { split, forecast } = this.#streams ?? {}
    return [split?.monitor, forecast].filter((each) => each?.isFed === true) as CpuMonitor[]
  }

  takeRequests(bucket: Bucket): void {
    this.#requests.add(bucket)
    this.#judge()
  }

  take(bucket: GaugeBucket): void {
    const { startMs, fedByGauges, stepMs } = this.#facts
    if (bucket.endMs <= startMs || fedByGauges === true || stepMs > gaugeMinuteMs) return
    if (!this.#built) {
      this.#built = true
      this.#streams = this.#build(bucket)
    }
    if (this.#streams === null) return
    this.#waiting.push(bucket)
    this.#judge()
  }

  #judge(): void {
    while (this.#waiting.length > 0 && this.#waiting[0]!.endMs <= this.#requests.toMs) {
      this.#push(this.#streams!, this.#waiting.shift()!)
    }
  }

  #build(first: GaugeBucket): Streams | null {
    const names = [...this.#state.gauges.track.series]
      .filter(([, { use, base }]) => use === 'cpu' && base !== null)
      .map(([name]) => name)
      .sort(byPreference)
    for (const series of names) {
      const streams = this.#streamsOf(series, first)
      if (streams !== null) return streams
    }
    return null
  }

  #streamsOf(series: string, first: GaugeBucket): Streams | null {
    const facts = this.#facts
    const { startMs } = first
    const minutes = this.#history(series, first)
    const cost = cpuCost(minutes.slice(-costMinutes))
    if (cost === null) return null
    const values = Float64Array.from(minutes, (minute) =>
      minute === null ? Number.NaN : (costOf(minute, cost) ?? Number.NaN),
    )
    if (values.filter((value) => !Number.isNaN(value)).length < judgedMin) return null
    const watchMinutes = this.#watchMs / gaugeMinuteMs
    const known = values.subarray(values.findIndex((value) => !Number.isNaN(value)))
    const baseline = gaugeBaseline({ values: known, stepMinutes: 1, direction: 'up', watchMinutes })
    if (baseline === null) return null
    const common = {
      scope: { ...noScope, metric: series },
      unit: cpuPerRequestUnit,
      direction: 'up' as const,
      startMs,
      stepMs: gaugeMinuteMs,
      baseline,
    }
    const both = facts.mode === 'split' && this.#isNamed(series, facts.oldVersion, startMs)
    const split = {
      monitor: new CpuMonitor({
        ...common,
        mode: 'split',
        fit: splitFit,
        kappa: splitKappa,
        before: [],
        onsetsMinutes: [0],
      }),
      spread: both ? this.#spread(series, { first, cost, scale: baseline.scale }) : 0,
    }
    const { fit, kappa, before } = baseline
    const forecast = new CpuMonitor({ ...common, mode: 'forecast', fit, kappa, before })
    return { series, cost, baseline, startMs, split: both ? split : null, forecast }
  }

  /** The minutes before the watch, oldest first; null where CPU or requests are not known. */
  #history(series: string, first: GaugeBucket): (CpuMinute | null)[] {
    const { track, history } = this.#state.gauges
    const { fromMs: keptFromMs = 0 } = this.#facts
    const toMs = first.startMs
    const fromMs = toMs - historyMinutes * gaugeMinuteMs
    const seconds = seriesBetween({ history, track }, series, fromMs, toMs)
    const requests = requestsBefore(this.#state, this.#facts, { fromMs, toMs, seq: first.seq })
    const counts = new Map<number, number>()
    for (const bucket of track.closed) {
      const { startMs } = bucket
      const { count } = sumIn(bucket, series, null)
      if (count > 0 && startMs >= keptFromMs && startMs < toMs)
        counts.set((startMs - fromMs) / gaugeMinuteMs, count)
    }
    if (counts.size === 0) return []
    // Of longer ago only the sum is kept.
    const usual = median([...counts.values()])
    return Array.from(seconds, (each, at) => {
      const asked = requests[at]!
      if (Number.isNaN(each) || Number.isNaN(asked)) return null
      return { seconds: each, requests: asked, instances: counts.get(at) ?? usual }
    })
  }

  /** Whether points of a version carry its name. */
  #isNamed(series: string, version: string | null, toMs: number): boolean {
    if (version === null) return false
    const fromMs = this.#facts.startMs - lookedAtMinutes * gaugeMinuteMs
    return this.#state.gauges.track.closed.some(
      ({ startMs, cells }) =>
        startMs >= fromMs && startMs <= toMs && cells.get(version)?.has(series) === true,
    )
  }

  /** How far the costs of instances of the old version lie apart. */
  #spread(
    series: string,
    {
      first,
      cost,
      scale,
    }: { readonly first: GaugeBucket; readonly cost: CpuCost; readonly scale: number },
  ): number {
    const { source, oldVersion, startMs, fromMs = 0 } = this.#facts
    const requests = new RequestMinutes()
    const known = bucketsBetween(this.#state, source, fromMs, startMs, first.seq)
    for (const bucket of known) requests.add(bucket)
    const cells: GaugeCell[] = []
    for (const bucket of this.#state.gauges.track.closed) {
      const cell = bucket.cells.get(oldVersion!)?.get(series)
      const asked = requests.of(bucket.startMs, oldVersion)
      if (bucket.startMs >= first.startMs || cell === undefined || !(asked > 0)) continue
      cells.push(costCell(cell, asked, cost))
    }
    return betweenInstances(cells, scale)
  }

  #push(streams: Streams, bucket: GaugeBucket): void {
    const { handoverMs, newVersion } = this.#facts
    const warm = bucket.startMs >= this.#facts.startMs + warmUpMinutes * gaugeMinuteMs
    const gone = handoverMs !== null && bucket.startMs >= handoverMs
    const { split, forecast } = streams
    split?.monitor.push(warm && !gone ? this.#splitSample(streams, bucket) : null)
    const alone = split === null || gone
    if (!warm || !alone) return forecast.push(null)
    const own = newVersion === null ? null : this.#minute(streams.series, bucket, newVersion)
    const minute = own ?? this.#minute(streams.series, bucket, null)
    forecast.push(minute === null ? null : forecastSample(streams, minute))
  }

  #splitSample({ series, cost, split }: Streams, bucket: GaugeBucket): GaugeSample | null {
    const { newVersion, oldVersion } = this.#facts
    const one = this.#minute(series, bucket, newVersion)
    const zero = this.#minute(series, bucket, oldVersion)
    if (one === null || zero === null) return null
    const [value, usual] = [costOf(one, cost), costOf(zero, cost)]
    if (value === null || usual === null) return null
    const scale = split!.spread * Math.sqrt(1 / one.instances + 1 / zero.instances)
    return { value, usual, scale, z: (value - usual) / scale }
  }

  /** Of one version, or (null) of all. */
  #minute(series: string, bucket: GaugeBucket, version: string | null): CpuMinute | null {
    const requests = this.#requests.of(bucket.startMs, version)
    const { sum: seconds, count: instances } = sumIn(bucket, series, version)
    return instances === 0 || !(requests > 0) ? null : { seconds, requests, instances }
  }
}

function forecastSample(
  { cost, baseline, forecast }: Streams,
  minute: CpuMinute,
): GaugeSample | null {
  const value = costOf(minute, cost)
  if (value === null) return null
  const step = forecast.steps
  const [usual, z] = [usualAt(baseline, step), standardisedAt(baseline, value, step)!]
  return { value, usual, scale: baseline.scale, z }
}

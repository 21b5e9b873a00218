/**
 * The gauges of one watch (detection reference, section 22): each against its own past, or the new version's
 * beside the old one's. Built with the first minute that closes at or behind the release, when all before it is
 * known; from then on fed minute by minute.
 */
import type { StreamEvidence } from '../../contracts/findings.ts'
import {
  type GaugeBaseline,
  gaugeBaseline,
  standardisedAt,
  usualAt,
} from '../../core/detection/gauge-baseline.ts'
import { gaugeDirection } from '../../core/detection/gauge-direction.ts'
import { isClock } from '../../core/detection/gauge-clock.ts'
import { GaugeMonitor, type GaugeSample } from '../../core/detection/gauge-monitor.ts'
import { betweenInstances, splitFitOf, splitKappa } from '../../core/detection/gauge-split.ts'
import { gaugeDayMs, seriesBetween } from '../../core/rollup/gauge-history.ts'
import {
  type GaugeBucket,
  type GaugeCell,
  gaugeMinuteMs,
  type GaugeSeries,
  minuteValue,
  totalOf,
} from '../../core/rollup/gauge-track.ts'
import { type MetricRule, ruleFor } from '../../core/rollup/metric-rules.ts'
import type { WatchFacts } from '../../core/releases/release-state.ts'
import type { ServiceState } from './service-state.ts'
import { noScope } from './watch-stream.ts'

const slowMinutes = 5
/** Series of a version are looked for in the last minutes before and the first of the watch. */
const lookedAtMinutes = 10
const clip = 40
/** Told besides the loudest only at the end. */
const toldMax = 10

interface GaugeStream {
  readonly name: string
  readonly series: GaugeSeries
  readonly stepMinutes: number
  readonly monitor: GaugeMonitor
  readonly baseline: GaugeBaseline | null
  /** Between instances of the old version; null for a gauge that is compared with its own past. */
  readonly spread: number | null
  pending: { value: number; usual: number; scale: number; known: number }
  nextMs: number
}

export interface GaugeRules {
  readonly watchMs: number
  readonly metrics: readonly MetricRule[]
}

export class GaugeStreams {
  readonly #state: ServiceState
  readonly #facts: WatchFacts
  readonly #rules: GaugeRules
  #streams: GaugeStream[] | null = null

  constructor(state: ServiceState, facts: WatchFacts, rules: GaugeRules) {
    this.#state = state
    this.#facts = facts
    this.#rules = rules
  }

  /** Minutes between values: of the fastest. */
  get stepMinutes(): number {
    return Math.min(...(this.#streams ?? []).map(({ stepMinutes }) => stepMinutes), slowMinutes)
  }

  get logEs(): readonly number[] {
    return (this.#streams ?? []).map(({ monitor }) => monitor.logE)
  }

  evidence({
    final,
    weight,
  }: {
    readonly final: boolean
    readonly weight: number
  }): StreamEvidence[] {
    const streams = [...(this.#streams ?? [])].sort(
      (a, b) => b.monitor.logE - a.monitor.logE || (a.name < b.name ? -1 : 1),
    )
    return streams
      .slice(0, final ? streams.length : toldMax)
      .map(({ monitor }) => monitor.evidence({ weight }))
  }

  take(bucket: GaugeBucket): void {
    if (bucket.endMs <= this.#facts.startMs) return
    this.#streams ??= this.#build(bucket.startMs)
    for (const stream of this.#streams) this.#push(stream, bucket)
  }

  #build(firstMs: number): GaugeStream[] {
    const streams: GaugeStream[] = []
    for (const [name, series] of this.#state.gauges.track.series) {
      const rule = ruleFor(this.#rules.metrics, series.metric)
      if (rule?.signal === 'ignore' || series.base === null || series.use !== undefined) continue
      const stream = this.#streamOf(name, series, { rule, firstMs })
      if (stream !== null) streams.push(stream)
    }
    return streams
  }

  #streamOf(
    name: string,
    series: GaugeSeries,
    { rule, firstMs }: { readonly rule: MetricRule | null; readonly firstMs: number },
  ): GaugeStream | null {
    const { history, track } = this.#state.gauges
    const minutes = seriesBetween({ history, track }, name, firstMs - 14 * gaugeDayMs, firstMs)
    const stepMinutes = spacingOf(minutes)
    const stepMs = stepMinutes * gaugeMinuteMs
    const startMs = Math.floor(firstMs / stepMs) * stepMs
    const { mode } = this.#facts
    const split = mode === 'split' && this.#hasVersions(name)
    // Whose share of the traffic is another counts another number.
    if (split && series.kind === 'count') return null
    const direction = rule?.direction ?? gaugeDirection(series.metric)
    const values = stepped(minutes, { endMs: firstMs, startMs, stepMinutes, kind: series.kind })
    if (rule === null && isClock(values, stepMinutes)) return null
    const baseline = gaugeBaseline({
      values,
      stepMinutes,
      direction,
      watchMinutes: this.#rules.watchMs / gaugeMinuteMs,
    })
    if (baseline === null) return null
    const instances = split ? this.#oldInstances(name, firstMs) : []
    const monitor = new GaugeMonitor({
      scope: { ...noScope, metric: name },
      unit: series.unit,
      mode: split ? 'split' : 'forecast',
      direction,
      startMs,
      stepMs,
      ...(split
        ? { fit: splitFitOf(instances), kappa: splitKappa, before: [], onsetsMinutes: [0] }
        : {
            fit: baseline.fit,
            kappa: baseline.kappa,
            before: baseline.before,
            past: baseline.past,
          }),
      baseline,
    })
    return {
      name,
      series,
      stepMinutes,
      monitor,
      baseline: split ? null : baseline,
      spread: split ? betweenInstances(instances, baseline.scale) : null,
      pending: { value: 0, usual: 0, scale: 0, known: 0 },
      nextMs: startMs + stepMs,
    }
  }

  /** Whether points of the old version carry its name: else the gauge belongs to the service. */
  #hasVersions(name: string): boolean {
    const { oldVersion } = this.#facts
    if (oldVersion === null) return false
    const lately = this.#state.gauges.track.closed.filter(
      ({ startMs }) => startMs >= this.#facts.startMs - lookedAtMinutes * gaugeMinuteMs,
    )
    return lately.some(({ cells }) => cells.get(oldVersion)?.has(name) === true)
  }

  /** Of the minutes that the watch keeps: what else is still there at first goes. */
  #oldInstances(name: string, beforeMs: number): GaugeCell[] {
    const { oldVersion, fromMs = 0 } = this.#facts
    const cells: GaugeCell[] = []
    for (const { startMs, cells: versions } of this.#state.gauges.track.closed) {
      const cell = versions.get(oldVersion!)?.get(name)
      if (startMs >= fromMs && startMs < beforeMs && cell !== undefined) cells.push(cell)
    }
    return cells
  }

  #push(stream: GaugeStream, bucket: GaugeBucket): void {
    const stepMs = stream.stepMinutes * gaugeMinuteMs
    while (stream.nextMs <= bucket.startMs) this.#pushStep(stream, stepMs)
    const seen = this.#seen(stream, bucket)
    if (seen !== null) {
      const { pending } = stream
      pending.value += seen.value
      pending.usual += seen.usual
      pending.scale += seen.scale
      pending.known++
    }
    if (stream.nextMs <= bucket.endMs) this.#pushStep(stream, stepMs)
  }

  #pushStep(stream: GaugeStream, stepMs: number): void {
    stream.monitor.push(sampleOf(stream))
    stream.pending = { value: 0, usual: 0, scale: 0, known: 0 }
    stream.nextMs += stepMs
  }

  /** A minute of the gauge: the new version's where it has a name, with what it is compared with. */
  #seen(
    { name, series, spread }: GaugeStream,
    bucket: GaugeBucket,
  ): { value: number; usual: number; scale: number } | null {
    const { newVersion, oldVersion } = this.#facts
    if (spread !== null) {
      const one = bucket.cells.get(newVersion ?? '')?.get(name)
      const zero = bucket.cells.get(oldVersion ?? '')?.get(name)
      if (one === undefined || zero === undefined) return null
      const scale = spread * Math.sqrt(1 / one[2] + 1 / zero[2])
      return { value: one[0] / one[2], usual: zero[0] / zero[2], scale }
    }
    const own = newVersion === null ? undefined : bucket.cells.get(newVersion)?.get(name)
    const value =
      own === undefined || series.kind === 'count'
        ? totalOf(this.#state.gauges.track, bucket, name)
        : minuteValue([own], series.kind)
    return value === null || Number.isNaN(value) ? null : { value, usual: 0, scale: 0 }
  }
}

function sampleOf({ pending, series, baseline, monitor }: GaugeStream): GaugeSample | null {
  const { known } = pending
  if (known === 0) return null
  const value = series.kind === 'count' ? pending.value : pending.value / known
  if (baseline === null) {
    const [usual, scale] = [pending.usual / known, pending.scale / known]
    const z = Math.max(-clip, Math.min(clip, (value - usual) / scale))
    return { value, usual, scale, z }
  }
  const step = monitor.steps
  const usual = usualAt(baseline, step)
  return { value, usual, scale: baseline.scale, z: standardisedAt(baseline, value, step)! }
}

/** One minute, or five where points come as slowly. */
function spacingOf(minutes: Float64Array): number {
  let last = -1
  const gaps: number[] = []
  for (let at = Math.max(0, minutes.length - 2_880); at < minutes.length; at++) {
    if (Number.isNaN(minutes[at]!)) continue
    if (last >= 0) gaps.push(at - last)
    last = at
  }
  gaps.sort((a, b) => a - b)
  return (gaps[Math.floor(gaps.length / 2)] ?? 1) >= 3 ? slowMinutes : 1
}

/** Minutes up to `endMs` on the grid of the step, up to `startMs`. */
function stepped(
  minutes: Float64Array,
  {
    endMs,
    startMs,
    stepMinutes,
    kind,
  }: {
    readonly endMs: number
    readonly startMs: number
    readonly stepMinutes: number
    readonly kind: GaugeSeries['kind']
  },
): Float64Array {
  const known = trimmed(minutes.subarray(0, minutes.length - (endMs - startMs) / gaugeMinuteMs))
  if (stepMinutes === 1) return known
  const length = Math.floor(known.length / stepMinutes)
  return Float64Array.from({ length }, (_, at) => {
    const to = known.length - (length - 1 - at) * stepMinutes
    const part = known.subarray(to - stepMinutes, to).filter((value) => !Number.isNaN(value))
    const sum = part.reduce((all, value) => all + value, 0)
    return part.length === 0 ? Number.NaN : kind === 'count' ? sum : sum / part.length
  })
}

/** From the first value that is known. */
function trimmed(values: Float64Array): Float64Array {
  const first = values.findIndex((value) => !Number.isNaN(value))
  return first < 0 ? values.subarray(0, 0) : values.subarray(first)
}

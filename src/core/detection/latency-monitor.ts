/**
 * Latency under watch: four streams of "requests slower than a frozen threshold", one per quantile, whose
 * e-values are averaged (detection reference, section 8). What is reported beside the evidence (effect,
 * onset, recovery) is that of the quantile that says most.
 */
import type { StreamEvidence } from '../../contracts/findings.ts'
import { combineLogE } from './combine.ts'
import {
  type EvidenceOptions,
  type MonitorBucket,
  type MonitorOptions,
  StreamMonitor,
} from './monitor.ts'
import type { ForecastBaseline } from './baseline.ts'
import {
  clearRatios,
  incidentRatesAt,
  latencyQuantiles,
  latencyWeights,
  type Nuisance,
} from './parameters.ts'

/** Counts of requests slower than each threshold, in the order of `latencyQuantiles`. */
export type LatencyBucket =
  | {
      readonly n1: number
      readonly n0: number
      readonly e1: readonly number[]
      readonly e0: readonly number[]
      readonly freshness?: number
    }
  | {
      readonly n: number
      readonly e: readonly number[]
      /** Left out: the baselines'. */
      readonly logRate?: readonly number[]
      readonly freshness?: number
    }
  | 'missing'

export interface LatencyMonitorOptions
  extends Omit<MonitorOptions, 'signal' | 'baseline' | 'continues' | 'kappa'> {
  readonly thresholdSeconds: readonly number[]
  /** One a quantile, where each was fitted by itself. */
  readonly nuisances?: readonly Nuisance[]
  readonly kappas?: readonly number[]
  /** Forecast mode only, one a quantile. */
  readonly baselines?: readonly ForecastBaseline[]
  readonly continues?: LatencyMonitor
}

export class LatencyMonitor {
  readonly #streams: readonly StreamMonitor[]
  readonly #thresholdSeconds: readonly number[]

  constructor(options: LatencyMonitorOptions) {
    const { thresholdSeconds, baselines, continues, nuisances, kappas, ...shared } = options
    this.#thresholdSeconds = thresholdSeconds
    this.#streams = latencyQuantiles.map((quantile, q) => {
      const baseline = baselines?.[q]
      const before = continues ? continues.#streams[q] : undefined
      return new StreamMonitor({
        ...shared,
        signal: 'latency',
        incidentRates: incidentRatesAt(quantile),
        nuisance: nuisances?.[q] ?? shared.nuisance,
        kappa: kappas?.[q] ?? 1,
        ...(baseline ? { baseline } : {}),
        ...(before ? { continues: before } : {}),
      })
    })
  }

  /** One a quantile. */
  get parts(): readonly StreamMonitor[] {
    return this.#streams
  }

  get buckets(): number {
    return this.#streams[0]!.buckets
  }

  get logE(): number {
    return combineLogE(
      this.#streams.map((stream) => stream.logE),
      latencyWeights,
    )
  }

  /** Of the quantile that has moved most surely. */
  get shifted(): number {
    return Math.max(...this.#streams.map((stream) => stream.shifted))
  }

  push(bucket: LatencyBucket): void {
    this.#streams.forEach((stream, q) => stream.push(bucketOf(bucket, q)))
  }

  startAgain(): void {
    for (const stream of this.#streams) stream.startAgain()
  }

  missingShare(minutes: number): number {
    return this.#streams[0]!.missingShare(minutes)
  }

  evidence(options: EvidenceOptions): StreamEvidence {
    const loudest = this.#loudest()
    // Rare slow requests are not excused as rare errors are: a hundredth of all is what is slow.
    const { materialRatio: _, ...spoken } = this.#streams[loudest]!.evidence(options)
    return {
      ...spoken,
      logE: this.logE,
      excludes: options.full ? this.#exclusions() : [],
      latency: {
        quantile: latencyQuantiles[loudest]!,
        thresholdSeconds: this.#thresholdSeconds[loudest]!,
        beforeSeconds: null,
        afterSeconds: null,
      },
    }
  }

  /** Of all quantiles: latency is no worse where none is. */
  #exclusions(): StreamEvidence['excludes'] {
    const all = this.#streams.map((stream) => stream.exclusions())
    return clearRatios.map((theta, i) => ({
      theta,
      logE: Math.min(...all.map((each) => each[i]!.logE)),
    }))
  }

  /** Ties go to the lower quantile, which has more events. */
  #loudest(): number {
    let best = 0
    this.#streams.forEach((stream, q) => {
      if (stream.logE > this.#streams[best]!.logE) best = q
    })
    return best
  }
}

function bucketOf(bucket: LatencyBucket, q: number): MonitorBucket {
  if (bucket === 'missing') return bucket
  const fresh = bucket.freshness === undefined ? {} : { freshness: bucket.freshness }
  if ('n1' in bucket) {
    return { n1: bucket.n1, n0: bucket.n0, e1: bucket.e1[q]!, e0: bucket.e0[q]!, ...fresh }
  }
  const logRate = bucket.logRate?.[q]
  return { n: bucket.n, e: bucket.e[q]!, ...(logRate === undefined ? {} : { logRate }), ...fresh }
}

/**
 * A release as `detect` keeps it: what is published of it, and what its watch was frozen with.
 *
 * Everything here is plain data. A watch is a function of these facts and of the closed buckets, so it
 * is rebuilt from them when a unit is opened. Milliseconds since the epoch.
 */
import type { ReleaseFinding } from '../../contracts/findings.ts'
import type { SlowThreshold } from '../kernel/histogram/threshold.ts'

/** Of one stream: what its own past says of its unrest and its season. */
export interface FrozenFit {
  readonly nuisance: {
    readonly eta: number
    readonly tau: number
    readonly phiPerMinute: number
  }
  /** On minutes since the epoch; null: the rate is constant. */
  readonly season: {
    readonly periodsMinutes: readonly number[]
    readonly coefficients: readonly number[]
  } | null
}

/** How the streams of a watch are judged; what is not in it is judged by the defaults. */
export interface Judging {
  readonly source: 'spans' | 'metrics'
  /** By signal and route (`errors POST /orders`, `latency@0.99 GET /`; the whole service has none). */
  readonly fits: readonly (readonly [stream: string, fit: FrozenFit])[]
  /** What log evidence is divided by, where it is more than 1. */
  readonly kappas: readonly (readonly [signal: string, kappa: number])[]
  /** Signals whose placebos were alarms too often, with the share of them that was. */
  readonly untrusted: readonly (readonly [signal: string, falseShare: number])[]
  /** Of the day, by route, one a quantile; where there are none the watch has its own. */
  readonly thresholds?: readonly (readonly [route: string, values: readonly SlowThreshold[]])[]
}

/** Frozen when the watch begins; what is learnt later (steps, handover) carries the bucket it holds from. */
export interface WatchFacts {
  /** First bucket of the watch: the exposure, rounded down to the step. */
  readonly startMs: number
  readonly source: 'spans' | 'metrics'
  readonly stepMs: number
  readonly callsStepMs: number
  readonly mode: 'split' | 'forecast'
  /** Telemetry's name of the new and old version; null where the whole service is meant. */
  readonly newVersion: string | null
  readonly oldVersion: string | null
  /** Routes with their share of requests, most first. */
  readonly routes: readonly (readonly [route: string, share: number])[]
  readonly callers: readonly (readonly [caller: string, share: number])[]
  readonly weakHistory: boolean
  /** Kept by itself. */
  readonly judging?: Judging
  /**
   * What the watch began with: history from this hour on, of what was closed before this number. A watch
   * that is built again later must not know more, nor less, of the time before it.
   */
  readonly fromMs?: number
  readonly seq?: number
  /**
   * First bucket of those between the deployment and the watch, where they are few: what they counted is partly of
   * before and partly of after, so it is neither.
   */
  readonly mixedFromMs?: number
  /** Rollout steps: first bucket of each. */
  steps: number[]
  /** Nothing is known of the service's requests: the minutes of its gauges are the time of the watch. */
  readonly fedByGauges?: boolean
  /** First bucket in which the old version had gone. */
  handoverMs: number | null
  /** First bucket that is not watched any more. */
  endMs: number
  /** Set when the last evidence has been published. */
  ended: boolean
}

export interface ReleaseState {
  finding: ReleaseFinding
  /** Whether the finding differs from what was last published. */
  changed: boolean
  /** `source id` of the deployment events that are this release. */
  events: string[]
  /** The service key as the event named it; joining may have led elsewhere. */
  namedService: string
  named: { environment: boolean; namespace: boolean }
  /** Telemetry's name of the version; '' for a versionless service, null while not seen. */
  label: string | null
  /** What the event said of the version, for matching. */
  match: { version: string | null; revision: string | null; images: string[] }
  /** Tick time at which the event was known. */
  knownMs: number
  /** Event's time: `finished`, else its own. */
  eventMs: number
  /** First window with the version's telemetry. */
  firstWindowMs: number | null
  strategyGiven: boolean
  watch: WatchFacts | null
}

/**
 * Builds the streams of a watch from its frozen facts and the history before it: which routes, which
 * thresholds, which baselines.
 */
import { latencyQuantiles } from '../../core/detection/parameters.ts'
import { preTrendMs } from '../../core/detection/pre-trend.ts'
import type { Latency } from '../../contracts/latency.ts'
import { wholeService } from '../../core/rollup/count-history.ts'
import { type Bucket, instancesOf, isUsable, type TrackName } from '../../core/rollup/track.ts'
import type { WatchFacts } from '../../core/releases/release-state.ts'
import {
  type ArmNames,
  type Arms,
  countArms,
  freezeAll,
  latencies,
  type Thresholds,
} from './arms.ts'
import { bucketsBetween, hasRequestsSince, requestsBetween } from './history.ts'
import type { ServiceState } from './service-state.ts'
import { type Count, lastKnown, watchHistory, type WatchHistory } from './watch-history.ts'
import { StreamJudge } from './stream-judge.ts'
import { EarlyWatch } from './early-watch.ts'
import { OldVersion } from './old-version.ts'
import { AvailabilityStream, NewKindStream } from './watch-side-streams.ts'
import { ErrorStream } from './error-stream.ts'
import { LatencyStream } from './latency-stream.ts'
import { TrafficStream } from './traffic-stream.ts'
import type { Phase, WatchBucket, WatchStream } from './watch-stream.ts'

const dayMs = 24 * 3_600_000
/** A point a minute, and half a minute on its way. */
const elsewhereMs = 90_000
/** Where telemetry names no version, what tells of a deployment may do so at its end. */
const toldLateMs = 2 * 60_000
const everybody = { one: null, zero: null } as const

interface LatencyBefore {
  readonly routes: ReadonlyMap<string, Latency>
  readonly total: Latency | null
}

export interface Beginning {
  readonly streams: WatchStream[]
  /** Against its own past, while both serve; null where there is nothing to compare. */
  readonly oldVersion: OldVersion | null
  /** Null without the history. */
  readonly preTrend: EarlyWatch | null
}

export class WatchBuilder {
  readonly #state: ServiceState
  readonly #facts: WatchFacts
  readonly #watched: ReadonlySet<string>
  readonly #thresholds: ReadonlyMap<string, Thresholds>
  readonly #serviceThresholds: Thresholds
  readonly judge: StreamJudge
  #before: LatencyBefore | null = null

  /** `warm`: nothing was released, so nothing warms up. */
  constructor(state: ServiceState, facts: WatchFacts, warm: boolean) {
    this.judge = new StreamJudge(facts.judging, warm)
    this.#state = state
    this.#facts = facts
    this.#watched = new Set(facts.routes.map(([route]) => route))
    // Those of the day where there are some, else from what is known of the day before the watch.
    const ofDay = new Map<string, Thresholds>(facts.judging?.thresholds)
    this.#serviceThresholds = ofDay.get(wholeService) ?? freezeAll(this.latencyBefore.total)
    this.#thresholds = new Map(
      [...this.#watched].map((route) => [
        route,
        ofDay.get(route) ?? freezeAll(this.latencyBefore.routes.get(route) ?? null),
      ]),
    )
  }

  /** History before the watch, as it was known when the watch began. */
  #known(track: TrackName, fromMs: number, toMs: number): Bucket[] {
    const { fromMs: keptFromMs = 0, seq, mixedFromMs = Infinity } = this.#facts
    const [from, to] = [Math.max(fromMs, keptFromMs), Math.min(toMs, mixedFromMs)]
    return bucketsBetween(this.#state, track, from, to, seq)
  }

  get facts(): WatchFacts {
    return this.#facts
  }

  get watched(): ReadonlySet<string> {
    return this.#watched
  }

  /** Of the day before the watch. Dear, so it is only summed when it is asked for. */
  get latencyBefore(): LatencyBefore {
    const { source, startMs } = this.#facts
    this.#before ??= latencies(this.#known(source, startMs - dayMs, startMs), null, this.#watched)
    return this.#before
  }

  #phase(mode: 'split' | 'forecast', startMs: number): Phase {
    return { mode, startMs, stepMs: this.#facts.stepMs, judge: this.judge }
  }

  /** `withRelease`: what only a release is asked. */
  begin(withRelease: boolean): Beginning {
    const { mode, startMs } = this.#facts
    // The histories overlap, and counting is the dearest part of a beginning.
    const counted = new Map<Bucket, Arms | null>()
    const count: Count = (bucket) => {
      let arms = counted.get(bucket)
      if (arms === undefined) counted.set(bucket, (arms = this.#count(bucket, everybody)))
      return arms
    }
    const phase = this.#phase(mode, startMs)
    const history = this.#history(startMs, count)
    const isSplit = withRelease && mode === 'split'
    return {
      streams: this.#build(phase, history, []),
      oldVersion: isSplit ? OldVersion.create(phase, history) : null,
      preTrend: withRelease ? this.#preTrend(count) : null,
    }
  }

  /** The last 90 known minutes before `endMs`. */
  #history(endMs: number, count: Count): WatchHistory {
    const { source, stepMs } = this.#facts
    const buckets = lastKnown(this.#known(source, endMs - dayMs, endMs), endMs)
    return watchHistory(buckets, count, { endMs, bucketMs: stepMs })
  }

  /** The old version has gone at `atMs`: every monitor goes on as a forecast from the old version's level. */
  handOver(streams: readonly WatchStream[], atMs: number): WatchStream[] {
    const { source, stepMs, oldVersion } = this.#facts
    const buckets = lastKnown(bucketsBetween(this.#state, source, atMs - dayMs, atMs), atMs)
    const count: Count = (bucket) => this.#count(bucket, { one: oldVersion, zero: null })
    const history = watchHistory(buckets, count, { endMs: atMs, bucketMs: stepMs })
    return this.#build(this.#phase('forecast', atMs), history, streams)
  }

  #build(phase: Phase, history: WatchHistory, before: readonly WatchStream[]): WatchStream[] {
    const streams: (WatchStream | null)[] = []
    const errorsBefore = (member: string) =>
      (before.find((each) => each instanceof ErrorStream && each.member === member) ??
        null) as ErrorStream | null
    const latencyBefore = (member: string) =>
      (before.find((each) => each instanceof LatencyStream && each.member === member) ??
        null) as LatencyStream | null
    streams.push(ErrorStream.create(null, phase, history, errorsBefore('')))
    const service = seconds(this.#serviceThresholds)
    if (service !== null) {
      streams.push(LatencyStream.create(null, service, phase, history, latencyBefore('')))
    }
    const traffic = before.find((each) => each instanceof TrafficStream)
    streams.push(traffic ?? TrafficStream.create(phase, history))
    for (const [name, share] of this.#facts.routes) {
      const route = { name, traffic: share }
      streams.push(ErrorStream.create(route, phase, history, errorsBefore(name)))
      const own = seconds(this.#thresholds.get(name) ?? null)
      if (own !== null) {
        streams.push(LatencyStream.create(route, own, phase, history, latencyBefore(name)))
      }
    }
    return streams.filter((stream) => stream !== null)
  }

  callers(): AvailabilityStream[] {
    const { startMs, callsStepMs, callers } = this.#facts
    const buckets = lastKnown(this.#known('calls', startMs - dayMs, startMs), startMs)
    const phase = { ...this.#phase('forecast', startMs), stepMs: callsStepMs }
    return callers
      .map(([caller, share]) =>
        AvailabilityStream.create(caller === '' ? null : caller, share, phase, buckets),
      )
      .filter((stream) => stream !== null)
  }

  kinds(): NewKindStream {
    const { mode, startMs } = this.#facts
    const fromMs = Math.max(startMs - dayMs, this.#facts.fromMs ?? 0)
    const requests = requestsBetween(this.#state, fromMs, startMs, null, this.#facts.seq)
    return new NewKindStream(this.#phase(mode, startMs), requests)
  }

  /** The service's own monitors from 30 min before the release on; null without the history. */
  #preTrend(count: Count): EarlyWatch | null {
    const { source, startMs, stepMs, mixedFromMs = startMs } = this.#facts
    const fromMs = startMs - Math.ceil(preTrendMs / stepMs) * stepMs
    const history = this.#history(fromMs, count)
    const buckets = this.#known(source, fromMs, startMs)
    if (history.minutes.length < 10 || buckets.length === 0) return null
    const phase = this.#phase('forecast', fromMs)
    const service = seconds(this.#serviceThresholds)
    const streams = [
      ErrorStream.create(null, phase, history, null),
      service === null ? null : LatencyStream.create(null, service, phase, history, null),
    ].filter((stream) => stream !== null)
    if (streams.length === 0) return null
    const known = buckets.map((bucket) => [bucket, asSeen(count(bucket))] as const)
    const toldMs = startMs - Math.ceil(toldLateMs / stepMs) * stepMs
    return new EarlyWatch(streams, known, {
      stepMs,
      fromMs,
      releasedAtMs: this.#isShown() ? mixedFromMs : Math.min(mixedFromMs, toldMs),
      see: (bucket) => asSeen(this.#count(bucket, everybody)),
    })
  }

  /** The watch begins with the first bucket that names the new version. */
  #isShown(): boolean {
    const { source, startMs, stepMs, newVersion } = this.#facts
    const first = bucketsBetween(this.#state, source, startMs, startMs + stepMs)
    return first.some(({ cells }) => newVersion !== null && cells.has(newVersion))
  }

  /** Split: new against old. Forecast, also after a handover: the new version alone, if it has a name. */
  names(handedOver: boolean): ArmNames {
    const { newVersion, oldVersion, mode } = this.#facts
    return { one: newVersion, zero: mode === 'split' && !handedOver ? oldVersion : null }
  }

  seen(bucket: Bucket, handedOver: boolean): WatchBucket {
    return asSeen(this.#count(bucket, this.names(handedOver)))
  }

  #count(bucket: Bucket, names: ArmNames): Arms | null {
    if (!isUsable(bucket)) return null
    return countArms(bucket, {
      names,
      watched: this.#watched,
      thresholdsOf: this.#thresholds,
      serviceThresholds: this.#serviceThresholds,
    })
  }

  /** The source that the watch does not go by has told of requests of late. */
  heardElsewhere(nowMs: number): boolean {
    const other = this.#facts.source === 'spans' ? 'metrics' : 'spans'
    return hasRequestsSince(this.#state, other, nowMs - elsewhereMs)
  }

  /** Median instances per bucket in the 5 min before the watch, and in the newest bucket. */
  instances(nowMs: number): { before: number; now: number } | null {
    const { source, startMs } = this.#facts
    const median = (buckets: readonly Bucket[]) => {
      const counts = buckets
        .filter(({ cells }) => cells.size > 0)
        .map(({ cells }) => instancesOf(cells))
        .sort((a, b) => a - b)
      return counts.length === 0 ? null : counts[Math.floor((counts.length - 1) / 2)]!
    }
    const before = median(bucketsBetween(this.#state, source, startMs - 300_000, startMs))
    if (before === null) return null
    const recent = bucketsBetween(this.#state, source, nowMs - 60_000, nowMs)
    return { before, now: median(recent) ?? 0 }
  }
}

function seconds(thresholds: Thresholds): number[] | null {
  if (thresholds === null) return null
  return latencyQuantiles.map((_, q) => thresholds[q]!.value)
}

function asSeen(arms: Arms | null): WatchBucket {
  return arms === null ? 'missing' : { arms }
}

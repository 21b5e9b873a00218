/**
 * Restarts of one watch: how often its instances start again and again, by minutes of instances, against the hours
 * before; with both versions alive those of the new one beyond what the old one's instances do beside them.
 */
import { RestartMonitor } from '../../core/detection/restart-monitor.ts'
import { median } from '../../core/kernel/math/order-statistics.ts'
import { seriesBetween } from '../../core/rollup/gauge-history.ts'
import { type GaugeBucket, gaugeMinuteMs, sumIn } from '../../core/rollup/gauge-track.ts'
import { byPreference } from '../../core/rollup/restarts.ts'
import type { WatchFacts } from '../../core/releases/release-state.ts'
import type { ServiceState } from './service-state.ts'
import { noScope } from './watch-stream.ts'

const historyMinutes = 2_880
/** Instances are looked for in the last minutes before and the first of the watch. */
const lookedAtMinutes = 10

interface Stream {
  readonly series: string
  readonly monitor: RestartMonitor
  /** Of the watch so far, while both versions are there. */
  readonly one: Counts
  readonly zero: Counts
  /** What has been put down to the release of it. */
  taken: number
}

interface Counts {
  e: number
  n: number
}

export class RestartStreams {
  readonly #state: ServiceState
  readonly #facts: WatchFacts
  #built = false
  #stream: Stream | null = null

  constructor(state: ServiceState, facts: WatchFacts) {
    this.#state = state
    this.#facts = facts
  }

  /** Those that have something to say. */
  get monitors(): readonly RestartMonitor[] {
    return this.#stream?.monitor.isFed === true ? [this.#stream.monitor] : []
  }

  take(bucket: GaugeBucket): void {
    if (bucket.endMs <= this.#facts.startMs) return
    if (!this.#built) {
      this.#built = true
      this.#stream = this.#build(bucket)
    }
    if (this.#stream !== null) this.#push(this.#stream, bucket)
  }

  #build({ startMs }: GaugeBucket): Stream | null {
    const lately = this.#minutesFrom(startMs - lookedAtMinutes * gaugeMinuteMs, startMs)
    const [series] = [...this.#state.gauges.track.series]
      .filter(([, { use }]) => use === 'restarts')
      .map(([name]) => name)
      .filter((name) => lately.some((bucket) => countsIn(bucket, name, null).n > 0))
      .sort(byPreference)
    if (series === undefined) return null
    const monitor = this.#monitorOf(series, startMs)
    return monitor && { series, monitor, one: { e: 0, n: 0 }, zero: { e: 0, n: 0 }, taken: 0 }
  }

  /** Null where nothing is known of the time before. Of longer ago only the sum is kept. */
  #monitorOf(series: string, startMs: number): RestartMonitor | null {
    const lately = this.#minutesFrom(0, startMs - 1)
      .map((bucket) => countsIn(bucket, series, null).n)
      .filter((n) => n > 0)
    if (lately.length === 0) return null
    const { track, history } = this.#state.gauges
    const fromMs = startMs - historyMinutes * gaugeMinuteMs
    const known = seriesBetween({ track, history }, series, fromMs, startMs).filter(
      (value) => !Number.isNaN(value),
    )
    const restarts = known.reduce((sum, value) => sum + value, 0)
    const minutes = known.length * median(lately)
    const scope = { ...noScope, metric: series }
    return new RestartMonitor({ scope, startMs, history: { restarts, minutes } })
  }

  /** Closed minutes from `fromMs` to the one that holds `toMs`, of the time that the watch knows. */
  #minutesFrom(fromMs: number, toMs: number): GaugeBucket[] {
    const knownFromMs = Math.max(fromMs, this.#facts.fromMs ?? 0)
    const { closed } = this.#state.gauges.track
    return closed.filter(({ startMs }) => startMs >= knownFromMs && startMs <= toMs)
  }

  #push(stream: Stream, bucket: GaugeBucket): void {
    const { newVersion, oldVersion, mode } = this.#facts
    const { series, monitor } = stream
    const own = countsIn(bucket, series, newVersion)
    // Of a version that has gone, or has no name, all together tell.
    const one = own.n > 0 ? own : countsIn(bucket, series, null)
    if (one.n === 0) return monitor.push('missing')
    const zero =
      mode === 'split' && own.n > 0 ? countsIn(bucket, series, oldVersion) : { e: 0, n: 0 }
    const restarts = zero.n > 0 ? excess(stream, one, zero) : one.e
    monitor.push({ restarts, instances: one.n })
  }
}

/** What happens to instances of the old version as often is not the release's doing. */
function excess(stream: Stream, one: Counts, zero: Counts): number {
  for (const [all, more] of [
    [stream.one, one],
    [stream.zero, zero],
  ] as const) {
    all.e += more.e
    all.n += more.n
  }
  const own = stream.one.e - (stream.zero.e * stream.one.n) / stream.zero.n
  const more = Math.min(one.e, Math.max(0, own - stream.taken))
  stream.taken += more
  return more
}

/** Counted restarts, and instances that told of theirs: of one version, or (null) of all. */
function countsIn(bucket: GaugeBucket, series: string, version: string | null): Counts {
  const { sum, count } = sumIn(bucket, series, version)
  return { e: sum, n: count }
}

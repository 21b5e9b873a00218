/**
 * One synthetic service of a cell with all its releases: history, fits, placebos where asked for, then
 * release after release, each judged by Culprit and by its rivals. A function of the seed alone.
 */
import { calibrate } from '../../core/detection/calibrate.ts'
import { type PlaceboSignal, placeboSignals } from '../../core/detection/placebo-signals.ts'
import { PreTrend, preTrendMs } from '../../core/detection/pre-trend.ts'
import type { SignalName } from '../../contracts/signal.ts'
import { type Cell, familyOf } from './cells.ts'
import { none } from './effects.ts'
import { type Fits, fitService, type History, sameFits } from './fits.ts'
import { type Judged, ReleaseJudge } from './judged-release.ts'
import { mixedSeed } from './random.ts'
import { type Rival, rivalAlarms } from './rivals.ts'
import { errorsOf } from './series.ts'
import { bucketsPerMinute, type Counts, sumBuckets, SyntheticService } from './service.ts'
import { type ReleaseSetup, releaseStreams, stepMs } from './streams.ts'

export interface ReleaseResult {
  readonly culprit: Judged
  /** Null where they are not asked. */
  readonly rivals: Record<Rival, number | null> | null
  /** Of what stands alone: minutes to an alarm that was none of its own, but of the weighted sum. */
  readonly byCountsMinutes?: number | null
}

const watchMinutes = 60
/** Two hours: 90 min of baseline for the monitors that start 30 min before. */
const beforeMinutes = 120
const preTrendMinutes = preTrendMs / 60_000
const recentBuckets = 720
const splitShare = 0.2
/** A week and a day of sentinels, back to back; fewer say nothing of trust. */
const placeboCount = 200
/** Releases of one service at most: how long its story is, beside its placebos. */
const slicesMax = 100
/** Any midnight. */
const originMs = Date.UTC(2026, 0, 5)

const msOf = (bucket: number) => originMs + bucket * stepMs

/** Cells of one family share their services: history and fits are the same, releases come after. */
export function runService(
  cell: Cell,
  seed: number,
  service: number,
  known: Map<string, Fits> = new Map(),
): ReleaseResult[] {
  return new ServiceRun(cell, mixedSeed(seed, familyOf(cell), service), known).run()
}

interface Slice {
  readonly startBucket: number
  readonly before: readonly Counts[]
  /** The last 30 min of `before`, in buckets. */
  readonly fine: readonly Counts[]
}

class ServiceRun {
  readonly #cell: Cell
  readonly #service: SyntheticService
  readonly #historyMinutes: number
  #bucket = 0
  #fits: Fits
  #learnt: Pick<ReleaseSetup, 'kappas' | 'untrusted'> = { kappas: new Map() }

  constructor(cell: Cell, seed: number, known: Map<string, Fits>) {
    this.#cell = cell
    const { mode, rps, routes, historyHours, wrong } = cell
    this.#historyMinutes = historyHours * 60
    const share = mode === 'split' ? splitShare : 1
    const slices = slicesMax + (wrong ? placeboCount : 0)
    const minutes = this.#historyMinutes + slices * (beforeMinutes + watchMinutes)
    const buckets = minutes * bucketsPerMinute
    this.#service = new SyntheticService({ rps, routes, share, buckets }, seed)
    if (wrong === undefined && historyHours >= 6) {
      const history = this.#history()
      const key = `${familyOf(cell)} ${seed}`
      this.#fits = known.get(key) ?? fitService(mode, routes, history)
      known.set(key, this.#fits)
    } else {
      this.#fits = sameFits(mode, routes, wrong ?? null)
    }
    if (wrong) this.#learnt = this.#learn(placeboCount)
  }

  run(): ReleaseResult[] {
    return Array.from({ length: this.#cell.releases.each }, () => this.#release())
  }

  #history(): History {
    const recentMinutes = recentBuckets / bucketsPerMinute
    const minutes: Counts[] = []
    while (minutes.length < this.#historyMinutes - recentMinutes) minutes.push(this.#minute())
    const recent = Array.from({ length: recentBuckets }, () => this.#next())
    minutes.push(...inMinutes(recent))
    return { minutes, recent, endMs: msOf(this.#bucket) }
  }

  #minute(): Counts {
    const counts = this.#service.counts(this.#bucket, bucketsPerMinute, null)
    this.#bucket += bucketsPerMinute
    return counts
  }

  #next(): Counts {
    return this.#service.counts(this.#bucket++, 1, null)
  }

  #slice(): Slice {
    const early = Array.from({ length: beforeMinutes - preTrendMinutes }, () => this.#minute())
    const fine = Array.from({ length: preTrendMinutes * bucketsPerMinute }, () => this.#next())
    return { startBucket: this.#bucket, before: [...early, ...inMinutes(fine)], fine }
  }

  #judgeAt(bucket: number, before: readonly Counts[], warm: boolean): ReleaseSetup {
    const { mode, routes } = this.#cell
    const requests = before.reduce((sum, counts) => {
      const { n1, n0 } = errorsOf(null)(counts)
      return sum + n1 + n0
    }, 0)
    return {
      mode,
      routes,
      startMs: msOf(bucket),
      before,
      historyRequests: requests,
      fits: this.#fits,
      ...this.#learnt,
      warm,
    }
  }

  #release(): ReleaseResult {
    const { mode, effect, asks } = this.#cell
    const slice = this.#slice()
    const warm = this.#service.warmUp()
    const watch = Array.from({ length: watchMinutes * bucketsPerMinute }, (_, k) =>
      this.#service.counts(this.#bucket++, 1, { effect, minute: k / bucketsPerMinute, warm }),
    )
    const judge = new ReleaseJudge(this.#judgeAt(slice.startBucket, slice.before, false))
    const culprit = judge.judge(watch, {
      untilEnd: asks === 'recovery',
      preTrend: () => this.#preTrend(slice),
      ...(effect.goneFromMinute === undefined ? {} : { goneFromMinute: effect.goneFromMinute }),
    })
    return { culprit, rivals: rivalAlarms(mode, slice.before, watch) }
  }

  /** The service's errors and latency before against after, from 30 min before the release. */
  #preTrend({ startBucket, before, fine }: Slice): PreTrend<Counts> | null {
    if (this.#cell.mode === 'split') return null
    const setup = this.#judgeAt(
      startBucket - fine.length,
      before.slice(0, before.length - preTrendMinutes),
      false,
    )
    const own = releaseStreams(setup).filter(
      ({ group }) => group === 'errors' || group === 'latency',
    )
    return new PreTrend(own, fine, msOf(startBucket))
  }

  /** What sentinels teach: the service's whole streams in hours in which nothing was released, by signal. */
  #learn(count: number): Pick<ReleaseSetup, 'kappas' | 'untrusted'> {
    const maxima = new Map<PlaceboSignal, number[]>(placeboSignals.map((signal) => [signal, []]))
    for (let i = 0; i < count; i++) {
      const slice = this.#slice()
      const judge = new ReleaseJudge(
        this.#judgeAt(slice.startBucket, slice.before, true),
        ({ group }) => maxima.has(group as PlaceboSignal),
      )
      const best = new Map<SignalName, number>()
      const quiet = { effect: none, minute: 0, warm: 0 }
      for (let k = 0; k < watchMinutes * bucketsPerMinute; k++) {
        judge.push(this.#service.counts(this.#bucket++, 1, quiet))
        for (const { signal, logE } of judge.streams) {
          best.set(signal, Math.max(best.get(signal) ?? 0, logE))
        }
      }
      for (const [signal, values] of maxima) values.push(best.get(signal) ?? 0)
    }
    const { mode } = this.#cell
    const learnt = [...maxima].map(([signal, own]) => {
      return [signal, calibrate({ signal, mode, own, fleet: own })] as const
    })
    return {
      kappas: new Map(learnt.map(([signal, { kappa }]) => [signal, kappa])),
      untrusted: new Map(
        learnt.flatMap(([signal, { trusted, falseShare }]) =>
          trusted ? [] : [[signal, falseShare ?? 1] as const],
        ),
      ),
    }
  }
}

function inMinutes(buckets: readonly Counts[]): Counts[] {
  return Array.from({ length: buckets.length / bucketsPerMinute }, (_, i) =>
    sumBuckets(buckets.slice(i * bucketsPerMinute, (i + 1) * bucketsPerMinute)),
  )
}

/**
 * The business counters of one watch: what a house counts (orders) against what it counts it by (requests), new
 * version beside old, or after against before. A logical error raises no 5xx, but fewer orders come of as many
 * requests.
 *
 * Counters and requests come from sources of their own, each with its step: they meet in slots of a common one, and
 * a slot is judged once both have closed it. Built with the first bucket of the counters at or behind the release.
 */
import type { StreamEvidence } from '../../contracts/findings.ts'
import { forecastBaseline, type HistoryMinute } from '../../core/detection/baseline.ts'
import { rateDispersion } from '../../core/detection/dispersion.ts'
import { StreamMonitor } from '../../core/detection/monitor.ts'
import { coldStart, type Mode, type Nuisance } from '../../core/detection/parameters.ts'
import type { FrozenFit, WatchFacts } from '../../core/releases/release-state.ts'
import { type MetricRule, perOf } from '../../core/rollup/metric-rules.ts'
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
import { countersMax } from './past-state.ts'
import type { ServiceState } from './service-state.ts'
import { noScope } from './watch-stream.ts'

const minuteMs = 60_000
const hourMs = 3_600_000
const historyMs = 100 * minuteMs

interface Counts {
  n: number
  e: number
}

interface Slot {
  readonly one: Counts
  readonly zero: Counts
  usable: boolean
}

interface Counter extends CounterRule {
  /** Whether the counter's points carry the versions that are compared. */
  readonly versioned: boolean
  readonly monitors: readonly StreamMonitor[]
  readonly slots: Map<number, Slot>
}

export class BusinessStreams {
  readonly #state: ServiceState
  readonly #facts: WatchFacts
  readonly #rules: readonly MetricRule[]
  readonly #isAsked: boolean
  /** By signal and stream. */
  readonly #fits: ReadonlyMap<string, FrozenFit>
  #counters: Counter[] | null = null
  #stepMs = 0
  #nextMs = 0
  #closedToMs: Record<'counts' | 'requests', number> = { counts: 0, requests: 0 }

  constructor(state: ServiceState, facts: WatchFacts, rules: readonly MetricRule[]) {
    this.#state = state
    this.#facts = facts
    this.#fits = new Map(facts.judging?.fits)
    this.#rules = rules
    this.#isAsked = rules.some(({ signal }) => signal === 'business')
  }

  get logEs(): readonly number[] {
    return this.#monitors().map(({ logE }) => logE)
  }

  /** What each pays for all. */
  get weight(): number {
    return 1 / Math.max(1, this.#monitors().length)
  }

  #monitors(): StreamMonitor[] {
    return (this.#counters ?? []).flatMap(({ monitors }) => monitors)
  }

  evidence({ final }: { readonly final: boolean }): StreamEvidence[] {
    const { weight } = this
    return (this.#counters ?? []).flatMap(({ monitors, rule }) =>
      monitors.map((monitor) => {
        const full = final || monitor.logE >= Math.log(10)
        return { ...monitor.evidence({ weight, full }), per: perOf(rule) }
      }),
    )
  }

  take(track: 'counts' | 'requests', bucket: Bucket): void {
    const { startMs } = this.#facts
    if (!this.#isAsked || bucket.endMs <= startMs) return
    if (track === 'counts') this.#counters ??= this.#build(bucket)
    this.#closedToMs[track] = bucket.endMs
    for (const counter of this.#counters ?? []) this.#add(counter, track, bucket)
    this.#judge()
  }

  #build(first: Bucket): Counter[] {
    const { startMs, stepMs, source } = this.#facts
    this.#stepMs = commonStep(first.endMs - first.startMs, stepMs)
    this.#nextMs = Math.floor(startMs / this.#stepMs) * this.#stepMs
    const known = (track: 'counts' | typeof source, fromMs: number) =>
      bucketsBetween(this.#state, track, fromMs, startMs, first.seq)
    const lately = [...known('counts', startMs - hourMs), first]
    const history = {
      counts: known('counts', startMs - historyMs),
      requests: known(source, startMs - historyMs),
    }
    const counters: Counter[] = []
    for (const each of businessCounters(routeTotals(lately), this.#rules)) {
      if (counters.length >= countersMax) break
      const versioned = this.#isVersioned(each.metric, lately)
      const counter = { ...each, versioned, slots: new Map() }
      const monitors = this.#monitorsOf(counter, history)
      if (monitors.length > 0) counters.push({ ...counter, monitors })
    }
    for (const counter of counters) {
      // Requests of the watch that closed before the counters.
      for (const bucket of bucketsBetween(
        this.#state,
        source,
        startMs,
        Number.MAX_SAFE_INTEGER,
        first.seq,
      )) {
        this.#add(counter, 'requests', bucket)
      }
    }
    return counters
  }

  #isVersioned(metric: string, buckets: readonly Bucket[]): boolean {
    const { newVersion, oldVersion } = this.#facts
    return buckets.some(({ cells }) =>
      [newVersion, oldVersion].some(
        (version) => version !== null && cells.get(version)?.routes.has(metric) === true,
      ),
    )
  }

  #monitorsOf(
    counter: Omit<Counter, 'monitors'>,
    history: { readonly counts: readonly Bucket[]; readonly requests: readonly Bucket[] },
  ): StreamMonitor[] {
    const { mode: asked, newVersion } = this.#facts
    const mode: Mode =
      asked === 'split' && counter.versioned && newVersion !== null ? 'split' : 'forecast'
    const minutes = this.#minutes(counter, history)
    const fit =
      mode === 'split' ? undefined : this.#fits.get(`business ${seriesOfCounter(counter)}`)
    const nuisance = fit?.nuisance ?? widened(coldStart[mode], minutes)
    const options = {
      signal: 'business' as const,
      scope: { ...noScope, metric: counter.metric },
      mode,
      startMs: this.#nextMs,
      stepMs: this.#stepMs,
      nuisance,
    }
    const { direction = 'down' } = counter.rule
    const directions =
      direction === 'both'
        ? (['falling', 'rising'] as const)
        : ([direction === 'down' ? 'falling' : 'rising'] as const)
    if (mode === 'split') {
      return directions.map((each) => new StreamMonitor({ ...options, direction: each }))
    }
    const answer = forecastBaseline({
      history: minutes,
      stepSeconds: this.#stepMs / 1000,
      historySeconds: Math.max(minuteMs, this.#stepMs) / 1000,
      nuisance,
      signal: 'other',
      season: fit?.season ? { fitted: fit.season, endMs: this.#nextMs } : null,
    })
    if (!answer.ok || answer.baseline.events === 0) return []
    const { baseline } = answer
    return directions.map((each) => new StreamMonitor({ ...options, direction: each, baseline }))
  }

  /** The time before the watch by minutes (or steps), of all versions together; null where either is missing. */
  #minutes(
    counter: Pick<Counter, 'metric' | 'rule' | 'byCounter'>,
    history: { readonly counts: readonly Bucket[]; readonly requests: readonly Bucket[] },
  ): (HistoryMinute | null)[] {
    const lengthMs = Math.max(minuteMs, this.#stepMs)
    const endMs = this.#nextMs
    const minutes = new Map<number, { e: number | null; n: number | null }>()
    const add = (buckets: readonly Bucket[], track: 'counts' | 'requests') => {
      for (const bucket of buckets) {
        if (!isUsable(bucket)) continue
        const back = Math.floor((endMs - 1 - bucket.startMs) / lengthMs)
        const minute = minutes.get(back) ?? { e: null, n: null }
        minutes.set(back, minute)
        if (track === 'counts') minute.e = (minute.e ?? 0) + countIn(bucket, counter.metric, null)
        const exposed = exposureIn(counter, track, bucket, null)
        if (exposed !== null) minute.n = (minute.n ?? 0) + exposed
      }
    }
    add(history.counts, 'counts')
    add(history.requests, 'requests')
    const length = Math.max(-1, ...minutes.keys()) + 1
    return Array.from({ length }, (_, i) => {
      const minute = minutes.get(length - 1 - i)
      if (minute === undefined || minute.e === null || minute.n === null) return null
      return { n: minute.n, e: minute.e }
    })
  }

  #add(
    counter: Counter | Omit<Counter, 'monitors'>,
    track: 'counts' | 'requests',
    bucket: Bucket,
  ): void {
    const slotMs = Math.floor(bucket.startMs / this.#stepMs) * this.#stepMs
    if (slotMs < this.#nextMs) return
    const slot: Slot = counter.slots.get(slotMs) ?? {
      one: { n: 0, e: 0 },
      zero: { n: 0, e: 0 },
      usable: true,
    }
    counter.slots.set(slotMs, slot)
    const matters = track === 'counts' || !counter.byCounter
    if (matters && !isUsable(bucket)) slot.usable = false
    const { newVersion, oldVersion } = this.#facts
    const arms: [Counts, string | null][] =
      newVersion === null || !counter.versioned
        ? [[slot.one, null]]
        : [
            [slot.one, newVersion],
            ...(oldVersion === null ? [] : [[slot.zero, oldVersion] as [Counts, string]]),
          ]
    for (const [arm, version] of arms) {
      if (track === 'counts') arm.e += countIn(bucket, counter.metric, version)
      arm.n += exposureIn(counter, track, bucket, version) ?? 0
    }
  }

  #judge(): void {
    const { counts, requests } = this.#closedToMs
    const counters = this.#counters ?? []
    if (counters.length === 0) return
    const upToMs = counters.every(({ byCounter }) => byCounter)
      ? counts
      : Math.min(counts, requests)
    for (; this.#nextMs + this.#stepMs <= upToMs; this.#nextMs += this.#stepMs) {
      for (const { monitors, slots } of counters) {
        const slot = slots.get(this.#nextMs)
        slots.delete(this.#nextMs)
        for (const monitor of monitors) monitor.push(this.#bucketOf(monitor.mode, slot))
      }
    }
  }

  #bucketOf(mode: Mode, slot: Slot | undefined) {
    if (slot === undefined || !slot.usable) return 'missing' as const
    const { one, zero } = slot
    const gone = this.#facts.handoverMs !== null && this.#nextMs >= this.#facts.handoverMs
    if (mode === 'split') {
      if (gone || one.n === 0 || zero.n === 0) return 'missing' as const
      return { n1: one.n, e1: one.e, n0: zero.n, e0: zero.e }
    }
    return one.n === 0 ? ('missing' as const) : { n: one.n, e: one.e }
  }
}

/** A counter of amounts is wider than one of orders: its own history says how much. */
function widened(nuisance: Nuisance, minutes: readonly (HistoryMinute | null)[]): Nuisance {
  const known = minutes.filter((each) => each !== null && each.n > 0) as HistoryMinute[]
  if (known.length < 5) return nuisance
  const blocks: { e: number[]; n: number[] }[] = []
  for (let from = 0; from < known.length; from += 5) {
    const part = known.slice(from, from + 5)
    if (part.length > 1) blocks.push({ e: part.map(({ e }) => e), n: part.map(({ n }) => n) })
  }
  const { eta } = rateDispersion(blocks)
  return { ...nuisance, eta: Math.min(nuisance.eta, eta) }
}

/**
 * The streams of a watch that are fed from other records than the service's own requests: what its
 * callers saw (availability) and error kinds never seen before the release.
 */
import type { StreamEvidence } from '../../contracts/findings.ts'
import { type EvidenceOptions, StreamMonitor } from '../../core/detection/monitor.ts'
import { NewKindMonitor } from '../../core/detection/new-kind-monitor.ts'
import { coldStart } from '../../core/detection/parameters.ts'
import { forecastBaseline, type HistoryMinute } from '../../core/detection/baseline.ts'
import type { Bucket } from '../../core/rollup/track.ts'
import { judgedBy, noScope, type Phase } from './watch-stream.ts'

/** Attempts of one caller that failed or were not answered, before against after. */
export class AvailabilityStream {
  readonly group = 'availability'
  readonly member: string
  readonly traffic: number
  readonly wholeService = true
  readonly #caller: string | null
  readonly #monitor: StreamMonitor

  private constructor(caller: string | null, traffic: number, monitor: StreamMonitor) {
    this.#caller = caller
    this.member = caller ?? ''
    this.traffic = traffic
    this.#monitor = monitor
  }

  /** `caller` null: all callers together. `buckets` are those before the watch. */
  static create(
    caller: string | null,
    traffic: number,
    phase: Phase,
    buckets: readonly Bucket[],
  ): AvailabilityStream | null {
    const minuteMs = Math.max(60_000, phase.stepMs)
    const minutes: (HistoryMinute | null)[] = []
    for (const bucket of buckets) {
      const back = Math.floor((phase.startMs - 1 - bucket.startMs) / minuteMs)
      if (back < 0 || bucket.missing) continue
      const { n, e } = attemptsOf(bucket, caller)
      const known = minutes[back]
      minutes[back] = known ? { n: known.n + n, e: known.e + e } : { n, e }
    }
    const history = Array.from(minutes, (each) => each ?? null).reverse()
    const answer = forecastBaseline({
      history,
      stepSeconds: phase.stepMs / 1000,
      historySeconds: minuteMs / 1000,
      nuisance: phase.judge.nuisance('availability', caller, 'forecast'),
      signal: 'other',
    })
    if (!answer.ok) return null
    const monitor = new StreamMonitor({
      signal: 'availability',
      scope: { ...noScope, caller },
      ...judgedBy({ ...phase, mode: 'forecast' }, 'availability', caller),
      kappa: phase.judge.kappa('availability', 'forecast'),
      baseline: answer.baseline,
    })
    return new AvailabilityStream(caller, traffic, monitor)
  }

  get logE(): number {
    return this.#monitor.logE
  }

  pushCalls(bucket: Bucket): void {
    if (bucket.missing) return this.#monitor.push('missing')
    const { n, e } = attemptsOf(bucket, this.#caller)
    this.#monitor.push(n > 0 ? { n, e } : 'missing')
  }

  evidence(options: EvidenceOptions): StreamEvidence {
    return this.#monitor.evidence(options)
  }
}

function attemptsOf(bucket: Bucket, caller: string | null): { n: number; e: number } {
  let [n, e] = [0, 0]
  for (const { routes } of bucket.cells.values()) {
    for (const [route, cell] of routes) {
      if (caller !== null && route !== caller) continue
      n += cell.requests
      e += Math.min(cell.requests, Math.max(cell.errors, cell.unanswered))
    }
  }
  return { n, e }
}

/** All kinds that nobody had seen before the release, as one group. */
export class NewKindStream {
  readonly group = 'new-error'
  readonly member = ''
  readonly traffic = 1
  readonly wholeService = true
  readonly #split: StreamMonitor | null
  readonly #forecast: NewKindMonitor | null
  #pending = { one: 0, zero: 0 }

  constructor(phase: Phase, historyRequests: number) {
    if (phase.mode === 'split') {
      const nuisance = coldStart.split
      this.#split = new StreamMonitor({ signal: 'new-error', scope: noScope, ...phase, nuisance })
      this.#forecast = null
    } else {
      const { startMs, stepMs } = phase
      this.#split = null
      this.#forecast = new NewKindMonitor({ scope: noScope, startMs, stepMs, historyRequests })
    }
  }

  get logE(): number {
    return (this.#split ?? this.#forecast)!.logE
  }

  /** Traces of new kinds in a closed window of kinds; they count with the next bucket of requests. */
  noteKinds(one: number, zero: number): void {
    this.#pending.one += one
    this.#pending.zero += zero
  }

  push(requests: { one: number; zero: number } | 'missing'): void {
    if (requests === 'missing') {
      this.#split?.push('missing')
      this.#forecast?.push('missing')
      return
    }
    const { one, zero } = this.#pending
    this.#pending = { one: 0, zero: 0 }
    if (this.#split) {
      const usable = requests.one > 0 && requests.zero > 0
      this.#split.push(
        usable ? { n1: requests.one, e1: one, n0: requests.zero, e0: zero } : 'missing',
      )
    } else {
      this.#forecast?.push({ traces: one + zero, requests: requests.one + requests.zero })
    }
  }

  evidence(options: EvidenceOptions): StreamEvidence {
    return (this.#split ?? this.#forecast)!.evidence(options)
  }
}

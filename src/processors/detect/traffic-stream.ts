/** Arrivals of a service against its forecast, falling: a stop, or a drop (detection reference, section 8). */
import type { StreamEvidence } from '../../contracts/findings.ts'
import type { HistoryMinute } from '../../core/detection/baseline.ts'
import { type EvidenceOptions, StreamMonitor } from '../../core/detection/monitor.ts'
import type { Arms } from './arms.ts'
import type { WatchHistory } from './watch-history.ts'
import {
  baselineOf,
  judgedBy,
  noScope,
  type Phase,
  type WatchBucket,
  type WatchStream,
} from './watch-stream.ts'

/** Arrivals of the whole service against what was usual: falls when it stops. */
export class TrafficStream implements WatchStream {
  readonly group = 'traffic'
  readonly member = ''
  readonly traffic = 1
  readonly wholeService = true
  readonly #monitor: StreamMonitor

  private constructor(monitor: StreamMonitor) {
    this.#monitor = monitor
  }

  static create(phase: Phase, history: WatchHistory): TrafficStream | null {
    const forecast: Phase = { ...phase, mode: 'forecast' }
    const baseline = baselineOf(history, forecast, {
      signal: 'traffic',
      route: null,
      pick: arrivals,
    })
    if (baseline === null) return null
    return new TrafficStream(
      new StreamMonitor({
        signal: 'traffic',
        scope: noScope,
        ...judgedBy(forecast, 'traffic', null),
        kappa: phase.judge.kappa('traffic', 'forecast'),
        baseline,
      }),
    )
  }

  get logE(): number {
    return this.#monitor.logE
  }

  get shifted(): number {
    return this.#monitor.shifted
  }

  push(bucket: WatchBucket): void {
    this.#monitor.push(bucket === 'missing' ? bucket : arrivals(bucket.arms))
  }

  startAgain(): void {
    this.#monitor.startAgain()
  }

  evidence(options: EvidenceOptions): StreamEvidence {
    return this.#monitor.evidence(options)
  }
}

/** Arrivals are all versions' together: who serves a request does not change how many come. */
function arrivals(arms: Arms): HistoryMinute {
  return { n: 1, e: arms.everyone.n }
}

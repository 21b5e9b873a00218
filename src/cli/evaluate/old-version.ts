/** The old version of a synthetic split, judged against its own past as the product does. */
import type { EvidenceFinding } from '../../contracts/findings.ts'
import { type ForecastBaseline, logRateAt } from '../../core/detection/baseline.ts'
import { StreamMonitor } from '../../core/detection/monitor.ts'
import { Shifts } from '../../core/detection/shifts.ts'
import { errorsOf, everyone, oldVersion } from './series.ts'
import type { Counts } from './service.ts'
import { baselineOf, noScope, oldMix, type ReleaseSetup, shared, stepMs } from './streams.ts'

/** Since when the old version has left its own usual level of errors, while it serves beside the new one. */
export class OldVersionWatch {
  readonly #monitor: StreamMonitor
  readonly #baseline: ForecastBaseline
  readonly #startMs: number
  readonly #mix: ReturnType<typeof oldMix>
  readonly #shifts = new Shifts()

  constructor(setup: ReleaseSetup) {
    this.#startMs = setup.startMs
    this.#baseline = baselineOf(setup, oldVersion, everyone)
    this.#mix = oldMix(setup.before, setup.routes, errorsOf)
    this.#monitor = new StreamMonitor({
      signal: 'errors',
      scope: noScope,
      ...shared(setup, { key: oldVersion, signal: 'errors' }, 'forecast'),
      baseline: this.#baseline,
    })
  }

  push(counts: Counts): void {
    const startMs = this.#startMs + this.#monitor.buckets * stepMs
    const { n0, e0 } = errorsOf(null)(counts)
    const logRate =
      logRateAt(this.#baseline, startMs + stepMs / 2) + this.#mix.shift(counts, ({ n0: n }) => n)
    this.#monitor.push(n0 > 0 ? { n: n0, e: e0, logRate } : 'missing')
    this.#shifts.note([this.#monitor.shifted], startMs)
  }

  get shift(): NonNullable<EvidenceFinding['oldShift']> {
    return { logE: this.#monitor.logE, onsetMs: this.#shifts.sinceMs(0) }
  }
}

/**
 * What was told of one release of a house. Its alarm is its first `regressed`, counted once, whatever follows; put down
 * to what stands alone where a gauge or a counter had regressed by itself, else to the weighted sum of its counts.
 */
import type { Verdict } from '../../contracts/release.ts'
import type { Signal } from '../../contracts/signal.ts'
import type { VerdictTold } from '../../processors/attribute/observer.ts'
import { minuteMs } from './house.ts'
import type { ReleaseResult } from './run-service.ts'

/** What is told later is of the next release, or of the time behind the watch. */
const toldWithinMs = 115 * minuteMs

const loudStates: readonly Signal['state'][] = ['suspicious', 'regressed']

export class HouseAlarm {
  readonly #releasedMs: number
  #alarm: {
    readonly minutes: number
    readonly byCounts: boolean
    readonly signals: string[]
  } | null = null
  #finalVerdict: Verdict = 'watching'
  #logEMax = 0

  constructor(releasedMs: number) {
    this.#releasedMs = releasedMs
  }

  note({
    verdict,
    atMs,
    evidence,
    signals,
  }: Pick<VerdictTold, 'verdict' | 'atMs' | 'evidence' | 'signals'>): void {
    if (atMs > this.#releasedMs + toldWithinMs) return
    this.#finalVerdict = verdict
    this.#logEMax = Math.max(this.#logEMax, evidence ?? 0)
    if (verdict !== 'regressed' || this.#alarm !== null) return
    const alone = signals.filter(
      ({ signal, state }) => (signal === 'gauge' || signal === 'business') && state === 'regressed',
    )
    const byCounts = alone.length === 0
    const loud = byCounts ? signals.filter(({ state }) => loudStates.includes(state)) : alone
    this.#alarm = {
      minutes: (atMs - this.#releasedMs) / minuteMs,
      byCounts,
      signals: loud.map(({ signal, scope }) => scope.metric ?? signal),
    }
  }

  get result(): ReleaseResult {
    const { minutes = null, byCounts = false, signals = [] } = this.#alarm ?? {}
    return {
      culprit: {
        regressedMinutes: byCounts ? null : minutes,
        recoveredMinutes: null,
        finalVerdict: this.#finalVerdict,
        signals,
        routes: [],
        logEMax: this.#logEMax,
      },
      rivals: null,
      byCountsMinutes: byCounts ? minutes : null,
    }
  }
}

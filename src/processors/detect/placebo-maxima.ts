/**
 * The greatest log E of each signal of a sentinel, before it is divided by anything: what it is divided by is learnt from
 * it (detection reference, section 10).
 */
import { type PlaceboSignal, placeboSignals } from '../../core/detection/placebo-signals.ts'
import type { Placebo } from './past-state.ts'
import type { StreamJudge } from './stream-judge.ts'

export class PlaceboMaxima {
  readonly #judge: StreamJudge
  readonly #maxima: Partial<Record<PlaceboSignal, number>> = {}

  constructor(judge: StreamJudge) {
    this.#judge = judge
  }

  get maxima(): Placebo['maxima'] {
    return this.#maxima
  }

  note(streams: readonly { readonly group: string; readonly logE: number }[]): void {
    for (const { group, logE } of streams) {
      const signal = placeboSignals.find((each) => each === group)
      if (signal === undefined) continue
      const raw = logE * this.#judge.kappa(signal, 'forecast')
      this.#maxima[signal] = Math.max(this.#maxima[signal] ?? 0, raw)
    }
  }
}

/** How one stream of a watch is judged: what was frozen when the watch began, else the defaults. */
import type { SignalName } from '../../contracts/signal.ts'
import { coldStart, type Mode, type Nuisance } from '../../core/detection/parameters.ts'
import type { FrozenFit, Judging } from '../../core/releases/release-state.ts'
import type { FittedSignal } from './fitted-signal.ts'

export class StreamJudge {
  readonly #fits: ReadonlyMap<string, FrozenFit>
  readonly #kappas: ReadonlyMap<string, number>
  readonly #falseShares: ReadonlyMap<string, number>
  /** No process started with the watch: nothing has to warm up. */
  readonly warm: boolean

  constructor(judging: Judging | undefined, warm: boolean) {
    this.#fits = new Map(judging?.fits)
    this.#kappas = new Map(judging?.kappas)
    this.#falseShares = new Map(judging?.untrusted)
    this.warm = warm
  }

  /** Of the whole service where `route` is null. Two versions side by side have no fit: the past has one arm. */
  fit(signal: SignalName | FittedSignal, route: string | null): FrozenFit | null {
    return this.#fits.get(`${signal} ${route ?? ''}`) ?? null
  }

  nuisance(signal: SignalName | FittedSignal, route: string | null, mode: Mode): Nuisance {
    const fit = mode === 'forecast' ? this.fit(signal, route) : null
    return fit?.nuisance ?? coldStart[mode]
  }

  /** Placebos are forecasts: what two versions side by side say is not divided. */
  kappa(signal: SignalName, mode: Mode): number {
    return mode === 'forecast' ? (this.#kappas.get(signal) ?? 1) : 1
  }

  /** Share of its quiet hours that were alarms, of a signal that is not believed for it; else null. */
  falseShare(signal: SignalName, mode: Mode): number | null {
    return mode === 'forecast' ? (this.#falseShares.get(signal) ?? null) : null
  }
}

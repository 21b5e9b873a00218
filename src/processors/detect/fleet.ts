/**
 * What all services of a unit have learnt: their placebos and fits, which stand in for a stream with few of its own.
 * Derived from the services' states. Of many placebos an even sample is told, so that asking costs the same however many
 * there are (detection reference, sections 4.5 and 10).
 */
import { fleetNuisance } from '../../core/detection/fit.ts'
import type { Nuisance } from '../../core/detection/parameters.ts'
import { type PlaceboSignal, placeboSignals } from '../../core/detection/placebo-signals.ts'
import type { FittedSignal } from './fitted-signal.ts'
import { ownNuisances, type PastState, type Placebo } from './past-state.ts'

const sampleMax = 2_000

export class Fleet {
  readonly #pasts = new Set<PastState>()
  /** Worked out when asked for, until a fit changes. */
  readonly #nuisances = new Map<FittedSignal, Nuisance | null>()
  /** Ascending. */
  readonly #sorted = new Map<PlaceboSignal, number[]>()

  join(past: PastState): void {
    this.#pasts.add(past)
    this.fitsChanged()
    this.replace([], past.placebos)
  }

  leave(past: PastState): void {
    this.#pasts.delete(past)
    this.fitsChanged()
    this.replace(past.placebos, [])
  }

  /** Medians of what was fitted on a long history; null for none. */
  nuisance(signal: FittedSignal): Nuisance | null {
    const known = this.#nuisances.get(signal)
    if (known !== undefined) return known
    const own = [...this.#pasts].flatMap((past) => ownNuisances(past, signal))
    const found = fleetNuisance(own)
    this.#nuisances.set(signal, found)
    return found
  }

  fitsChanged(): void {
    this.#nuisances.clear()
  }

  /** The placebos of one service were `before` and are `after`. */
  replace(before: readonly Placebo[], after: readonly Placebo[]): void {
    const gone = before.filter((each) => !after.includes(each))
    const come = after.filter((each) => !before.includes(each))
    for (const signal of placeboSignals) {
      const sorted = this.#sorted.get(signal) ?? []
      this.#sorted.set(signal, sorted)
      for (const { maxima } of gone) remove(sorted, maxima[signal])
      for (const { maxima } of come) insert(sorted, maxima[signal])
    }
  }

  /** Maxima of the placebos, ascending. */
  maxima(signal: PlaceboSignal): readonly number[] {
    const sorted = this.#sorted.get(signal) ?? []
    if (sorted.length <= sampleMax) return sorted
    const step = (sorted.length - 1) / (sampleMax - 1)
    return Array.from({ length: sampleMax }, (_, at) => sorted[Math.round(at * step)]!)
  }
}

/** First place whose value is not less. */
function placeOf(sorted: readonly number[], value: number): number {
  let [low, high] = [0, sorted.length]
  while (low < high) {
    const middle = (low + high) >> 1
    if (sorted[middle]! < value) low = middle + 1
    else high = middle
  }
  return low
}

function insert(sorted: number[], value: number | undefined): void {
  if (value !== undefined) sorted.splice(placeOf(sorted, value), 0, value)
}

function remove(sorted: number[], value: number | undefined): void {
  if (value === undefined) return
  const at = placeOf(sorted, value)
  if (sorted[at] === value) sorted.splice(at, 1)
}

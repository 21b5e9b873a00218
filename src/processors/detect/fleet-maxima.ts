/**
 * The placebos of all services of a unit, by signal: what a stream with few of its own is compared with. Derived from the
 * services' states; of many an even sample is told, so that asking costs the same however many there are.
 */
import { type PlaceboSignal, placeboSignals } from '../../core/detection/placebo-signals.ts'
import type { Placebo } from './past-state.ts'

const sampleMax = 2_000

export class FleetMaxima {
  /** Ascending. */
  readonly #sorted = new Map<PlaceboSignal, number[]>()

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

  of(signal: PlaceboSignal): readonly number[] {
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

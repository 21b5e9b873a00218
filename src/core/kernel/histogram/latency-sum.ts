/**
 * The sum of very many latency histograms: those of one shape are added up in place.
 *
 * Of shapes that differ (bounds that a release changed) `merged` is the sum at the bounds that they share, as
 * `addLatency` has it; `dominant` is the sum of the shape that holds most requests, whose bounds its thresholds are.
 */
import type { ExplicitLatency, ExponentialLatency, Latency } from '../../../contracts/latency.ts'
import { sameBounds } from './explicit.ts'
import { ExponentialHistogram, spanMax } from './exponential.ts'
import { addLatency, latencyCount } from './latency.ts'

type OpenExponential = { -readonly [K in keyof ExponentialLatency]: ExponentialLatency[K] }

export class LatencySum {
  #exponential: OpenExponential | null = null
  readonly #explicit: ExplicitLatency[] = []

  add(latency: Latency): void {
    if ('bounds' in latency) this.#addExplicit(latency)
    else this.#addExponential(latency)
  }

  #addExplicit(latency: ExplicitLatency): void {
    const known = this.#explicit.find(({ bounds }) => sameBounds(bounds, latency.bounds))
    if (known === undefined) {
      this.#explicit.push({ ...latency, counts: [...latency.counts] })
      return
    }
    for (let at = 0; at < latency.counts.length; at++) known.counts[at]! += latency.counts[at]!
    addRange(known, latency)
  }

  #addExponential(latency: ExponentialLatency): void {
    const sum = this.#exponential
    if (sum === null) {
      this.#exponential = { ...latency, counts: [...latency.counts] }
      return
    }
    const isEmpty = latency.counts.length === 0
    const from = isEmpty ? sum.offset : Math.min(sum.offset, latency.offset)
    const ends = [sum.offset + sum.counts.length, latency.offset + latency.counts.length]
    const to = isEmpty ? ends[0]! : Math.max(...ends)
    if (sum.counts.length === 0 || sum.scale !== latency.scale || to - from > spanMax) {
      this.#exponential = ExponentialHistogram.from(sum).add(latency).toLatency()
      return
    }
    if (from < sum.offset) {
      sum.counts = [...Array.from({ length: sum.offset - from }, () => 0), ...sum.counts]
      sum.offset = from
    }
    while (sum.counts.length < to - from) sum.counts.push(0)
    const shift = latency.offset - sum.offset
    for (let at = 0; at < latency.counts.length; at++) {
      sum.counts[shift + at]! += latency.counts[at]!
    }
    sum.zero += latency.zero
    addRange(sum, latency)
  }

  #shapes(): Latency[] {
    return this.#exponential === null ? this.#explicit : [this.#exponential, ...this.#explicit]
  }

  /** Null for none. */
  merged(): Latency | null {
    return this.#shapes().reduce<Latency | null>(addLatency, null)
  }

  /** Null for none. Of as many requests the shape that came first. */
  dominant(): Latency | null {
    let best: Latency | null = null
    for (const each of this.#shapes()) {
      if (best === null || latencyCount(each) > latencyCount(best)) best = each
    }
    return best
  }
}

type Range = { -readonly [K in 'sum' | 'min' | 'max']: Latency[K] }

function addRange(into: Range, { sum, min, max }: Range): void {
  into.sum += sum
  if (min !== null) into.min = into.min === null ? min : Math.min(into.min, min)
  if (max !== null) into.max = into.max === null ? max : Math.max(into.max, max)
}

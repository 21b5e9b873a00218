/**
 * The sum of very many latency histograms, for their counts alone (least, greatest value and sum are left out): equal
 * shapes are added up in place. Of explicit ones with other bounds those that hold most of the requests are told,
 * since a threshold is a bound of its own histogram.
 */
import type {
  ExplicitLatency,
  ExponentialLatency,
  Latency,
} from '../../../contracts/service-events.ts'
import { sameBounds } from './explicit.ts'
import { ExponentialHistogram, spanMax } from './exponential.ts'
import { latencyCount } from './latency.ts'

/** Bounds beyond these are told by none: they are the senders'. */
const shapesMax = 8

interface OpenSum {
  scale: number
  offset: number
  counts: number[]
  zero: number
}

export class LatencySum {
  #exponential: OpenSum | null = null
  readonly #explicit: { readonly bounds: readonly number[]; readonly counts: number[] }[] = []

  add(latency: Latency): void {
    if ('bounds' in latency) this.#addExplicit(latency)
    else this.#addExponential(latency)
  }

  #addExplicit({ bounds, counts }: ExplicitLatency): void {
    const known = this.#explicit.find((each) => sameBounds(each.bounds, bounds))
    if (known === undefined) {
      if (this.#explicit.length < shapesMax) this.#explicit.push({ bounds, counts: [...counts] })
      return
    }
    for (let at = 0; at < counts.length; at++) known.counts[at]! += counts[at]!
  }

  #addExponential(latency: ExponentialLatency): void {
    const sum = this.#exponential
    if (sum === null) {
      const { scale, offset, counts, zero } = latency
      this.#exponential = { scale, offset, counts: [...counts], zero }
      return
    }
    if (latency.counts.length === 0 && latency.scale === sum.scale) {
      sum.zero += latency.zero
      return
    }
    if (sum.counts.length === 0) sum.offset = latency.offset
    const from = Math.min(sum.offset, latency.offset)
    const to = Math.max(sum.offset + sum.counts.length, latency.offset + latency.counts.length)
    if (sum.scale !== latency.scale || to - from > spanMax) {
      const { scale, offset, counts, zero } = ExponentialHistogram.from(whole(sum))
        .add(latency)
        .toLatency()
      this.#exponential = { scale, offset, counts: [...counts], zero }
      return
    }
    if (latency.offset < sum.offset) {
      const room = Array.from({ length: sum.offset - latency.offset }, () => 0)
      sum.counts = [...room, ...sum.counts]
      sum.offset = latency.offset
    }
    while (sum.counts.length < to - from) sum.counts.push(0)
    const shift = latency.offset - sum.offset
    for (let at = 0; at < latency.counts.length; at++) {
      sum.counts[shift + at]! += latency.counts[at]!
    }
    sum.zero += latency.zero
  }

  /** Null for none. Of several shapes the one of most requests; of as many the one that came first. */
  total(): Latency | null {
    const all: Latency[] = this.#explicit.map(({ bounds, counts }) => ({
      bounds: [...bounds],
      counts,
      ...unknown,
    }))
    if (this.#exponential !== null) all.unshift(whole(this.#exponential))
    let best: Latency | null = null
    for (const each of all) {
      if (best === null || latencyCount(each) > latencyCount(best)) best = each
    }
    return best
  }
}

const unknown = { sum: 0, min: null, max: null }

function whole({ scale, offset, counts, zero }: OpenSum): ExponentialLatency {
  return { scale, offset, counts, zero, ...unknown }
}

/**
 * The exponential histogram that latencies are kept in: OTLP's shape, merged exactly, also across scales.
 *
 * Dense counts from `offset` on, values of 0 in the zero bucket, sum, least and greatest value aside. It starts as
 * fine as `startScale` (6: a relative error of at most 0.55 %) and halves its resolution whenever the buckets would
 * span more than `spanMax`, so it has a bound whatever comes. Downscaling by one: index k becomes k >> 1 (OTLP
 * data model). Merging brings both to the coarser scale and adds; the result does not depend on the order.
 *
 * Values are seconds here, finite and >= 0; that is checked at intake, not again in the loop.
 */
import type { ExponentialLatency } from '../../../contracts/service-events.ts'
import { bucketIndex, indexerOf } from './indexer.ts'

export const startScale = 6
/** Twice OTLP's default of 160: at scale 6, 5 octaves (4 ms to 128 ms) before it has to grow coarser. */
export const spanMax = 320
/** The coarsest scale of OTLP: one bucket then holds all doubles above 1, another all below. */
const scaleMin = -10

export class ExponentialHistogram {
  #scale = startScale
  #offset = 0
  #counts: number[] = []
  #zero = 0
  #sum = 0
  #min: number | null = null
  #max: number | null = null
  #index = indexerOf(startScale)

  static from(latency: ExponentialLatency): ExponentialHistogram {
    return new ExponentialHistogram().add(latency)
  }

  record(value: number): void {
    this.#sum += value
    if (this.#min === null || value < this.#min) this.#min = value
    if (this.#max === null || value > this.#max) this.#max = value
    if (value === 0) {
      this.#zero++
      return
    }
    let index = this.#index(value)
    const at = index - this.#offset
    if (at >= 0 && at < this.#counts.length) {
      this.#counts[at]!++
      return
    }
    while (!this.#fits(index, index)) {
      this.#downscale(1)
      index >>= 1
    }
    this.#reach(index, index)
    this.#counts[index - this.#offset]!++
  }

  /** Adds another histogram, of any scale. Returns itself. */
  add(other: ExponentialLatency): this {
    this.#sum += other.sum
    if (other.min !== null) this.#min = Math.min(this.#min ?? other.min, other.min)
    if (other.max !== null) this.#max = Math.max(this.#max ?? other.max, other.max)
    this.#zero += other.zero
    const { first, last } = occupied(other.counts)
    if (first > last) return this

    if (other.scale < this.#scale) this.#downscale(this.#scale - other.scale)
    let shift = other.scale - this.#scale
    while (!this.#fits((other.offset + first) >> shift, (other.offset + last) >> shift)) {
      this.#downscale(1)
      shift++
    }
    this.#reach((other.offset + first) >> shift, (other.offset + last) >> shift)
    for (let each = first; each <= last; each++) {
      const at = ((other.offset + each) >> shift) - this.#offset
      this.#counts[at] = this.#counts[at]! + other.counts[each]!
    }
    return this
  }

  /** How many values it holds. */
  get count(): number {
    let total = this.#zero
    for (const count of this.#counts) total += count
    return total
  }

  toLatency(): ExponentialLatency {
    const { first, last } = occupied(this.#counts)
    return {
      scale: this.#scale,
      offset: first > last ? 0 : this.#offset + first,
      counts: first > last ? [] : this.#counts.slice(first, last + 1),
      zero: this.#zero,
      sum: this.#sum,
      min: this.#min,
      max: this.#max,
    }
  }

  #fits(first: number, last: number): boolean {
    if (this.#scale <= scaleMin) return true
    if (this.#counts.length === 0) return last - first < spanMax
    const from = Math.min(first, this.#offset)
    const to = Math.max(last, this.#offset + this.#counts.length - 1)
    return to - from < spanMax
  }

  /** Makes room for the buckets `first` to `last`. */
  #reach(first: number, last: number): void {
    if (this.#counts.length === 0) this.#offset = first
    if (first < this.#offset) {
      this.#counts = [...zeros(this.#offset - first), ...this.#counts]
      this.#offset = first
    }
    while (this.#offset + this.#counts.length <= last) this.#counts.push(0)
  }

  #downscale(steps: number): void {
    const scale = Math.max(this.#scale - steps, scaleMin)
    const halved = downscaled(
      { offset: this.#offset, counts: this.#counts },
      { steps: this.#scale - scale },
    )
    this.#scale = scale
    this.#index = indexerOf(scale)
    this.#offset = halved.offset
    this.#counts = halved.counts
  }
}

interface Buckets {
  readonly offset: number
  readonly counts: readonly number[]
}

/** The buckets `steps` scales coarser. */
export function downscaled(
  { offset, counts }: Buckets,
  { steps }: { readonly steps: number },
): { offset: number; counts: number[] } {
  // More than 31 steps would wrap the shift; all indices of doubles are -1 or 0 long before.
  const shift = Math.min(steps, 31)
  if (counts.length === 0) return { offset: offset >> shift, counts: [] }
  const from = offset >> shift
  const result = zeros(((offset + counts.length - 1) >> shift) - from + 1)
  for (let each = 0; each < counts.length; each++) {
    const at = ((offset + each) >> shift) - from
    result[at] = result[at]! + counts[each]!
  }
  return { offset: from, counts: result }
}

/** A histogram of one value, recorded `count` times. */
export function histogramOf(value: number, count: number): ExponentialLatency {
  const zero = value === 0
  return {
    scale: startScale,
    offset: zero ? 0 : bucketIndex(value, startScale),
    counts: zero ? [] : [count],
    zero: zero ? count : 0,
    sum: value * count,
    min: value,
    max: value,
  }
}

function occupied(counts: readonly number[]): { first: number; last: number } {
  let first = 0
  let last = counts.length - 1
  while (first <= last && counts[first] === 0) first++
  while (last >= first && counts[last] === 0) last--
  return { first, last }
}

function zeros(length: number): number[] {
  return Array.from({ length }, () => 0)
}

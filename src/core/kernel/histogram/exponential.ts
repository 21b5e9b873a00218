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
import type { ExponentialLatency } from '../../../contracts/latency.ts'
import { bucketIndex, indexerOf } from './indexer.ts'

export const startScale = 6
/** Twice OTLP's default of 160: at scale 6, 5 octaves (4 ms to 128 ms) before it has to grow coarser. */
export const spanMax = 320
/** The coarsest scale of OTLP: one bucket then holds all doubles above 1, another all below. */
const scaleMin = -10

/** Room for half an octave at the start; doubled when it is used up. */
const roomFirst = 32

export class ExponentialHistogram {
  #scale = startScale
  #index = indexerOf(startScale)
  /** Index of the bucket at place 0 of the room. */
  #base = 0
  // A plain array: rows are many and short-lived, and typed arrays are dear to make.
  #room: number[] = []
  /** The buckets in use, by index; none while last < first. */
  #first = 0
  #last = -1
  #zero = 0
  #sum = 0
  #min = Infinity
  #max = -Infinity

  static from(latency: ExponentialLatency): ExponentialHistogram {
    return new ExponentialHistogram().add(latency)
  }

  record(value: number): void {
    this.#sum += value
    if (value < this.#min) this.#min = value
    if (value > this.#max) this.#max = value
    if (value === 0) {
      this.#zero++
      return
    }
    const index = this.#index(value)
    if (index >= this.#first && index <= this.#last) this.#room[index - this.#base]!++
    else this.#count(index, 1)
  }

  /** Adds another histogram, of any scale. Returns itself. */
  add(other: ExponentialLatency): this {
    this.#sum += other.sum
    if (other.min !== null) this.#min = Math.min(this.#min, other.min)
    if (other.max !== null) this.#max = Math.max(this.#max, other.max)
    this.#zero += other.zero
    if (other.scale < this.#scale) this.#downscale(this.#scale - other.scale)
    for (let each = 0; each < other.counts.length; each++) {
      const count = other.counts[each]!
      // The own scale may fall while counts come in, so the shift is taken anew.
      if (count !== 0) this.#count(shifted(other.offset + each, other.scale - this.#scale), count)
    }
    return this
  }

  /** How many values it holds. */
  get count(): number {
    let total = this.#zero
    for (let index = this.#first; index <= this.#last; index++) {
      total += this.#room[index - this.#base]!
    }
    return total
  }

  toLatency(): ExponentialLatency {
    const empty = this.#last < this.#first
    return {
      scale: this.#scale,
      offset: empty ? 0 : this.#first,
      counts: empty ? [] : this.#used(),
      zero: this.#zero,
      sum: this.#sum,
      min: this.#min === Infinity ? null : this.#min,
      max: this.#max === -Infinity ? null : this.#max,
    }
  }

  /** Counts in a bucket of the own scale, which may lie outside those in use. */
  #count(bucket: number, count: number): void {
    let index = bucket
    while (!this.#fits(index)) {
      this.#downscale(1)
      index = shifted(index, 1)
    }
    const empty = this.#last < this.#first
    this.#reach(index)
    this.#first = empty ? index : Math.min(this.#first, index)
    this.#last = empty ? index : Math.max(this.#last, index)
    this.#room[index - this.#base] = this.#room[index - this.#base]! + count
  }

  #fits(index: number): boolean {
    if (this.#last < this.#first || this.#scale <= scaleMin) return true
    return Math.max(this.#last, index) - Math.min(this.#first, index) < spanMax
  }

  /** Makes room for a bucket, with as much again to both sides of those in use. */
  #reach(index: number): void {
    const at = index - this.#base
    if (at >= 0 && at < this.#room.length) return
    const empty = this.#last < this.#first
    const from = empty ? index : Math.min(this.#first, index)
    const to = empty ? index : Math.max(this.#last, index)
    const room = zeros(Math.max(roomFirst, 2 * (to - from + 1)))
    const base = from - ((room.length - (to - from + 1)) >> 1)
    for (let each = this.#first; each <= this.#last; each++) {
      room[each - base] = this.#room[each - this.#base]!
    }
    this.#room = room
    this.#base = base
  }

  #used(): number[] {
    return this.#room.slice(this.#first - this.#base, this.#last - this.#base + 1)
  }

  #downscale(steps: number): void {
    const scale = Math.max(this.#scale - steps, scaleMin)
    const { offset, counts } = downscaled(
      { offset: this.#first, counts: this.#used() },
      { steps: this.#scale - scale },
    )
    this.#scale = scale
    this.#index = indexerOf(scale)
    this.#room = counts
    this.#base = this.#first = offset
    this.#last = offset + counts.length - 1
  }
}

/** The index of a bucket `steps` scales coarser. More than 31 steps would wrap the shift. */
function shifted(index: number, steps: number): number {
  return index >> Math.min(steps, 31)
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

/** Faster than Array.from for the short lists that are made by the thousand. */
export function zeros(length: number): number[] {
  const result: number[] = []
  for (let each = 0; each < length; each++) result.push(0)
  return result
}

/**
 * Tempered likelihoods of one bucket over a table of offsets: exp(eta * ll(level + o) - peak) for each o.
 *
 * `peak` is the greatest value that the log likelihood reaches between the table's least and greatest
 * offset: it is concave, so that is known without looking. The caller adds it to the log of what it
 * normalises by. Offsets that stand in the table more than once (an incident of x2.5 under an effect of x2
 * is as likely as an effect of x5 without) are worked out once.
 */
import { exponentialOf, softplusOf } from './exponential.ts'
import type { Observation } from './observation.ts'
import type { Mode } from './parameters.ts'

export interface OffsetTable {
  readonly offsets: Float64Array
  /** Distinct offsets, in blocks of `blockSize`, with their exponentials. */
  readonly distinct: Float64Array
  readonly ratios: Float64Array
  /** Block of `distinct` that block i of `offsets` is the same as. */
  readonly blocks: Int32Array
  readonly blockSize: number
  readonly least: number
  readonly greatest: number
}

/** Offsets of `states` raised by each of `effects` (log ratios): effects.length rows of states. */
export function offsetTable(
  states: Float64Array,
  effects: readonly number[],
  blockSize: number,
): OffsetTable {
  const offsets = new Float64Array(effects.length * states.length)
  effects.forEach((effect, row) => {
    states.forEach((state, i) => {
      offsets[row * states.length + i] = state + effect
    })
  })
  const firsts: number[] = []
  const blocks = new Int32Array(offsets.length / blockSize)
  for (let block = 0; block < blocks.length; block++) {
    const first = offsets[block * blockSize]!
    const known = firsts.findIndex((each) => Math.abs(each - first) < 1e-12)
    blocks[block] = known < 0 ? firsts.push(first) - 1 : known
  }
  const distinct = new Float64Array(firsts.length * blockSize)
  for (let block = blocks.length - 1; block >= 0; block--) {
    const from = block * blockSize
    distinct.set(offsets.subarray(from, from + blockSize), blocks[block]! * blockSize)
  }
  const [least, greatest] = [Math.min(...offsets), Math.max(...offsets)]
  return { offsets, distinct, ratios: distinct.map(Math.exp), blocks, blockSize, least, greatest }
}

export interface Tempered {
  readonly mode: Mode
  readonly eta: number
}

/** The same law, tempered so that this bucket tells no more than its part of `informationMax`. */
export function temperedFor(
  space: Tempered & { readonly informationMax: number; readonly period: number },
  { level, total }: Observation,
): Tempered {
  const { mode, eta, informationMax, period } = space
  if (informationMax === Infinity) return space
  const rate = Math.exp(level)
  const information = mode === 'split' ? (total * rate) / (1 + rate) ** 2 : rate
  const most = informationMax / (information * period)
  return most < eta ? { mode, eta: most } : space
}

/** Fills `out` with eta * ll for every offset, where `shift` (warm-up) is added to it. */
export function fillLogLikelihood(
  { mode, eta }: Tempered,
  { level, events, total }: Observation,
  shift: number,
  { offsets }: OffsetTable,
  out: Float64Array,
): void {
  const at = level + shift
  for (let i = 0; i < offsets.length; i++) {
    const x = at + offsets[i]!
    out[i] =
      mode === 'split'
        ? eta * (events * x - total * Math.log1p(Math.exp(x)))
        : eta * (events * x - Math.exp(x))
  }
}

/** Greatest eta * ll for an offset between `least` and `greatest`. */
export function peakOf(
  { mode, eta }: Tempered,
  { level, events, total }: Observation,
  shift: number,
  least: number,
  greatest: number,
): number {
  const at = level + shift
  const best = mode === 'split' ? Math.log(events / (total - events)) - at : Math.log(events) - at
  const x = at + Math.min(greatest, Math.max(least, best))
  return mode === 'split'
    ? eta * (events * x - total * Math.log1p(Math.exp(x)))
    : eta * (events * x - Math.exp(x))
}

/** Fills `out` with exp(eta * ll - peak) for each of `distinct`. */
export function fillLikelihood(
  { mode, eta }: Tempered,
  { level, events, total }: Observation,
  shift: number,
  peak: number,
  { distinct, ratios }: OffsetTable,
  out: Float64Array,
): void {
  const at = level + shift
  const base = eta * events * at - peak
  const slope = eta * events
  if (mode === 'split') {
    const weight = eta * total
    for (let i = 0; i < distinct.length; i++) {
      const o = distinct[i]!
      out[i] = exponentialOf(base + slope * o - weight * softplusOf(at + o))
    }
  } else {
    const weight = eta * Math.exp(at)
    for (let i = 0; i < distinct.length; i++) {
      out[i] = exponentialOf(base + slope * distinct[i]! - weight * ratios[i]!)
    }
  }
}

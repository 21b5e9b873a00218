/**
 * Tempered log likelihoods of one bucket over a table of offsets: eta * ll(level + o) for each o.
 *
 * The exponentials of the offsets are known beforehand, so a Poisson term costs none here and a binomial
 * term one logarithm; the caller pays one exponential each to come back from log space.
 */
import type { Observation } from './observation.ts'
import type { Mode } from './parameters.ts'

export interface OffsetTable {
  readonly offsets: Float64Array
  readonly ratios: Float64Array
}

/** Offsets of `states` raised by each of `effects` (log ratios): effects.length rows of states. */
export function offsetTable(states: Float64Array, effects: readonly number[]): OffsetTable {
  const offsets = new Float64Array(effects.length * states.length)
  effects.forEach((effect, row) => {
    states.forEach((state, i) => {
      offsets[row * states.length + i] = state + effect
    })
  })
  return { offsets, ratios: offsets.map(Math.exp) }
}

export interface Tempered {
  readonly mode: Mode
  readonly eta: number
}

/** Fills `out` with eta * ll, where `shift` (warm-up) is added to every offset. */
export function fillLogLikelihood(
  { mode, eta }: Tempered,
  { level, events, total }: Observation,
  shift: number,
  table: OffsetTable,
  out: Float64Array,
): void {
  const { offsets, ratios } = table
  const at = level + shift
  const scale = Math.exp(at)
  if (mode === 'split') {
    for (let i = 0; i < offsets.length; i++) {
      out[i] = eta * (events * (at + offsets[i]!) - total * Math.log1p(scale * ratios[i]!))
    }
  } else {
    for (let i = 0; i < offsets.length; i++) {
      out[i] = eta * (events * (at + offsets[i]!) - scale * ratios[i]!)
    }
  }
}

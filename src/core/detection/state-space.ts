/**
 * The hidden state that every filter shares: drift x incident, and one step of it through time.
 *
 * A row is the mass over all states, [incident][drift], N = incidents * G numbers. `propagateRows` moves
 * many rows at once, in place (detection reference 6.2 and 15).
 *
 * The drift moves once a minute by the kernel of a minute (`every_minute`, reference 4.1): the kernel that
 * fits are made with, nearer to the drift that it stands for, stronger and cheaper. `every_bucket` moves it
 * with each bucket by the kernel of the step. Incidents come and go with each bucket either way.
 */
import { driftKernel } from './ar-kernel.ts'
import { type BurstHazards, type BurstStep, burstStep } from './burst.ts'
import {
  burst,
  driftGrid,
  type KernelMode,
  heightSpread,
  type Mode,
  type Nuisance,
  resolution,
} from './parameters.ts'

export interface StateSpace {
  readonly mode: Mode
  readonly eta: number
  readonly stepSeconds: number
  /** Number of drift points, of incident states, and their product. */
  readonly drifts: number
  readonly incidents: number
  readonly size: number
  /** Log rate of each state: drift + incident. */
  readonly offsets: Float64Array
  /** Stationary drift, no incident. */
  readonly start: Float64Array
  readonly into: Float64Array
  readonly band: number
  /** Buckets between two moves of the drift. */
  readonly period: number
  readonly informationMax: number
  readonly burst: BurstStep | null
  /** What the drift does as an incident begins or ends; null where it stays what it is. */
  readonly spread: Spread | null
}

/** It stays, or moves by so many points up or down, each alike: `share` of what was at a point. */
export interface Spread {
  readonly steps: number
  readonly share: Float64Array
  /** Working memory of a step, with room on both sides so that what comes from beyond the grid is nothing. */
  readonly begins: Float64Array
  readonly ends: Float64Array
}

export interface SpaceSpec {
  readonly mode: Mode
  readonly nuisance: Nuisance
  readonly stepSeconds: number
  /** Log rates of the incidents' states, none first; by default those of counts, in forecast mode. */
  readonly incidentRates?: readonly number[]
  readonly incidentHazards?: BurstHazards
  /** How far an incident's height may lie from its state's, log rate; by default `heightSpread`. */
  readonly incidentSpread?: number
  /** Points of the drift's grid. */
  readonly driftPoints?: number
  readonly kernel?: KernelMode
  /** Most that the buckets between two moves of the drift may tell together, in events; no limit by default. */
  readonly informationMax?: number
}

export function stateSpace(spec: SpaceSpec): StateSpace {
  const { mode, nuisance, stepSeconds, driftPoints = driftGrid.points } = spec
  const { eta, tau, phiPerMinute } = nuisance
  const byMinute = (spec.kernel ?? driftGrid.kernel) === 'every_minute' && 60 % stepSeconds === 0
  const period = byMinute ? 60 / stepSeconds : 1
  const kernel = driftKernel({
    tau,
    phiPerMinute,
    stepSeconds: period * stepSeconds,
    points: driftPoints,
  })
  const heights = mode === 'split' ? [0] : (spec.incidentRates ?? burst.logRates)
  const drifts = kernel.offsets.length
  const size = heights.length * drifts
  const offsets = new Float64Array(size)
  heights.forEach((height, b) => {
    kernel.offsets.forEach((drift, g) => {
      offsets[b * drifts + g] = height + drift
    })
  })
  const start = new Float64Array(size)
  start.set(kernel.start)
  return {
    mode,
    eta,
    stepSeconds,
    drifts,
    incidents: heights.length,
    size,
    offsets,
    start,
    into: kernel.into,
    band: bandOf(kernel.into, drifts),
    period,
    informationMax: spec.informationMax ?? Infinity,
    burst: heights.length > 1 ? burstStep(stepSeconds, spec.incidentHazards) : null,
    spread: spreadOf(kernel.offsets, spec.incidentSpread ?? heightSpread(heights)),
  }
}

/** In whole steps of the grid; null where that is none. */
function spreadOf(offsets: Float64Array, shift: number): Spread | null {
  const drifts = offsets.length
  const steps = drifts === 1 ? 0 : Math.round(shift / (offsets[1]! - offsets[0]!))
  if (steps === 0) return null
  const targets = (from: number) => 1 + Number(from >= steps) + Number(from + steps < drifts)
  return {
    steps,
    share: Float64Array.from(offsets, (_, from) => 1 / targets(from)),
    begins: new Float64Array(drifts + 2 * steps),
    ends: new Float64Array(drifts + 2 * steps),
  }
}

/** `informationMax` of a drift's grid, from the resolution that is asked of it. */
export function informationMaxOf(tau: number): number {
  const step = (2 * driftGrid.halfWidth * tau) / (driftGrid.points - 1)
  return tau <= 1e-9 ? Infinity : resolution / (step * step)
}

/** Mean log rate of the drift, to a hundredth. */
export function meanDrift(mass: Float64Array, { drifts, offsets }: StateSpace): number {
  const mean = mass.reduce((sum, share, i) => sum + share * offsets[i % drifts]!, 0)
  return Math.round(mean * 100) / 100
}

/** Mass over the states of `from`, spread linearly over the finer drift grid of `to`. */
export function refined(mass: Float64Array, from: StateSpace, to: StateSpace): Float64Array {
  if (from.drifts === to.drifts) return mass
  const spread = new Float64Array(to.size)
  const perStep = (to.drifts - 1) / (from.drifts - 1)
  for (let b = 0; b < to.incidents; b++) {
    for (let g = 0; g < to.drifts; g++) {
      const below = Math.min(Math.floor(g / perStep), from.drifts - 2)
      const share = g / perStep - below
      const at = b * from.drifts + below
      spread[b * to.drifts + g] = (1 - share) * mass[at]! + share * mass[at + 1]!
    }
  }
  const total = spread.reduce((sum, each) => sum + each, 0)
  return spread.map((each) => each / total)
}

/** One step of time, into bucket `bucket`, for `rows` rows of `mass` from `base` on, in place. */
export function propagateRows(
  space: StateSpace,
  bucket: number,
  mass: Float64Array,
  base: number,
  rows: number,
): void {
  const { drifts, period } = space
  if (drifts > 1 && bucket % period === 0) {
    const chains = rows * space.incidents
    if (drifts === 15) propagate15(space.into, mass, base, chains)
    else propagateBand(space, mass, base, chains)
  }
  if (space.burst) mixIncidents(space, mass, base, rows)
}

/** Fine grids are narrow around the diagonal: beyond `band` points nothing of a double's size moves. */
function propagateBand(
  { into, drifts, band }: StateSpace,
  mass: Float64Array,
  base: number,
  chains: number,
): void {
  const from = new Float64Array(drifts)
  for (let chain = 0; chain < chains; chain++) {
    const start = base + chain * drifts
    from.set(mass.subarray(start, start + drifts))
    for (let to = 0; to < drifts; to++) {
      const last = Math.min(drifts - 1, to + band)
      let sum = 0
      for (let g = Math.max(0, to - band); g <= last; g++) sum += from[g]! * into[to * drifts + g]!
      mass[start + to] = sum
    }
  }
}

/** Distance from the diagonal beyond which the kernel is smaller than 1e-30. */
function bandOf(into: Float64Array, drifts: number): number {
  let band = 0
  for (let to = 0; to < drifts; to++) {
    for (let g = 0; g < drifts; g++) {
      if (into[to * drifts + g]! > 1e-30) band = Math.max(band, Math.abs(to - g))
    }
  }
  return band
}

/** The usual grid, with the row held in locals. */
function propagate15(into: Float64Array, mass: Float64Array, base: number, chains: number): void {
  for (let chain = 0; chain < chains; chain++) {
    const s = base + chain * 15
    const a0 = mass[s]!
    const a1 = mass[s + 1]!
    const a2 = mass[s + 2]!
    const a3 = mass[s + 3]!
    const a4 = mass[s + 4]!
    const a5 = mass[s + 5]!
    const a6 = mass[s + 6]!
    const a7 = mass[s + 7]!
    const a8 = mass[s + 8]!
    const a9 = mass[s + 9]!
    const a10 = mass[s + 10]!
    const a11 = mass[s + 11]!
    const a12 = mass[s + 12]!
    const a13 = mass[s + 13]!
    const a14 = mass[s + 14]!
    for (let to = 0, t = 0; to < 15; to++, t += 15) {
      mass[s + to] =
        a0 * into[t]! +
        a1 * into[t + 1]! +
        a2 * into[t + 2]! +
        a3 * into[t + 3]! +
        (a4 * into[t + 4]! + a5 * into[t + 5]! + a6 * into[t + 6]! + a7 * into[t + 7]!) +
        (a8 * into[t + 8]! + a9 * into[t + 9]! + a10 * into[t + 10]! + a11 * into[t + 11]!) +
        (a12 * into[t + 12]! + a13 * into[t + 13]! + a14 * into[t + 14]!)
    }
  }
}

/** From none into each incident alike, and from each back to none. */
function mixIncidents(space: StateSpace, mass: Float64Array, base: number, rows: number): void {
  const { drifts, incidents, size, burst, spread } = space
  const { enter, leave } = burst!
  const each = enter / (incidents - 1)
  if (spread) return mixSpread(space, spread, mass, base, rows)
  for (let row = 0; row < rows; row++) {
    const none = base + row * size
    for (let i = none; i < none + drifts; i++) {
      const quiet = mass[i]!
      let back = 0
      for (let at = i + drifts; at < none + size; at += drifts) {
        const value = mass[at]!
        back += value
        mass[at] = quiet * each + value * (1 - leave)
      }
      mass[i] = quiet * (1 - enter) + back * leave
    }
  }
}

/** The same, where an incident's height lies between the states': what is missing moves the drift while it lasts. */
function mixSpread(
  { drifts, incidents, size, burst }: StateSpace,
  { steps, share, begins, ends }: Spread,
  mass: Float64Array,
  base: number,
  rows: number,
): void {
  const { enter, leave } = burst!
  const each = enter / (incidents - 1)
  for (let row = 0; row < rows; row++) {
    const none = base + row * size
    for (let i = 0; i < drifts; i++) {
      let back = 0
      for (let at = none + i + drifts; at < none + size; at += drifts) back += mass[at]!
      begins[steps + i] = mass[none + i]! * each * share[i]!
      ends[steps + i] = back * leave * share[i]!
    }
    for (let i = 0; i < drifts; i++) {
      const begun = begins[i]! + begins[i + steps]! + begins[i + 2 * steps]!
      for (let at = none + i + drifts; at < none + size; at += drifts) {
        mass[at] = begun + mass[at]! * (1 - leave)
      }
      const ended = ends[i]! + ends[i + steps]! + ends[i + 2 * steps]!
      mass[none + i] = mass[none + i]! * (1 - enter) + ended
    }
  }
}

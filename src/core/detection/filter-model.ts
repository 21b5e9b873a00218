/**
 * Everything about a forward filter that does not change from bucket to bucket, shared by all monitors
 * with the same parameters. Pure: built from a specification, cached by it.
 */
import type { BurstHazards } from './burst.ts'
import { type OffsetTable, offsetTable } from './likelihood.ts'
import {
  type EffectGrid,
  type KernelMode,
  type Mode,
  type Nuisance,
  hazardFactor,
  onsetPrior,
  recovery,
  warmUp,
} from './parameters.ts'
import { informationMaxOf, type StateSpace, stateSpace } from './state-space.ts'

export interface FilterSpec {
  readonly mode: Mode
  readonly nuisance: Nuisance
  readonly grid: EffectGrid
  readonly stepSeconds: number
  /** Probability that an effect is there from the first bucket. */
  readonly start: number
  /** Hazard of a later onset, per bucket of this step. */
  readonly hazard: number
  /** Hazard of a return to normal, per bucket of this step; 0 but in the recovery monitor. */
  readonly returnHazard: number
  readonly warmUps: readonly number[]
  readonly warmUpPrior: readonly number[]
  readonly incidentRates?: readonly number[]
  readonly incidentHazards?: BurstHazards
  readonly incidentSpread?: number
  /** Points of the drift's grid. */
  readonly driftPoints?: number
  readonly kernel?: KernelMode
  readonly informationMax?: number
  /** Recovery monitor: where the drift stood before the release, log rate; 0 by default. */
  readonly usualLogRate?: number
}

export interface FilterModel extends FilterSpec {
  readonly space: StateSpace
  /** Row 0: the null, row 1 + j: theta_j. */
  readonly table: OffsetTable
  /** Row 0 alone. */
  readonly nullTable: OffsetTable
  readonly effects: number
  /** Per row (not started, theta_j) and state: 1 where its level counts as recovered (section 7.4). */
  readonly recoveredMask: Uint8Array
}

const cachedMax = 64
const cache = new Map<string, FilterModel>()

/** The filter of section 6 with the defaults of section 5, for a step of `stepSeconds`. */
export function evidenceSpec(options: {
  readonly mode: Mode
  readonly nuisance: Nuisance
  readonly grid: EffectGrid
  readonly stepSeconds: number
  /** Usual events a minute; left out where nothing is compared with the past. */
  readonly eventsPerMinute?: number | undefined
}): FilterSpec {
  const { eventsPerMinute, ...spec } = options
  const { start, hazardPer10s } = onsetPrior[spec.mode]
  const factor =
    eventsPerMinute === undefined ? 1 : hazardFactorAt(spec.nuisance.eta * eventsPerMinute)
  return {
    ...spec,
    start,
    hazard: perStep(factor * hazardPer10s, spec),
    returnHazard: 0,
    warmUps: warmUp.logRates,
    warmUpPrior: warmUp.prior,
    informationMax: informationMaxOf(spec.nuisance.tau),
  }
}

function perStep(hazardPer10s: number, { stepSeconds }: Pick<FilterSpec, 'stepSeconds'>): number {
  return Math.min(1, (hazardPer10s * stepSeconds) / 10)
}

/** In quarters, so that streams of a kind share their model. */
function hazardFactorAt(information: number): number {
  const { events, min, max } = hazardFactor
  return Math.round(4 * Math.min(max, Math.max(min, Math.sqrt(events / information)))) / 4
}

/** What a model was built from. */
export function specOf(model: FilterModel): FilterSpec {
  const {
    space: _space,
    table: _table,
    nullTable: _nullTable,
    effects: _effects,
    recoveredMask: _mask,
    ...spec
  } = model
  return spec
}

/** The same stream watched for its return to normal (section 7.4). */
export function recoverySpec(spec: FilterSpec, usualLogRate = 0): FilterSpec {
  const { start, hazardPer10s } = recovery.onset[spec.mode]
  return {
    ...spec,
    usualLogRate,
    grid: { ...spec.grid, thetaMin: 1 },
    driftPoints: recovery.driftPoints,
    incidentSpread: 0,
    start,
    hazard: perStep(hazardPer10s, spec),
    returnHazard: perStep(recovery.returnHazardPer10s, spec),
    warmUps: [recovery.warmUpLogRate],
    warmUpPrior: [1],
  }
}

export function filterModel(spec: FilterSpec): FilterModel {
  const key = JSON.stringify(spec)
  const known = cache.get(key)
  if (known) return known
  if (cache.size >= cachedMax) cache.clear()
  const space = stateSpace(spec)
  const { thetas, thetaMin } = spec.grid
  const model = {
    ...spec,
    space,
    table: offsetTable(space.offsets, [thetaMin, ...thetas].map(Math.log), space.drifts),
    nullTable: offsetTable(space.offsets, [Math.log(thetaMin)], space.drifts),
    effects: thetas.length,
    recoveredMask: recoveredMask(space, spec),
  }
  cache.set(key, model)
  return model
}

/**
 * No incident and total level u + log theta back within x1.25 of usual; not started counts as theta 1. A
 * level that was worse than the forecast before the release need not become better than it was.
 */
function recoveredMask(space: StateSpace, { grid, usualLogRate = 0 }: FilterSpec): Uint8Array {
  const { direction, thetas } = grid
  const usual = direction === 'rising' ? Math.max(0, usualLogRate) : Math.min(0, usualLogRate)
  const mask = new Uint8Array((thetas.length + 1) * space.size)
  ;[1, ...thetas].forEach((theta, row) => {
    for (let g = 0; g < space.drifts; g++) {
      const level = space.offsets[g]! + Math.log(theta) - usual
      const back = direction === 'rising' ? level <= recovery.levelMax : level >= -recovery.levelMax
      mask[row * space.size + g] = back ? 1 : 0
    }
  })
  return mask
}

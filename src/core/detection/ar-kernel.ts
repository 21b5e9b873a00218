/**
 * The hidden drift of a stream, AR(1), on a grid: u_i = -3.5 tau ... 3.5 tau (detection reference 4.1).
 *
 * Pure; kernels are shared, so a caller must not write into one. `phiPerMinute` is the correlation over a
 * minute; for a step of s seconds it is phi^(s/60). The innovation's deviation is at least 0.6 grid steps:
 * a narrower one would fall between the points and pin the drift where it is.
 */
import { driftGrid } from './parameters.ts'

export interface DriftKernel {
  /** Grid of log rates. */
  readonly offsets: Float64Array
  readonly start: Float64Array
  /** `into[to * G + from]`: P(from -> to), stored by its target, as the forward recursion reads it. */
  readonly into: Float64Array
  readonly innovationSd: number
  readonly floorActive: boolean
}

export interface DriftSpec {
  readonly tau: number
  readonly phiPerMinute: number
  readonly stepSeconds: number
  readonly points?: number
}

const cachedMax = 64
const cache = new Map<string, DriftKernel>()

export function driftKernel(spec: DriftSpec): DriftKernel {
  const points = spec.points ?? driftGrid.points
  const key = `${spec.tau}|${spec.phiPerMinute}|${spec.stepSeconds}|${points}`
  const known = cache.get(key)
  if (known) return known
  if (cache.size >= cachedMax) cache.clear()
  const kernel = spec.tau <= 1e-9 ? still() : build(spec, points)
  cache.set(key, kernel)
  return kernel
}

/** No drift: one grid point. */
function still(): DriftKernel {
  return {
    offsets: Float64Array.of(0),
    start: Float64Array.of(1),
    into: Float64Array.of(1),
    innovationSd: 0,
    floorActive: false,
  }
}

function build({ tau, phiPerMinute, stepSeconds }: DriftSpec, points: number): DriftKernel {
  const { halfWidth, floorSteps } = driftGrid
  const step = (2 * halfWidth * tau) / (points - 1)
  const offsets = Float64Array.from({ length: points }, (_, i) => -halfWidth * tau + i * step)
  const start = normalised(offsets.map((u) => Math.exp(-(u * u) / (2 * tau * tau))))

  const phi = phiPerMinute ** (stepSeconds / 60)
  const natural = tau * Math.sqrt(1 - phi * phi)
  const floor = floorSteps * step
  const innovationSd = Math.max(natural, floor)
  const into = new Float64Array(points * points)
  for (let from = 0; from < points; from++) {
    const row = normalised(
      offsets.map((u) => Math.exp(-0.5 * ((u - phi * offsets[from]!) / innovationSd) ** 2)),
    )
    for (let to = 0; to < points; to++) into[to * points + from] = row[to]!
  }
  return { offsets, start, into, innovationSd, floorActive: floor > natural }
}

function normalised(weights: Float64Array): Float64Array {
  const sum = weights.reduce((total, weight) => total + weight, 0)
  return weights.map((weight) => weight / sum)
}

/**
 * What a release does in an effect world, as log ratios on the new version's rates.
 *
 * Latency is log-normal with a deviation of .5; a slowdown acts on quantiles. A request is slower than the
 * old q-quantile when its standard normal exceeds z_q less the slowdown (detection reference, section 18).
 */
import { normalCdf, normalQuantile } from '../../core/kernel/math/normal.ts'
import { latencyQuantiles } from '../../core/detection/parameters.ts'

const latencySd = 0.5

export interface Effect {
  readonly name: string
  /** Log ratio of errors, `minute` minutes after the release. */
  readonly errors?: (minute: number) => number
  /** Log ratio of the requests slower than each threshold. */
  readonly latency?: readonly number[]
  /** Only on one route; else on all. */
  readonly route?: number
  /** Share of the traffic that is left. */
  readonly traffic?: number
  /** Minute of the onset. */
  readonly fromMinute: number
  /** Minute from which the new version serves no more: it has been rolled back. */
  readonly goneFromMinute?: number
}

export const none: Effect = { name: 'none', fromMinute: 0 }

/** Errors x `ratio` from `fromMinute` on; x `after` from `untilMinute` on (1: the version is rolled back then). */
export function errorsTimes(
  ratio: number,
  over: { fromMinute?: number; untilMinute?: number; after?: number; route?: number } = {},
): Effect {
  const { fromMinute = 0, untilMinute = Infinity, after = 1, route } = over
  const late = fromMinute > 0 ? `, from minute ${fromMinute}` : ''
  const where = route === undefined ? '' : ' on one route'
  const cure = Number.isFinite(untilMinute) ? `, x${after} from minute ${untilMinute}` : ''
  return {
    name: `errors x${ratio}${where}${late}${cure}`,
    errors: (minute) => (minute < fromMinute ? 0 : Math.log(minute < untilMinute ? ratio : after)),
    ...(route === undefined ? {} : { route }),
    fromMinute,
    ...(Number.isFinite(untilMinute) && after === 1 ? { goneFromMinute: untilMinute } : {}),
  }
}

/** Log ratio at the old q-quantile of a slowdown that grows linearly in z from none at .90 to `x` at .99. */
export function tailSlowdown(x: number, quantile: number): number {
  const z9 = normalQuantile(0.9)
  const z0 = normalQuantile(0.99)
  const zq = normalQuantile(quantile)
  if (zq <= z9) return 0
  const slope = Math.log(1 + x) / (z0 - z9)
  const z = (latencySd * zq + slope * z9) / (latencySd + slope)
  return Math.log((1 - normalCdf(z)) / (1 - quantile))
}

export function tailTimes(x: number): Effect {
  return {
    name: `p99 +${Math.round(x * 100)} %`,
    latency: latencyQuantiles.map((q) => tailSlowdown(x, q)),
    fromMinute: 0,
  }
}

/** Every request takes `ratio` times as long. */
export function latencyTimes(ratio: number): Effect {
  const shift = Math.log(ratio) / latencySd
  return {
    name: `latency x${ratio}`,
    latency: latencyQuantiles.map((q) => Math.log(exceeding(q, shift) / (1 - q))),
    fromMinute: 0,
  }
}

/** Share of the requests slower than the old q-quantile when all are `shift` deviations slower. */
export function exceeding(quantile: number, shift: number): number {
  return 1 - normalCdf(normalQuantile(quantile) - shift)
}

export const totalStop: Effect = { name: 'total stop', traffic: 0, fromMinute: 0 }

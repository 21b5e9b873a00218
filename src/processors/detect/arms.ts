/**
 * What a watch counts in a bucket: requests, failures and slow requests of the new and the old version, by
 * route. Arm 1 is the new version, arm 0 the old one; where the service has no versions arm 1 is all of it.
 */
import type { Latency } from '../../contracts/latency.ts'
import { LatencySum } from '../../core/kernel/histogram/latency-sum.ts'
import type { Cell } from '../../core/rollup/cells.ts'
import type { Bucket } from '../../core/rollup/track.ts'
import { latencyQuantiles } from '../../core/detection/parameters.ts'
import {
  countAbove,
  freezeThreshold,
  type SlowThreshold,
} from '../../core/kernel/histogram/threshold.ts'

/** Thresholds by quantile, in the order of `latencyQuantiles`; null where nothing was measured. */
export type Thresholds = readonly SlowThreshold[] | null

export interface ArmCount {
  n: number
  e: number
  /** Slower than each threshold of the route, and than each of the whole service. */
  slow: number[]
  slowOfService: number[]
  /** Requests of which that can be told: their histogram has those thresholds. */
  measured: number
  measuredOfService: number
}

export interface Arms {
  /** By route; `other` for those that are not watched by themselves. */
  readonly routes: Map<string, { one: ArmCount; zero: ArmCount }>
  readonly total: { one: ArmCount; zero: ArmCount }
  /** Every version together, also those that this watch does not judge. */
  readonly everyone: ArmCount
}

export interface ArmNames {
  /** null: every version of the service. */
  readonly one: string | null
  readonly zero: string | null
}

export function emptyCount(): ArmCount {
  const zeros = latencyQuantiles.map(() => 0)
  const none = { n: 0, e: 0, measured: 0, measuredOfService: 0 }
  return { ...none, slow: [...zeros], slowOfService: [...zeros] }
}

export function emptyArms(): Arms {
  const total = { one: emptyCount(), zero: emptyCount() }
  return { routes: new Map(), total, everyone: emptyCount() }
}

export function addArms(into: Arms, from: Arms): void {
  for (const [route, pair] of from.routes) {
    let known = into.routes.get(route)
    if (known === undefined) {
      known = { one: emptyCount(), zero: emptyCount() }
      into.routes.set(route, known)
    }
    addCount(known.one, pair.one)
    addCount(known.zero, pair.zero)
  }
  addCount(into.everyone, from.everyone)
  addCount(into.total.one, from.total.one)
  addCount(into.total.zero, from.total.zero)
}

function addCount(into: Arms['total']['one'], from: Arms['total']['one']): void {
  into.n += from.n
  into.e += from.e
  into.measured += from.measured
  into.measuredOfService += from.measuredOfService
  for (const q of into.slow.keys()) {
    into.slow[q]! += from.slow[q]!
    into.slowOfService[q]! += from.slowOfService[q]!
  }
}

export interface Counting {
  readonly names: ArmNames
  readonly watched: ReadonlySet<string>
  readonly thresholdsOf: ReadonlyMap<string, Thresholds>
  readonly serviceThresholds: Thresholds
}

export function countArms(bucket: Bucket, counting: Counting): Arms {
  const arms = emptyArms()
  const { names, watched, thresholdsOf, serviceThresholds } = counting
  for (const [version, { routes }] of bucket.cells) {
    const arm = armOf(version, names)
    for (const [name, cell] of routes) {
      const slowOfService = slowerThan(serviceThresholds, cell)
      addCell(arms.everyone, cell, null, slowOfService)
      if (arm === null) continue
      const route = watched.has(name) ? name : 'other'
      let pair = arms.routes.get(route)
      if (pair === undefined) {
        pair = { one: emptyCount(), zero: emptyCount() }
        arms.routes.set(route, pair)
      }
      const slow = slowerThan(thresholdsOf.get(route) ?? null, cell)
      addCell(pair[arm], cell, slow, slowOfService)
      addCell(arms.total[arm], cell, null, slowOfService)
    }
  }
  return arms
}

function armOf(version: string, { one, zero }: ArmNames): 'one' | 'zero' | null {
  if (one === null) return 'one'
  if (version === one) return 'one'
  return version === zero ? 'zero' : null
}

/** Null where it cannot be told. */
function slowerThan(thresholds: Thresholds, { latency }: Cell): number[] | null {
  if (thresholds === null || latency === null) return null
  const above = thresholds.map((threshold) => countAbove(latency, threshold))
  return above.every((each) => each !== null) ? above : null
}

function addCell(
  count: ArmCount,
  { requests, errors }: Cell,
  slow: readonly number[] | null,
  slowOfService: readonly number[] | null,
): void {
  count.n += requests
  count.e += errors
  if (slow !== null) count.measured += requests
  if (slowOfService !== null) count.measuredOfService += requests
  for (let q = 0; q < latencyQuantiles.length; q++) {
    if (slow !== null) count.slow[q]! += slow[q]!
    if (slowOfService !== null) count.slowOfService[q]! += slowOfService[q]!
  }
}

/** Latency of the given versions (null: all) over the buckets, by route and for the whole service. */
export function latencies(
  buckets: readonly Bucket[],
  version: string | null,
  watched: ReadonlySet<string>,
): { routes: Map<string, Latency>; total: Latency | null } {
  const routes = new Map<string, LatencySum>()
  const total = new LatencySum()
  for (const { cells } of buckets) {
    for (const [name, { routes: of }] of cells) {
      if (version !== null && name !== version) continue
      for (const [each, { latency }] of of) {
        if (latency === null) continue
        const route = watched.has(each) ? each : 'other'
        const own = routes.get(route) ?? new LatencySum()
        routes.set(route, own)
        own.add(latency)
        total.add(latency)
      }
    }
  }
  const merged = [...routes].map(([route, sum]): [string, Latency] => [route, sum.merged()!])
  return { routes: new Map(merged), total: total.merged() }
}

export function freezeAll(latency: Latency | null): Thresholds {
  if (latency === null) return null
  const frozen = latencyQuantiles.map((q) => freezeThreshold(latency, q))
  return frozen.every((each) => each !== null) ? frozen : null
}

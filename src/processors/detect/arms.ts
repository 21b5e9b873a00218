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
  return { n: 0, e: 0, slow: [...zeros], slowOfService: [...zeros] }
}

export interface Counting {
  readonly names: ArmNames
  readonly watched: ReadonlySet<string>
  readonly thresholdsOf: ReadonlyMap<string, Thresholds>
  readonly serviceThresholds: Thresholds
}

export function countArms(bucket: Bucket, counting: Counting): Arms {
  const arms: Arms = {
    routes: new Map(),
    total: { one: emptyCount(), zero: emptyCount() },
    everyone: emptyCount(),
  }
  for (const [version, { routes }] of bucket.cells) {
    for (const cell of routes.values()) {
      addCell(arms.everyone, cell, null, counting.serviceThresholds)
    }
    const arm = armOf(version, counting.names)
    if (arm === null) continue
    for (const [name, cell] of routes) {
      const route = counting.watched.has(name) ? name : 'other'
      let pair = arms.routes.get(route)
      if (pair === undefined) {
        pair = { one: emptyCount(), zero: emptyCount() }
        arms.routes.set(route, pair)
      }
      addCell(pair[arm], cell, counting.thresholdsOf.get(route) ?? null, counting.serviceThresholds)
      addCell(arms.total[arm], cell, null, counting.serviceThresholds)
    }
  }
  return arms
}

function armOf(version: string, { one, zero }: ArmNames): 'one' | 'zero' | null {
  if (one === null) return 'one'
  if (version === one) return 'one'
  return version === zero ? 'zero' : null
}

function addCell(count: ArmCount, cell: Cell, own: Thresholds, service: Thresholds): void {
  count.n += cell.requests
  count.e += cell.errors
  if (cell.latency === null) return
  for (const q of latencyQuantiles.keys()) {
    if (own !== null) count.slow[q]! += countAbove(cell.latency, own[q]!) ?? 0
    if (service !== null) count.slowOfService[q]! += countAbove(cell.latency, service[q]!) ?? 0
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

/**
 * The cells of one bucket of one service: counts and latency by version and route.
 *
 * Merging is associative and commutative but for floating-point sums, so partial rollups may come in
 * any cut; within one log their order is fixed. Versions and routes are maps, since their names come
 * from outside; '' stands for points without `service.version`.
 */
import type { Latency } from '../../contracts/latency.ts'
import type { RollupRow } from '../../contracts/service-events.ts'
import { addLatency } from '../kernel/histogram/latency.ts'

export interface Cell {
  requests: number
  errors: number
  unanswered: number
  latency: Latency | null
  /** p50 and p99 in seconds at full resolution, of a closed cell whose latency was made coarser. */
  quantiles?: readonly [number | null, number | null]
}

export interface VersionCells {
  /** Hashes of the instances that reported. */
  instances: Set<number>
  routes: Map<string, Cell>
}

/** Stands for the versions beyond those that a bucket may hold. */
export const otherVersion = 'other'

/** By version; '' for none. */
export type BucketCells = Map<string, VersionCells>

export function versionCells(cells: BucketCells, version: string): VersionCells {
  let found = cells.get(version)
  if (found === undefined) {
    found = { instances: new Set(), routes: new Map() }
    cells.set(version, found)
  }
  return found
}

/** `version`, or `other` where the cells hold `versionsMax` versions already and it is none of them. */
export function versionWithin(cells: BucketCells, version: string, versionsMax: number): string {
  if (version === '' || cells.has(version)) return version
  let named = 0
  for (const known of cells.keys()) if (known !== '' && known !== otherVersion) named++
  return named < versionsMax ? version : otherVersion
}

export type RowCounts = Pick<RollupRow, 'requests' | 'errors' | 'unanswered' | 'latency'>

export function addRow(routes: Map<string, Cell>, route: string, row: RowCounts): void {
  const cell = routes.get(route)
  if (cell === undefined) {
    const { requests, errors, unanswered, latency } = row
    routes.set(route, { requests, errors, unanswered, latency })
    return
  }
  cell.requests += row.requests
  cell.errors += row.errors
  cell.unanswered += row.unanswered
  cell.latency = addLatency(cell.latency, row.latency)
}

/** Adds all of `from` to `into`. */
export function addCells(into: BucketCells, from: BucketCells): void {
  for (const [version, { instances, routes }] of from) {
    const target = versionCells(into, version)
    for (const instance of instances) target.instances.add(instance)
    for (const [route, cell] of routes) addRow(target.routes, route, cell)
  }
}

/**
 * Folds the routes beyond `routesMax` of each version into `other`: those with the fewest requests in
 * `ranking` go first, then by name. Returns how many were folded.
 */
export function capRoutes(
  cells: BucketCells,
  ranking: ReadonlyMap<string, number>,
  routesMax: number,
): number {
  let folded = 0
  for (const { routes } of cells.values()) {
    const named = [...routes.keys()].filter((route) => route !== 'other')
    if (named.length <= routesMax) continue
    const weight = (route: string) => (ranking.get(route) ?? 0) + routes.get(route)!.requests
    named.sort((a, b) => weight(b) - weight(a) || (a < b ? -1 : 1))
    for (const route of named.slice(routesMax)) {
      addRow(routes, 'other', routes.get(route)!)
      routes.delete(route)
      folded++
    }
  }
  return folded
}

type StoredCells = [version: string, instances: number[], routes: [string, Cell][]][]

export function storeCells(cells: BucketCells): StoredCells {
  return [...cells].map(([version, { instances, routes }]) => [
    version,
    [...instances],
    [...routes],
  ])
}

export function restoreCells(stored: StoredCells): BucketCells {
  return new Map(
    stored.map(([version, instances, routes]) => [
      version,
      { instances: new Set(instances), routes: new Map(routes) },
    ]),
  )
}
export type { StoredCells }

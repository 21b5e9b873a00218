/** Latency of an hour's buckets, summed by series, and its requests above each threshold by element. */
import type { Latency } from '../../contracts/latency.ts'
import { LatencySum } from '../kernel/histogram/latency-sum.ts'
import { countAbove } from '../kernel/histogram/threshold.ts'
import type { SlowThresholds } from './slow-thresholds.ts'
import type { Bucket } from './track.ts'

/** By series of `names`; those without latency are left out. */
export function latencyTotals(
  buckets: readonly Bucket[],
  { names, whole }: { readonly names: ReadonlySet<string>; readonly whole: string },
): Map<string, Latency> {
  const sums = new Map<string, LatencySum>()
  const sumOf = (name: string) => {
    const sum = sums.get(name) ?? new LatencySum()
    sums.set(name, sum)
    return sum
  }
  for (const { cells } of buckets) {
    for (const { routes } of cells.values()) {
      for (const [route, { latency }] of routes) {
        if (latency === null) continue
        if (names.has(whole)) sumOf(whole).add(latency)
        if (names.has(route)) sumOf(route).add(latency)
      }
    }
  }
  const totals = new Map<string, Latency>()
  for (const [name, sum] of sums) totals.set(name, sum.dominant()!)
  return totals
}

export interface SlowQuestion {
  readonly names: ReadonlySet<string>
  readonly whole: string
  readonly length: number
  readonly placeOf: (bucket: Bucket) => number
  readonly thresholds: ReadonlyMap<string, SlowThresholds>
}

/** Flat, a level after the other for each element; -1 where requests have no latency, or one too coarse to say. */
export function slowCounts(
  buckets: readonly Bucket[],
  { names, whole, length, placeOf, thresholds }: SlowQuestion,
): Map<string, number[]> {
  const counts = new Map<string, number[]>()
  const told = new Map<string, { readonly asked: boolean[]; readonly seen: boolean[] }>()
  const add = (name: string, at: number, requests: number, latency: Latency | null) => {
    const values = thresholds.get(name)?.values
    if (values === undefined) return
    const own = counts.get(name) ?? Array.from({ length: length * values.length }, () => 0)
    counts.set(name, own)
    const { asked, seen } = told.get(name) ?? { asked: [], seen: [] }
    told.set(name, { asked, seen })
    if (requests > 0) asked[at] = true
    if (latency === null) return
    seen[at] = true
    for (const [q, value] of values.entries()) {
      const place = at * values.length + q
      const above = countAbove(latency, value)
      if (above === null) own[place] = Number.NaN
      else own[place]! += above
    }
  }
  for (const bucket of buckets) {
    const at = placeOf(bucket)
    for (const { routes } of bucket.cells.values()) {
      for (const [route, { requests, latency }] of routes) {
        if (names.has(whole)) add(whole, at, requests, latency)
        if (names.has(route)) add(route, at, requests, latency)
      }
    }
  }
  for (const [name, own] of counts) {
    const { asked, seen } = told.get(name)!
    const levels = own.length / length
    for (let place = 0; place < own.length; place++) {
      const at = Math.floor(place / levels)
      if (Number.isNaN(own[place]) || (asked[at] && !seen[at])) own[place] = -1
    }
  }
  return counts
}

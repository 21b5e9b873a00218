/**
 * An A/A split of one version: its instances, by groups, as if some of them were new (detection reference
 * 4.4 and 10). For fitting and placebos of split mode. Pure and deterministic: groups are taken in their
 * order, the same ones for the whole past.
 */
import type { SplitCounts } from './observation.ts'

/** Requests and errors (or slow requests) of each group of instances; null where telemetry was missing. */
export type GroupCounts = readonly (readonly [n: number, e: number])[]

/** Null with fewer than two groups that had requests: then there is nothing to compare. */
export function instanceSplit(
  past: readonly (GroupCounts | null)[],
  share: number,
): (SplitCounts | null)[] | null {
  const totals = totalsOf(past)
  const heard = totals.flatMap((n, group) => (n > 0 ? [group] : []))
  if (heard.length < 2) return null
  const chosen = nearest(totals, heard, share)
  return past.map((groups) => {
    if (groups === null) return null
    const counts = { n1: 0, e1: 0, n0: 0, e0: 0 }
    groups.forEach(([n, e], group) => {
      if (chosen.has(group)) {
        counts.n1 += n
        counts.e1 += e
      } else {
        counts.n0 += n
        counts.e0 += e
      }
    })
    return counts
  })
}

function totalsOf(past: readonly (GroupCounts | null)[]): number[] {
  const totals: number[] = []
  for (const groups of past) {
    groups?.forEach(([n], group) => {
      totals[group] = (totals[group] ?? 0) + n
    })
  }
  return Array.from(totals, (n) => n ?? 0)
}

/** Groups are added while that brings the share nearer; at least one, and never all. */
function nearest(totals: readonly number[], heard: readonly number[], share: number): Set<number> {
  const wanted = share * totals.reduce((sum, n) => sum + n, 0)
  const chosen = new Set<number>()
  let sum = 0
  for (const group of heard) {
    if (chosen.size === heard.length - 1) break
    const nearer = Math.abs(sum + totals[group]! - wanted) < Math.abs(sum - wanted)
    if (!nearer) continue
    chosen.add(group)
    sum += totals[group]!
  }
  if (chosen.size === 0) {
    const smallest = heard.reduce((best, group) => (totals[group]! < totals[best]! ? group : best))
    chosen.add(smallest)
  }
  return chosen
}

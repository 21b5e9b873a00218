/** What one bucket tells of a business counter and of what it is counted by. */
import {
  exposureOf,
  globMatches,
  type MetricRule,
  ruleFor,
} from '../../core/rollup/metric-rules.ts'
import { stepsMs } from '../../core/rollup/spacing.ts'
import type { Bucket } from '../../core/rollup/track.ts'

export interface CountedBy {
  readonly rule: MetricRule
  /** The exposure is another counter. */
  readonly byCounter: boolean
}

export interface CounterRule extends CountedBy {
  readonly metric: string
}

/** Those of the counters heard that are judged, in the order of `totals`. */
export function businessCounters(
  totals: readonly (readonly [name: string, total: number])[],
  rules: readonly MetricRule[],
): CounterRule[] {
  return totals.flatMap(([metric]) => {
    const rule = ruleFor(rules, metric)
    if (rule?.signal !== 'business') return []
    const by = exposureOf(rule)
    const byCounter = by !== 'requests' && totals.some(([name]) => globMatches(by, name))
    return [{ metric, rule, byCounter }]
  })
}

/** Its name among what is kept and fitted. */
export const seriesOfCounter = ({ metric, rule }: Pick<CounterRule, 'metric' | 'rule'>): string =>
  `${metric} by ${exposureOf(rule)}`

/** How often `metric` was counted in a bucket; of every version where none is named. */
export function countIn({ cells }: Bucket, metric: string, version: string | null): number {
  let sum = 0
  for (const [name, { routes }] of cells) {
    if (version === null || name === version) sum += routes.get(metric)?.requests ?? 0
  }
  return sum
}

/** What a bucket tells of the exposure; null where it is told by the other source. */
export function exposureIn(
  { rule, byCounter }: CountedBy,
  track: 'counts' | 'requests',
  { cells }: Bucket,
  version: string | null,
): number | null {
  if (byCounter !== (track === 'counts')) return null
  const by = exposureOf(rule)
  let sum = 0
  for (const [name, { routes }] of cells) {
    if (version !== null && name !== version) continue
    for (const [route, { requests }] of routes) {
      if (by === 'requests' || globMatches(by, route)) sum += requests
    }
  }
  return sum
}

/** The shortest step that both divide. */
export function commonStep(one: number, other: number): number {
  return stepsMs.find((step) => step % one === 0 && step % other === 0) ?? Math.max(one, other)
}

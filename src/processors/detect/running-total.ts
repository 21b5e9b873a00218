/**
 * Running totals as they are held between their points: the newest point of each, by instance, for as many of one
 * instance as there is room for. Milliseconds; counts in the total's own unit.
 */
import { difference, type Difference } from '../../core/rollup/difference.ts'
import type { Dirty } from './dirty.ts'
import type { HeldPoint, ServiceState } from './service-state.ts'

/** Of one instance, of all kinds. */
export const totalsMax = 2_000

export interface TotalName {
  readonly instance: number
  readonly id: string
}

export interface HeldTotal {
  readonly before: HeldPoint | undefined
  readonly hold: (now: HeldPoint) => void
}

/** Null, and counted, where there is no room for one more. */
export function heldTotal(
  state: ServiceState,
  { instance, id }: TotalName,
  dirty: Dirty,
): HeldTotal | null {
  const points = state.series.get(instance) ?? new Map<string, HeldPoint>()
  const before = points.get(id)
  if (before === undefined && points.size >= totalsMax) {
    state.counts.series++
    return null
  }
  const hold = (now: HeldPoint) => {
    points.set(id, now)
    state.series.set(instance, points)
    dirty.series(state, instance)
  }
  return { before, hold }
}

export interface TotalPoint extends TotalName {
  /** Of what is counted; 0 where it is not told. */
  readonly startMs: number
  readonly timeMs: number
  readonly value: number
  /** A first point counts in full if its total began within two of these. */
  readonly spacingMs: number
}

export interface Growth {
  readonly before: HeldPoint | undefined
  readonly delta: Exclude<Difference, { readonly kind: 'out-of-order' }>
}

/** What a total has grown by; null for what has no room, or comes out of order (counted). */
export function growthOf(
  state: ServiceState,
  { startMs, timeMs, value, spacingMs, ...name }: TotalPoint,
  dirty: Dirty,
): Growth | null {
  const held = heldTotal(state, name, dirty)
  if (held === null) return null
  const now = { startMs, timeMs, count: value, latency: null, held: null }
  const delta = difference(held.before, now, spacingMs)
  if (delta.kind === 'out-of-order') {
    state.counts.outOfOrder++
    return null
  }
  held.hold(now)
  return { before: held.before, delta }
}

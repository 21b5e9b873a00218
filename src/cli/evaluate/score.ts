/**
 * From releases to rows: how many alarms of how many, between which bounds, and how soon.
 *
 * A recovery counts like an alarm: of the releases that had regressed by the time of the cure, those called
 * recovered (with a roll-back: within 5 minutes of it). Releases of one service are not independent, so the
 * interval is the least that must be allowed for.
 */
import { type Cell, isHouse, nameOf } from './cells.ts'
import { type Rival, rivals } from './rivals.ts'
import type { ReleaseResult } from './run-service.ts'

export interface Row {
  readonly cell: string
  readonly mode: string
  readonly signal: string
  readonly rps: number
  readonly routes: number
  readonly historyHours: number
  readonly effect: string
  readonly method: 'culprit' | Rival
  readonly asks: 'alarm' | 'recovery'
  readonly releases: number
  readonly alarms: number
  readonly share: number
  /** 95 % interval of the share (Wilson). */
  readonly low: number
  readonly high: number
  /** From the onset, releases that were not found counting as infinite; null: more than half of them. */
  readonly medianMinutes: number | null
  /** Of the alarms that had listed a route: those that listed the right one alone. */
  readonly rightRoute: number | null
  /** Of what stands alone: releases that their weighted sum has regressed, beside the alarms. */
  readonly byCounts?: number
  readonly parameters: string
}

const cureMinute = 30
const cureWithinMinutes = 5

export function rowsOf(cell: Cell, results: readonly ReleaseResult[], parameters: string): Row[] {
  if (results.length === 0) return []
  if (cell.asks === 'recovery') return [recoveryRow(cell, results, parameters)]
  const { fromMinute, route } = cell.effect
  const minutes = results.map(({ culprit }) => culprit.regressedMinutes)
  const listing = results.filter(({ culprit }) => culprit.routes.length > 0)
  const right = listing.filter(({ culprit: { routes } }) => routes.join() === String(route))
  if (isHouse(cell)) {
    const byCounts = results.filter(({ byCountsMinutes }) => byCountsMinutes != null).length
    return [{ ...row(cell, 'culprit', minutes, fromMinute, parameters), byCounts }]
  }
  const own = {
    ...row(cell, 'culprit', minutes, fromMinute, parameters),
    rightRoute: route === undefined || listing.length === 0 ? null : right.length / listing.length,
  }
  return [
    own,
    ...rivals.map((rival) =>
      row(
        cell,
        rival,
        results.map((each) => each.rivals![rival]),
        fromMinute,
        parameters,
      ),
    ),
  ]
}

function recoveryRow(cell: Cell, results: readonly ReleaseResult[], parameters: string): Row {
  const fell = results.filter(
    ({ culprit }) => culprit.regressedMinutes !== null && culprit.regressedMinutes <= cureMinute,
  )
  const cured = cell.effect.name.includes(', x1 from')
  const minutes = fell.map(({ culprit: { recoveredMinutes } }) => {
    if (recoveredMinutes === null) return null
    return cured && recoveredMinutes > cureMinute + cureWithinMinutes ? null : recoveredMinutes
  })
  return row(cell, 'culprit', minutes, cured ? cureMinute : 0, parameters)
}

function row(
  cell: Cell,
  method: Row['method'],
  minutes: readonly (number | null)[],
  fromMinute: number,
  parameters: string,
): Row {
  // What speaks before the effect is there is a false alarm, not a find.
  const found = minutes.filter((each) => each !== null && each > fromMinute)
  const { mode, rps, routes, historyHours, effect, asks } = cell
  const releases = minutes.length
  const delays = minutes
    .map((each) => (each === null || each <= fromMinute ? Infinity : each - fromMinute))
    .sort((a, b) => a - b)
  const median = delays[Math.floor((releases - 1) / 2)] ?? Infinity
  return {
    cell: nameOf(cell),
    mode,
    signal: signalOf(cell),
    rps,
    routes,
    historyHours,
    effect: effect.name,
    method,
    asks,
    releases,
    alarms: found.length,
    share: releases > 0 ? found.length / releases : 0,
    ...wilson(found.length, releases),
    medianMinutes: Number.isFinite(median) ? Math.round(median * 100) / 100 : null,
    rightRoute: null,
    parameters,
  }
}

function signalOf({ effect, alone }: Cell): string {
  if (alone) return alone.signal
  if (effect.errors) return 'errors'
  if (effect.latency) return 'latency'
  return effect.traffic === undefined ? 'all' : 'traffic'
}

/** Wilson's interval of a share at 95 %. */
export function wilson(count: number, total: number): { low: number; high: number } {
  if (total === 0) return { low: 0, high: 1 }
  const z = 1.959964
  const p = count / total
  const middle = p + (z * z) / (2 * total)
  const half = z * Math.sqrt((p * (1 - p)) / total + (z * z) / (4 * total * total))
  const by = 1 + (z * z) / total
  return {
    low: count === 0 ? 0 : (middle - half) / by,
    high: count === total ? 1 : (middle + half) / by,
  }
}

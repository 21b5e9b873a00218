/**
 * What is measured: every cell is one world (traffic, routes, history, mode) with one effect. The figures
 * to reach name their cells; the others are null cells and the price list of effects.
 */
import type { Mode, Nuisance } from '../../core/detection/parameters.ts'
import { type AloneStory, aloneStories } from './alone-story.ts'
import { type Effect, errorsTimes, latencyTimes, none, tailTimes, totalStop } from './effects.ts'

export type HistoryHours = 0 | 6 | 24 | 168

export interface Cell {
  readonly mode: Mode
  readonly rps: number
  readonly routes: number
  readonly historyHours: HistoryHours
  readonly effect: Effect
  /** What is asked of it: the share of alarms, or of recoveries, and how soon. */
  readonly asks: 'alarm' | 'recovery'
  /** Judged with these instead of fits, calibrated by placebos. */
  readonly wrong?: Nuisance
  /** Of what stands outside the weighted sum, told of a house and run through the whole product. */
  readonly alone?: AloneStory
  readonly releases: { readonly services: number; readonly each: number }
}

export type HouseCell = Cell & { readonly alone: AloneStory }

export const isHouse = (cell: Cell): cell is HouseCell => cell.alone !== undefined

/** 20 streams: five of the service and its second caller, and errors and latency of seven routes. */
export const usualRoutes = 7

const nullSize = { services: 40, each: 50 }
const effectSize = { services: 25, each: 12 }
/** Harm that has been is in a house's history, and becomes what is usual there: one release of each. */
const harmSize = { services: 300, each: 1 }

export function nameOf(cell: Cell): string {
  const { mode, rps, routes, historyHours, effect, wrong, asks, alone } = cell
  if (alone) return `${mode}/alone/${alone.signal}/${alone.name}`
  const words = effect.name.replace(/[ ,]+/g, '-').replace('%', 'pc')
  const parts = [mode, `${rps}rps`, `${routes}routes`, `${historyHours}h`, words]
  if (asks === 'recovery') parts.push('recovery')
  return [...parts, ...(wrong ? ['wrong-parameters'] : [])].join('/')
}

/** What two cells must share to be about the same services. */
export function familyOf({ mode, rps, routes, historyHours, wrong, alone }: Cell): string {
  if (alone) return `${mode}/alone/${alone.signal}`
  return [mode, rps, routes, historyHours, ...(wrong ? ['wrong'] : [])].join('/')
}

const modes: readonly Mode[] = ['split', 'forecast']

function nulls(): Cell[] {
  return [usualRoutes, 1, 50].flatMap((routes) =>
    ([168, 0, 6] as const).flatMap((historyHours) =>
      modes.flatMap((mode) =>
        [10, 100, 1000].map((rps) => ({
          mode,
          rps,
          routes,
          historyHours,
          effect: none,
          asks: 'alarm' as const,
          releases: nullSize,
        })),
      ),
    ),
  )
}

const effectCell = (over: Partial<Cell> & Pick<Cell, 'mode' | 'rps' | 'effect'>): Cell => ({
  routes: usualRoutes,
  historyHours: 168,
  asks: 'alarm',
  releases: effectSize,
  ...over,
})

/** The table of figures to reach. */
function figures(): Cell[] {
  const late = errorsTimes(4, { fromMinute: 20 })
  const rolledBack = errorsTimes(4, { untilMinute: 30 })
  const half = errorsTimes(4, { untilMinute: 30, after: 1.5 })
  const many = { services: 25, each: 24 }
  return [
    effectCell({ mode: 'split', rps: 100, effect: errorsTimes(4) }),
    effectCell({ mode: 'forecast', rps: 100, effect: errorsTimes(4) }),
    effectCell({ mode: 'forecast', rps: 100, effect: errorsTimes(4), historyHours: 0 }),
    effectCell({ mode: 'split', rps: 10, effect: errorsTimes(10) }),
    effectCell({ mode: 'forecast', rps: 10, effect: errorsTimes(10) }),
    effectCell({ mode: 'split', rps: 200, routes: 50, effect: errorsTimes(40, { route: 17 }) }),
    effectCell({ mode: 'forecast', rps: 200, routes: 50, effect: errorsTimes(40, { route: 17 }) }),
    effectCell({ mode: 'split', rps: 1000, effect: tailTimes(0.25) }),
    effectCell({ mode: 'forecast', rps: 60, effect: latencyTimes(1.5), historyHours: 0 }),
    effectCell({ mode: 'forecast', rps: 100, effect: totalStop }),
    ...[10, 100, 1000].map((rps) => effectCell({ mode: 'forecast', rps, effect: late })),
    effectCell({ mode: 'forecast', rps: 100, effect: rolledBack, asks: 'recovery' }),
    effectCell({ mode: 'forecast', rps: 100, effect: half, asks: 'recovery', releases: many }),
    effectCell({
      mode: 'forecast',
      rps: 100,
      effect: errorsTimes(4),
      asks: 'recovery',
      releases: many,
    }),
    ...modes.map((mode) =>
      effectCell({
        mode,
        rps: 100,
        effect: none,
        wrong: { eta: 1, tau: 0.03, phiPerMinute: 0.8 },
        releases: nullSize,
      }),
    ),
  ]
}

/** Other effects, for the trade-off: what the settings buy and cost. */
function prices(): Cell[] {
  const effects = [errorsTimes(2), errorsTimes(4), errorsTimes(10), tailTimes(0.25), tailTimes(0.5)]
  const asked = new Set(figures().map(nameOf))
  return modes
    .flatMap((mode) =>
      [10, 100, 1000].flatMap((rps) => effects.map((effect) => effectCell({ mode, rps, effect }))),
    )
    .concat(
      modes.map((mode) => effectCell({ mode, rps: 100, effect: errorsTimes(4), historyHours: 6 })),
      effectCell({ mode: 'split', rps: 100, effect: errorsTimes(4), historyHours: 0 }),
      effectCell({ mode: 'split', rps: 100, effect: errorsTimes(4, { fromMinute: 20 }) }),
      ...modes.map((mode) => effectCell({ mode, rps: 100, routes: 1, effect: errorsTimes(4) })),
    )
    .filter((cell) => !asked.has(nameOf(cell)))
}

/** Houses, of which a day is known. */
function alones(): Cell[] {
  return aloneStories.flatMap((alone) =>
    modes.map((mode) => ({
      mode,
      rps: 20,
      routes: 1,
      historyHours: 24 as const,
      effect: alone.effect,
      asks: 'alarm' as const,
      alone,
      releases: alone.effect === none ? nullSize : harmSize,
    })),
  )
}

export function allCells(): Cell[] {
  return [...figures(), ...nulls(), ...prices(), ...alones()]
}

/** `*` stands for any characters, also `/`; several patterns are separated by commas. */
export function matching(cells: readonly Cell[], glob: string | undefined): Cell[] {
  if (glob === undefined) return [...cells]
  const patterns = glob.split(',').map((each) => {
    const escaped = each.replace(/[.+?^${}()|[\]\\]/g, String.raw`\$&`).replaceAll('*', '.*')
    return new RegExp(`^${escaped}$`)
  })
  return cells.filter((cell) => patterns.some((pattern) => pattern.test(nameOf(cell))))
}

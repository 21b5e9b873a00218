/** The figures that the detector is to reach, each with the cell that shows it. */
import { allCells, type Cell, isHouse, matching, nameOf } from './cells.ts'
import type { Row } from './score.ts'
import { percent, said } from './table.ts'

export interface Figure {
  readonly what: string
  readonly wanted: string
  readonly measured: string
  /** `so far`: in what has been run, which is not all; `open`: nothing has been run. */
  readonly reached: 'yes' | 'no' | 'so far' | 'open'
}

interface Asked {
  readonly what: string
  readonly cells: string
  readonly shareMin?: number
  readonly shareMax?: number
  readonly minutesMax?: number
  /** Only the route that was broken is listed. */
  readonly listed?: true
}

const asked: readonly Asked[] = [
  {
    what: 'errors 0.5 → 2 %, 100/s, split',
    cells: 'split/100rps/7routes/168h/errors-x4',
    shareMin: 1,
    minutesMax: 2.5,
  },
  {
    what: 'the same all at once, 7 days of history',
    cells: 'forecast/100rps/7routes/168h/errors-x4',
    shareMin: 1,
    minutesMax: 4,
  },
  {
    what: 'the same all at once, first day',
    cells: 'forecast/100rps/7routes/0h/errors-x4',
    shareMin: 1,
    minutesMax: 6,
  },
  {
    what: 'errors 0.5 → 5 %, 10/s, split',
    cells: 'split/10rps/7routes/168h/errors-x10',
    shareMin: 0.98,
    minutesMax: 6,
  },
  {
    what: 'the same all at once',
    cells: 'forecast/10rps/7routes/168h/errors-x10',
    shareMin: 0.98,
    minutesMax: 6,
  },
  {
    what: 'one of 50 routes ×40, 200/s in all, split',
    cells: 'split/200rps/50routes/168h/errors-x40*',
    minutesMax: 10,
    listed: true,
  },
  {
    what: 'the same all at once',
    cells: 'forecast/200rps/50routes/168h/errors-x40*',
    minutesMax: 10,
    listed: true,
  },
  {
    what: 'p99 +25 %, 1,000/s, split',
    cells: 'split/1000rps/7routes/168h/p99-+25-pc',
    shareMin: 0.95,
  },
  {
    what: 'latency ×1.5 all at once, first day, 60/s',
    cells: 'forecast/60rps/7routes/0h/latency-x1.5',
    shareMin: 0.95,
    minutesMax: 5,
  },
  {
    what: 'total stop of one service',
    cells: 'forecast/100rps/7routes/168h/total-stop',
    minutesMax: 3,
  },
  {
    what: 'late onset (×4 at minute 20), all at once, 10/s',
    cells: 'forecast/10rps/*errors-x4-from-minute-20',
    minutesMax: 15,
  },
  { what: 'late onset, 100/s', cells: 'forecast/100rps/*errors-x4-from-minute-20', minutesMax: 15 },
  {
    what: 'late onset, 1,000/s',
    cells: 'forecast/1000rps/*errors-x4-from-minute-20',
    minutesMax: 15,
  },
  {
    what: 'roll-back called recovered within 5 min',
    cells: '*x1-from-minute-30/recovery',
    shareMin: 0.9,
  },
  { what: '×4 → ×1.5 called recovered', cells: '*x1.5-from-minute-30/recovery', shareMax: 0.1 },
  {
    what: 'persistent effect called recovered',
    cells: 'forecast/100rps/7routes/168h/errors-x4/recovery',
    shareMax: 0.005,
  },
  { what: 'wrong parameters with calibration, nulls', cells: '*wrong-parameters', shareMax: 0.01 },
]

export function figuresOf(rows: readonly Row[]): Figure[] {
  return [
    nullFigure(rows, 'false alarms per null release', (cell) => !isHouse(cell)),
    ...asked.map((each) => figureOf(each, rows)),
    nullFigure(rows, 'false alarms of gauges, CPU, restarts and business counters', isHouse),
  ]
}

const nullShareMax = 0.005
const nullHighMax = 0.01

/** The worst null cell of those that were run to the end. */
function nullFigure(rows: readonly Row[], what: string, isAsked: (cell: Cell) => boolean): Figure {
  const nulls = allCells().filter(
    (cell) => cell.effect.name === 'none' && !cell.wrong && isAsked(cell),
  )
  const own = new Map(rows.filter(isOurs).map((row) => [row.cell, row]))
  const done = nulls.flatMap((cell) => {
    const row = own.get(nameOf(cell))
    return row && row.releases >= 2000 ? [row] : []
  })
  const wanted = '≤ 0.5 % in every cell, upper end ≤ 1 %'
  if (done.length === 0) {
    return { what, wanted, measured: 'no cell run to the end', reached: 'open' }
  }
  const worst = done.reduce((a, b) => (b.share > a.share ? b : a))
  const good = done.every(({ share, high }) => share <= nullShareMax && high <= nullHighMax)
  const measured = `worst of ${done.length} of ${nulls.length} cells: ${said(worst)} (${worst.cell})`
  return { what, wanted, measured, reached: answer(good, done.length === nulls.length) }
}

function answer(good: boolean, complete: boolean): Figure['reached'] {
  return good ? (complete ? 'yes' : 'so far') : 'no'
}

function figureOf(each: Asked, rows: readonly Row[]): Figure {
  const cells = new Map(matching(allCells(), each.cells).map((cell) => [nameOf(cell), cell]))
  const own = rows.filter((row) => isOurs(row) && cells.has(row.cell))
  const measured = own.map(tell).join('; ')
  const wanted = [
    ...(each.shareMin === undefined ? [] : [`≥ ${percent(each.shareMin)}`]),
    ...(each.shareMax === undefined ? [] : [`≤ ${percent(each.shareMax)}`]),
    ...(each.minutesMax === undefined ? [] : [`≤ ${each.minutesMax} min`]),
    ...(each.listed ? ['only that route listed'] : []),
  ].join(', ')
  if (own.length === 0) return { what: each.what, wanted, measured: 'not run', reached: 'open' }
  // Of a recovery only the releases that had regressed in time are asked: nearly all.
  const complete = own.every(({ cell, releases }) => {
    const { services, each: size } = cells.get(cell)!.releases
    return releases >= 0.9 * services * size
  })
  const good = own.length === cells.size && own.every((row) => reaches(row, each))
  return { what: each.what, wanted, measured, reached: answer(good, complete) }
}

function reaches(row: Row, { shareMin = 0, shareMax = 1, minutesMax, listed }: Asked): boolean {
  if (row.share < shareMin || row.share > shareMax) return false
  if (minutesMax !== undefined && (row.medianMinutes ?? Infinity) > minutesMax) return false
  return !listed || row.rightRoute === 1
}

function tell(row: Row): string {
  const listed = row.rightRoute === null ? '' : `, right route alone in ${percent(row.rightRoute)}`
  return `${said(row)}${listed}, n ${row.releases}`
}

function isOurs({ method }: Row): boolean {
  return method === 'culprit'
}

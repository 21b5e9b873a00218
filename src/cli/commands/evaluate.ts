/** `culprit evaluate detection`: what the detector finds and what it cries about, on synthetic releases. */
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { UsageError } from '../../core/kernel/errors.ts'
import { allCells, matching } from '../evaluate/cells.ts'
import { figuresOf } from '../evaluate/figures.ts'
import { parameterDigest, Pieces } from '../evaluate/pieces.ts'
import { withKnownRows } from '../evaluate/known-rows.ts'
import { delayPlot, falseAlarmPlot } from '../evaluate/plots.ts'
import { runCells } from '../evaluate/run.ts'
import { type Row, rowsOf } from '../evaluate/score.ts'
import { figureTable, tableOf } from '../evaluate/table.ts'

const written = 'evaluation.json'

export interface EvaluateFlags {
  readonly seed: string
  readonly cells?: string
  readonly services?: string
  readonly workers?: string
  readonly dir: string
  readonly out?: string
  /** `false`: only what is there already. */
  readonly run: boolean
  readonly json: boolean
}

export async function runEvaluate(what: string, flags: EvaluateFlags): Promise<void> {
  if (what !== 'detection') throw new UsageError(`evaluate: there is no "${what}"; try detection`)
  const seed = whole('--seed', flags.seed)
  const services = flags.services === undefined ? Infinity : whole('--services', flags.services, 1)
  const cells = matching(allCells(), flags.cells)
  if (cells.length === 0) throw new UsageError(`evaluate: no cell is called ${flags.cells}`)
  const pieces = new Pieces(flags.dir, seed)
  const missing = flags.run ? cells : []
  await runCells(missing, pieces, {
    seed,
    services,
    ...(flags.workers === undefined ? {} : { workers: whole('--workers', flags.workers, 1) }),
    tell: (text) => process.stderr.write(`${text}\n`),
  })
  const digest = parameterDigest()
  const own = cells.flatMap((cell): Row[] => {
    const count = Math.min(services, cell.releases.services)
    const results = Array.from({ length: count }, (_, service) => pieces.read(cell, service) ?? [])
    return rowsOf(cell, results.flat(), digest)
  })
  const rows =
    flags.out === undefined ? own : withKnownRows(own, join(flags.out, written), { seed, digest })
  if (flags.out !== undefined) writeOut(flags.out, seed, rows)
  if (flags.json) {
    process.stdout.write(`${JSON.stringify({ type: 'evaluation', seed, cells: rows })}\n`)
  } else {
    process.stdout.write(`seed ${seed}, parameters ${digest}\n\n${tableOf(rows)}\n\n`)
    process.stdout.write(`${figureTable(figuresOf(rows))}\n`)
  }
}

function writeOut(folder: string, seed: number, rows: readonly Row[]): void {
  mkdirSync(folder, { recursive: true })
  const file = (name: string, text: string) => writeFileSync(join(folder, name), text)
  const lines = rows.map((row) => JSON.stringify(row)).join(',\n')
  file(written, `{"type":"evaluation","seed":${seed},"cells":[\n${lines}\n]}\n`)
  file('false-alarms.svg', falseAlarmPlot(rows))
  file('delays.svg', delayPlot(rows))
}

function whole(flag: string, value: string, min = 0): number {
  const number = Number(value)
  if (Number.isInteger(number) && number >= min && value.trim() !== '') return number
  const least = min === 0 ? '' : `, at least ${min}`
  throw new UsageError(`${flag}: a whole number${least}, not "${value}"`)
}

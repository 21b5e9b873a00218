/** The accuracy table of the README, from the JSON of the evaluation. */
import { figuresOf } from '../../src/cli/evaluate/figures.ts'
import { rivals } from '../../src/cli/evaluate/rivals.ts'
import type { Row } from '../../src/cli/evaluate/score.ts'
import { said } from '../../src/cli/evaluate/table.ts'

const markers = ['<!-- accuracy -->\n', '<!-- /accuracy -->\n'] as const
/** Beside other gates: a harmless release, a real one, and a small one. */
const beside = [
  'split/100rps/7routes/168h/none',
  'forecast/100rps/7routes/168h/none',
  'split/100rps/7routes/168h/errors-x4',
  'forecast/100rps/7routes/168h/errors-x4',
]

export function accuracyTable(json: string): string {
  const { seed, cells } = JSON.parse(json) as { seed: number; cells: Row[] }
  const figures = figuresOf(cells).map(
    ({ what, wanted, measured, reached }) => `| ${what} | ${wanted} | ${measured} | ${reached} |`,
  )
  const methods = ['culprit', ...rivals] as const
  const others = beside.flatMap((cell) => {
    const rows = cells.filter((row) => row.cell === cell)
    if (rows.length === 0) return []
    const each = methods.map((method) => said(rows.find((row) => row.method === method)))
    return [`| ${cell} | ${each.join(' | ')} |`]
  })
  return [
    `Synthetic releases, seed ${seed}; 95 % intervals in brackets, medians from the onset.`,
    '',
    '| figure | wanted | measured | reached |',
    '| --- | --- | --- | --- |',
    ...figures,
    '',
    `| alarms of | ${methods.join(' | ')} |`,
    `| --- | ${methods.map(() => '---').join(' | ')} |`,
    ...others,
    '',
  ].join('\n')
}

export function withTable(readme: string, table: string): string {
  const [from, to] = markers
  const start = readme.indexOf(from)
  const end = readme.indexOf(to)
  if (start < 0 || end < start) throw new Error('README.md has no place for the accuracy table')
  return `${readme.slice(0, start)}${from}\n${table}\n${readme.slice(end)}`
}

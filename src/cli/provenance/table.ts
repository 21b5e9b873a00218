/** Who and what wrote a history, as people read it: a line a period, a line a tool and model, the caveat. No colour. */
import { ProvenanceState } from '../../contracts/change.ts'
import type { ProvenanceSummary } from '../../contracts/provenance-summary.ts'
import { alignedTable } from '../changes/aligned-table.ts'

type Row = Pick<ProvenanceSummary, 'changes' | 'states' | 'lines'>

export function provenanceTable(summary: ProvenanceSummary): string {
  const { periods, agents, changes, merges, completeness, caveat } = summary
  const named = ProvenanceState.options.filter((state) => summary.states[state] > 0)
  const cells = (title: string, row: Row): string[] => [
    title,
    String(row.changes),
    ...named.map((state) => share(row.states[state], row.changes)),
    String(row.lines.added),
    bounds(row.lines.ai),
  ]
  const head = ['from', 'changes', ...named, 'lines added', 'by AI']
  const rows = periods
    .filter((period) => period.changes > 0)
    .map((period) => cells(period.start.slice(0, 10), period))
  const lines: string[] = []
  if (changes > 0) lines.push(...alignedTable([head, ...rows, cells('all', summary)]), '')
  if (agents.length > 0) {
    const columns = ['tool', 'model', 'changes', 'sessions', 'lines']
    const body = agents.map(({ tool, model, changes: of, sessions, lines: own }) => [
      tool,
      model ?? '-',
      String(of),
      String(sessions),
      bounds(own),
    ])
    lines.push(...alignedTable([columns, ...body]), '')
  }
  const left = [
    ...(merges > 0 ? [`${merges} ${merges === 1 ? 'merge' : 'merges'}`] : []),
    ...(summary.twins > 0 ? [`${summary.twins} picked a second time`] : []),
  ]
  const without = left.length > 0 ? `, ${left.join(' and ')} left out` : ''
  lines.push(
    `${changes} ${changes === 1 ? 'change' : 'changes'}${without}; history ${completeness}`,
  )
  const { read, refused } = summary.notes
  if (read + refused > 0) lines.push(`AI notes: ${read} read, ${refused} could not be read`)
  lines.push(caveat)
  return lines.map((line) => `${line}\n`).join('')
}

function share(part: number, whole: number): string {
  return whole === 0 ? '-' : `${((100 * part) / whole).toFixed(part === whole ? 0 : 1)} %`
}

function bounds([lower, upper]: readonly [number, number]): string {
  return lower === upper ? String(lower) : `${lower}-${upper}`
}

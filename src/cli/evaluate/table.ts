/** Rows as a table for people, the rivals beside Culprit. */
import type { Figure } from './figures.ts'
import { rivals } from './rivals.ts'
import type { Row } from './score.ts'

const methods = ['culprit', ...rivals] as const

export function tableOf(rows: readonly Row[]): string {
  const cells = [...new Set(rows.map(({ cell }) => cell))]
  const head = ['cell', 'releases', ...methods]
  const lines = cells.map((cell) => {
    const own = rows.filter((row) => row.cell === cell)
    const of = (method: string) => own.find((row) => row.method === method)
    return [cell, String(own[0]!.releases), ...methods.map((method) => said(of(method)))]
  })
  return aligned([head, ...lines])
}

export function figureTable(figures: readonly Figure[]): string {
  return aligned([
    ['figure', 'wanted', 'measured', 'reached'],
    ...figures.map(({ what, wanted, measured, reached }) => [what, wanted, measured, reached]),
  ])
}

/** `98 % (95 to 99) in 2.5 min`. */
export function said(row: Row | undefined): string {
  if (row === undefined) return ''
  const { share, low, high, medianMinutes, effect, byCounts = 0, releases } = row
  const when = effect === 'none' || medianMinutes === null ? '' : `, ${medianMinutes} min`
  const more = byCounts === 0 ? '' : `, by counts ${percent(byCounts / releases)}`
  return `${percent(share)} (${percent(low, '')} to ${percent(high, '')})${when}${more}`
}

export function percent(share: number, unit = ' %'): string {
  const value = 100 * share
  // All but one of 300 is not all of them.
  const small = (value !== 0 && value < 1) || (value > 99 && value < 100)
  const digits = small ? 2 : value < 10 ? 1 : 0
  return `${Number(value.toFixed(digits))}${unit}`
}

function aligned(table: readonly (readonly string[])[]): string {
  const widths = table[0]!.map((_, c) => Math.max(...table.map((row) => row[c]!.length)))
  return table
    .map((row) =>
      row
        .map((text, c) => text.padEnd(widths[c]!))
        .join('  ')
        .trimEnd(),
    )
    .join('\n')
}

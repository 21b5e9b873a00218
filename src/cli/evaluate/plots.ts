/** Rows as pictures, plain SVG: false alarms, and how soon effects are found, with the rivals beside. */
import { rivals } from './rivals.ts'
import type { Row } from './score.ts'

const methods = ['culprit', ...rivals] as const
const colours = ['#0b7285', '#e8590c', '#f59f00', '#868e96', '#ae3ec9']
const left = 330
const right = 30
const width = 960
const lineHeight = 34
const top = 64

/** Shares of alarms on harmless releases with their intervals; logarithmic, from .01 %. */
export function falseAlarmPlot(rows: readonly Row[]): string {
  const nulls = rows.filter(({ effect }) => effect === 'none')
  const least = 1e-4
  const x = (share: number) => scale(Math.log10(Math.max(share, least)), Math.log10(least), 0)
  const ticks = [0.0001, 0.001, 0.005, 0.01, 0.1, 1].map((at) => ({
    at: x(at),
    text: `${100 * at} %`,
  }))
  return chart('Alarms on harmless releases', nulls, ticks, (row) => ({
    at: x(row.share),
    from: x(row.low),
    to: x(row.high),
  }))
}

/** Median minutes from the onset to the alarm; none where half were not found. */
export function delayPlot(rows: readonly Row[]): string {
  const effects = rows.filter(({ effect, asks }) => effect !== 'none' && asks === 'alarm')
  const x = (minutes: number) => scale(Math.log10(minutes), Math.log10(0.1), Math.log10(60))
  const ticks = [0.1, 0.5, 1, 2.5, 5, 10, 30, 60].map((at) => ({ at: x(at), text: `${at} min` }))
  return chart('Median minutes from onset to alarm', effects, ticks, ({ medianMinutes }) => {
    if (medianMinutes === null) return null
    const at = x(Math.max(0.1, medianMinutes))
    return { at, from: at, to: at }
  })
}

function scale(value: number, from: number, to: number): number {
  return Math.round(left + ((value - from) / (to - from)) * (width - left - right))
}

interface Mark {
  readonly at: number
  readonly from: number
  readonly to: number
}

function chart(
  title: string,
  rows: readonly Row[],
  ticks: readonly { readonly at: number; readonly text: string }[],
  markOf: (row: Row) => Mark | null,
): string {
  const cells = [...new Set(rows.map(({ cell }) => cell))]
  const height = top + cells.length * lineHeight + 20
  const grid = ticks.map(
    ({ at, text }) =>
      `<line x1="${at}" y1="${top - 12}" x2="${at}" y2="${height - 14}" stroke="#dee2e6"/>` +
      `<text x="${at}" y="${top - 18}" text-anchor="middle">${text}</text>`,
  )
  const legend = methods.map(
    (method, m) =>
      `<circle cx="${left + m * 125}" cy="16" r="4" fill="${colours[m]}"/>` +
      `<text x="${left + m * 125 + 9}" y="20">${method}</text>`,
  )
  const lines = cells.map((cell, c) => {
    const y = top + c * lineHeight + 12
    const label = `<text x="${left - 12}" y="${y + 4}" text-anchor="end">${cell}</text>`
    const marks = methods.map((method, m) => {
      const row = rows.find((each) => each.cell === cell && each.method === method)
      const mark = row === undefined ? null : markOf(row)
      if (mark === null) return ''
      const at = y - 8 + m * 4
      return (
        `<line x1="${mark.from}" y1="${at}" x2="${mark.to}" y2="${at}" stroke="${colours[m]}" stroke-width="2"/>` +
        `<circle cx="${mark.at}" cy="${at}" r="3.5" fill="${colours[m]}"/>`
      )
    })
    return label + marks.join('')
  })
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" font-family="sans-serif" font-size="12">`,
    `<rect width="${width}" height="${height}" fill="#fff"/>`,
    `<text x="12" y="20" font-size="15">${title}</text>`,
    ...grid,
    ...legend,
    ...lines,
    '</svg>',
    '',
  ].join('\n')
}

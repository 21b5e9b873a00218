/** Who and what wrote a history, as a stand-alone SVG: for each period the share of changes by provenance. */
import type { ProvenanceState } from '../../contracts/change.ts'
import type { ProvenanceSummary } from '../../contracts/provenance-summary.ts'

/** From the bottom up. Told apart by lightness as well as by hue; unknown is no colour. */
const layers: readonly (readonly [state: ProvenanceState, fill: string, title: string])[] = [
  ['ai', '#5b3fd6', 'AI'],
  ['mixed', '#8f7be6', 'AI and human'],
  ['review-suggestion', '#c3b6f2', 'review suggestion'],
  ['conflict', '#c2410c', 'records disagree'],
  ['human-attested', '#0f766e', 'human, attested'],
  ['automation', '#94a3b8', 'automation'],
  ['unknown', '#e2e8f0', 'unknown'],
]
const [width, height] = [760, 300]
const plot = { left: 48, top: 44, right: 744, bottom: 220 }

export function provenanceChart(summary: ProvenanceSummary): string {
  const { periods, repository, caveat } = summary
  const step = (plot.right - plot.left) / Math.max(1, periods.length)
  const gap = Math.min(4, step * 0.2)
  const tall = plot.bottom - plot.top
  const bars = periods.flatMap((period, at) => {
    let base = plot.bottom
    return layers.map(([state, fill, title]) => {
      const count = period.states[state]
      const size = period.changes === 0 ? 0 : (tall * count) / period.changes
      if (size === 0) return ''
      base -= size
      const says = `${period.start.slice(0, 10)}: ${count} of ${period.changes} ${title}`
      const place = `x="${fixed(plot.left + at * step)}" y="${fixed(base)}"`
      const extent = `width="${fixed(step - gap)}" height="${fixed(size)}"`
      return `<rect ${place} ${extent} fill="${fill}"><title>${escaped(says)}</title></rect>`
    })
  })
  return `${[
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}" role="img" font-family="system-ui, sans-serif" font-size="12" fill="#334155">`,
    `<title>Who and what wrote ${escaped(repository)}</title>`,
    `<rect width="${width}" height="${height}" fill="#ffffff"/>`,
    `<text x="${plot.left}" y="24" font-size="15" font-weight="600">Changes of ${escaped(repository)} by provenance</text>`,
    ...[0, 0.5, 1].map((at) => grid(at)),
    ...bars.filter((bar) => bar !== ''),
    ...dates(periods, step),
    ...legend(summary),
    `<text x="${plot.left}" y="${height - 12}" font-size="11" fill="#64748b">${escaped(firstClause(caveat))}</text>`,
    '</svg>',
  ].join('\n')}\n`
}

function grid(share: number): string {
  const y = fixed(plot.bottom - share * (plot.bottom - plot.top))
  const line = `<line x1="${plot.left}" x2="${plot.right}" y1="${y}" y2="${y}" stroke="#cbd5e1" stroke-width="0.5"/>`
  return `${line}<text x="${plot.left - 6}" y="${y}" dy="4" text-anchor="end">${share * 100} %</text>`
}

/** At most eight dates; the bars between them are of the same length. */
function dates(periods: ProvenanceSummary['periods'], step: number): string[] {
  const every = Math.max(1, Math.ceil(periods.length / 8))
  return periods.flatMap(({ start }, at) =>
    at % every === 0
      ? [
          `<text x="${fixed(plot.left + at * step)}" y="${plot.bottom + 16}">${start.slice(0, 10)}</text>`,
        ]
      : [],
  )
}

function legend({ states, changes }: ProvenanceSummary): string[] {
  let x = plot.left
  return layers.flatMap(([state, fill, title]) => {
    if (states[state] === 0) return []
    const percent = ((100 * states[state]) / changes).toFixed(1)
    const text = `${title} ${percent} %`
    const at = x
    x += 26 + text.length * 6.4
    return [
      `<rect x="${fixed(at)}" y="${plot.bottom + 32}" width="10" height="10" fill="${fill}"/>`,
      `<text x="${fixed(at + 15)}" y="${plot.bottom + 41}">${escaped(text)}</text>`,
    ]
  })
}

const firstClause = (text: string): string => text.split(':')[0]!

const fixed = (value: number): string => String(Math.round(value * 100) / 100)

function escaped(text: string): string {
  return text.replace(/[&<>"]/g, (each) => `&#${each.charCodeAt(0)};`)
}

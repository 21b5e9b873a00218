/**
 * Why this change: facts in bits, one column of figures per suspect, and the first suspect's sum as a
 * waterfall: for solid, against dashed, the total in ink. Shown figures add up to the shown sum.
 */
import type { Suspect } from '../../contracts/incident.ts'
import { chanceIn, longName, shortName } from '../model/cause.ts'
import { bits, chance } from '../model/figures.ts'
import { waterfallOf, type Waterfall, type WaterfallRow } from '../model/waterfall.ts'

export function WaterfallTable({ suspects }: { suspects: readonly Suspect[] }) {
  const fall = waterfallOf(suspects)
  const first = fall.columns[0]
  if (first === undefined) return null
  const left = suspects.length - fall.columns.length
  const bars = fall.rows.map(({ bar }) => bar)
  return (
    <table class="waterfall cards">
      <thead>
        <tr>
          <th scope="col">Evidence</th>
          <th scope="col">Fact</th>
          <th scope="col">For and against {shortName(first)}</th>
          {fall.columns.map((suspect) => (
            <th key={suspect.rank} scope="col" class="figure">
              <span>{shortName(suspect)}</span> <span class="long">{longName(suspect)}</span>
            </th>
          ))}
        </tr>
      </thead>
      <tbody>
        {fall.rows.map((row, i) => (
          <Row
            key={row.key}
            row={row}
            next={bars.slice(i + 1).find((bar) => bar !== null) != null}
            fall={fall}
          />
        ))}
        <tr class="total">
          <th scope="row">Together</th>
          <td class="fact" />
          <td class="bar">
            <Bar from={0} to={fall.totals[0] ?? 0} kind="total" fall={fall} />
          </td>
          {fall.totals.map((total, i) => (
            <td key={i} class="figure">
              {bits(total, 'minus')}
            </td>
          ))}
        </tr>
        <tr class="probability">
          <th scope="row">Probability</th>
          <td class="fact">{restText(suspects, left)}</td>
          <td class="bar" />
          {fall.columns.map((suspect) => (
            <td key={suspect.rank} class="figure">
              {chanceIn(suspects, suspect)}
            </td>
          ))}
        </tr>
      </tbody>
    </table>
  )
}

function restText(suspects: readonly Suspect[], left: number): string {
  if (left <= 0) return ''
  const columns = new Set(waterfallOf(suspects).columns)
  const rest = suspects.filter((suspect) => !columns.has(suspect))
  const sum = rest.reduce((total, { probability }) => total + probability, 0)
  const said = sum < 0.01 ? 'below 1 %' : chance(sum)
  return left === 1 ? `One other: ${said}` : `The ${left} others together: ${said}`
}

function Row({ row, next, fall }: { row: WaterfallRow; next: boolean; fall: Waterfall }) {
  return (
    <tr class={row.separates ? 'separates' : undefined}>
      <th scope="row">{row.label}</th>
      <td class="fact">{row.fact}</td>
      <td class="bar">
        {row.bar && (
          <Bar
            {...row.bar}
            kind={row.bar.to < row.bar.from ? 'against' : 'for'}
            fall={fall}
            link={next}
          />
        )}
      </td>
      {row.cells.map((cell, i) => (
        <td key={i} class="figure">
          {cell === null ? '–' : bits(cell)}
        </td>
      ))}
    </tr>
  )
}

interface BarProps {
  readonly from: number
  readonly to: number
  readonly kind: 'for' | 'against' | 'total'
  readonly fall: Waterfall
  readonly link?: boolean
}

/** Space for the figure at either end, in percent of the cell. */
const margin = { left: 6, width: 78 }

function Bar({ from, to, kind, fall, link = false }: BarProps) {
  const { low, high } = fall.scale
  const x = (value: number) => margin.left + ((value - low) / (high - low)) * margin.width
  const [left, right] = [Math.min(x(from), x(to)), Math.max(x(from), x(to))]
  const label = kind === 'total' ? `= ${bits(to, 'minus')}` : bits(to - from)
  return (
    <div class="fall" aria-hidden="true">
      <span class="zero" style={{ left: `${x(0)}%` }} />
      <span
        class={`piece ${kind}`}
        style={{ left: `${left}%`, width: `max(2px, ${right - left}%)` }}
      />
      {link && <span class="joint" style={{ left: `${x(to)}%` }} />}
      <span class="label" style={{ left: `calc(${right}% + 6px)` }}>
        {label}
      </span>
    </div>
  )
}

/** The figures of the main chart as a table: one row per point, what is missing said in words. */
import { valueText, type ChartFacts, type ChartModel } from '../model/chart.ts'
import { clockTime } from '../model/time.ts'
import { previousOf, versionOf } from '../model/verdict.ts'
import { zone } from '../state/place.ts'

export function PointsTable({ facts, model }: { facts: ChartFacts; model: ChartModel }) {
  const rows = [...model.points].reverse()
  return (
    <div class="scroll" tabIndex={0} role="region" aria-label="Figures of the chart">
      <table class="points">
        <thead>
          <tr>
            <th scope="col">From</th>
            <th scope="col" class="figure">
              {previousOf(facts.release)}
            </th>
            <th scope="col" class="figure">
              {versionOf(facts.release)}
            </th>
          </tr>
        </thead>
        <tbody>
          {rows.map((point) => (
            <tr key={point.startMs}>
              <th scope="row">{clockTime(point.startMs, zone.value)}</th>
              <td class="figure">{valueText(point.old, model.measure)}</td>
              <td class="figure">{valueText(point.new, model.measure)}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  )
}

/**
 * The evidence of the whole release over time, beneath the main chart on the same axis: the line that is
 * enough to report, and where it was crossed. Natural-log evidence, as it is recorded.
 */
import type { ChartModel } from '../model/chart.ts'
import { axisWidth } from './axis.ts'

export interface EvidenceHistory {
  readonly line: number
  readonly points: readonly { readonly at: string; readonly logE: number }[]
}

export interface EvidenceStripProps {
  readonly history: EvidenceHistory
  readonly model: ChartModel
  readonly version: string
  readonly width: number
  readonly right: number
}

const height = 84

export function EvidenceStrip({ history, model, version, width, right }: EvidenceStripProps) {
  const { points, line } = history
  const last = points.at(-1)
  if (last === undefined) return null
  const highest = Math.max(line * 1.2, ...points.map(({ logE }) => logE))
  const lowest = Math.min(0, ...points.map(({ logE }) => logE))
  const plotEnd = width - right
  const { fromMs, toMs } = model
  const x = (at: string) =>
    axisWidth + ((Date.parse(at) - fromMs) / (toMs - fromMs)) * (plotEnd - axisWidth)
  const y = (logE: number) => height - 8 - ((logE - lowest) / (highest - lowest)) * (height - 36)
  const shown = points.filter(
    ({ at }) => Date.parse(at) >= fromMs && Date.parse(at) <= toMs + 60_000,
  )
  const path = shown.map(
    ({ at, logE }, i) =>
      `${i === 0 ? 'M' : 'L'}${Math.min(plotEnd, x(at)).toFixed(1)} ${y(logE).toFixed(1)}`,
  )
  const crossing = shown.find(({ logE }) => logE >= line)
  // What is far beyond the line needs no decimals, and has no room for them.
  const now = last.logE.toFixed(Math.abs(last.logE) < 100 ? 1 : 0)
  const label = `Evidence that ${version} is worse, in nats: ${now} now; ${line.toFixed(1)} is enough to report.`
  return (
    <svg
      class="strip"
      width={width}
      height={height}
      viewBox={`0 0 ${width} ${height}`}
      role="img"
      aria-label={label}
    >
      <path class="enough" d={`M${axisWidth} ${y(line)}H${plotEnd}`} />
      <path
        class="start"
        d={`M${Math.max(axisWidth, x(new Date(model.startMs).toISOString()))} 16V${height}`}
      />
      <path class="evidence" d={path.join('')} />
      <text x={axisWidth} y="12" class="strong">
        Evidence that {version} is worse, in nats
      </text>
      <text x={axisWidth} y={Math.min(y(line) + 14, height - 4)}>
        enough to report: {line.toFixed(1)}
      </text>
      {crossing && <circle cx={Math.min(plotEnd, x(crossing.at))} cy={y(crossing.logE)} r="4" />}
      <text x={plotEnd + 16} y={y(last.logE) + 4} class="strong">
        {now} now
      </text>
    </svg>
  )
}

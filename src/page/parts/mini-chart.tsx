/**
 * A small chart of one signal, old and new version, on the same time axis as its neighbours; and the effect
 * interval on a logarithmic axis from ½ to 16. Plain SVG; figures stand beside them as text.
 */
import type { Signal } from '../../contracts/signal.ts'
import type { Point } from '../model/series.ts'
import { shownEffect } from '../model/verdict.ts'

export interface MiniChartProps {
  readonly points: readonly Point[]
  readonly fromMs: number
  readonly toMs: number
  readonly startMs: number
  readonly state: Signal['state']
  readonly width: number
  readonly height?: number
  readonly text: string
}

export function MiniChart(props: MiniChartProps) {
  const { points, fromMs, toMs, startMs, state, width, height = 40, text } = props
  const known = points.flatMap(({ old, new: now }) => [old, now]).filter((value) => value !== null)
  const top = Math.max(...known, 0)
  const x = (ms: number) => ((ms - fromMs) / Math.max(1, toMs - fromMs)) * width
  const y = (value: number) => height - 3 - (top === 0 ? 0 : (value / top) * (height - 8))
  if (known.length === 0) return <span class="notes">no history kept</span>
  return (
    <svg
      class="mini"
      width={width}
      height={height}
      viewBox={`0 0 ${width} ${height}`}
      role="img"
      aria-label={text}
    >
      <rect x={x(startMs)} width={Math.max(0, width - x(startMs))} height={height} class="after" />
      <path d={pathOf(points, 'old', x, y)} class="old" />
      <path d={pathOf(points, 'new', x, y)} class={state === 'regressed' ? 'new worse' : 'new'} />
      <path d={`M${x(startMs)} 0V${height}`} class="start" />
    </svg>
  )
}

/** A path with a gap wherever a value is missing. */
export function pathOf(
  points: readonly Point[],
  side: 'old' | 'new',
  x: (ms: number) => number,
  y: (value: number) => number,
): string {
  let path = ''
  let drawing = false
  for (const point of points) {
    const value = point[side]
    if (value === null) drawing = false
    else {
      const at = `${x((point.startMs + point.endMs) / 2).toFixed(1)} ${y(value).toFixed(1)}`
      path += drawing ? `L${at}` : `M${at}`
      drawing = true
    }
  }
  return path
}

const low = Math.log2(0.5)
const high = Math.log2(16)
export const effectTicks = [0.5, 1, 2, 4, 8, 16]

export function effectX(ratio: number, width: number): number {
  const log = Math.log2(Math.max(ratio, 1e-6))
  return ((Math.min(high, Math.max(low, log)) - low) / (high - low)) * width
}

export function EffectAxis({
  signal,
  width,
  height = 40,
}: {
  signal: Signal
  width: number
  height?: number
}) {
  const { detectable, state } = signal
  const effect = shownEffect(signal)
  const x = (ratio: number) => 8 + effectX(ratio, width - 16)
  const middle = height / 2
  return (
    <svg
      class={`effect ${state}`}
      width={width}
      height={height}
      viewBox={`0 0 ${width} ${height}`}
      aria-hidden="true"
    >
      {effectTicks.map((tick) => (
        <path key={tick} d={`M${x(tick)} 0V${height}`} class={tick === 1 ? 'one' : 'grid'} />
      ))}
      {effect !== null ? (
        <g class="interval">
          <path
            d={`M${x(effect.low)} ${middle}H${x(effect.high)}M${x(effect.low)} ${middle - 4}v8`}
          />
          {effect.high > 16 ? (
            <path d={`M${x(16) - 5} ${middle - 4}l5 4-5 4`} />
          ) : (
            <path d={`M${x(effect.high)} ${middle - 4}v8`} />
          )}
          {effect.ratio <= 16 && <circle cx={x(effect.ratio)} cy={middle} r="3.5" />}
        </g>
      ) : (
        detectable !== null &&
        state !== 'cleared' && (
          <path
            class="detectable"
            d={`M${x(1)} ${middle + 5}H${x(detectable)}M${x(detectable)} ${middle + 1}v8`}
          />
        )
      )}
    </svg>
  )
}

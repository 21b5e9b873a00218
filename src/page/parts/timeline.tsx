/**
 * Releases over time, a lane per service: flag at the start, a dark bar while under watch whose height is the
 * share of traffic, the icon where the verdict fell, a line beneath from onset to the end of harm. Plain SVG;
 * the table on the same page has the same facts.
 */
import type { Bar, Lane } from '../model/lanes.ts'
import { timeTicks } from '../model/lanes.ts'
import { clockTime, dayTime } from '../model/time.ts'
import { verdictWord, versionOf } from '../model/verdict.ts'
import { zone } from '../state/place.ts'
import { verdictShape } from './verdict-icon.tsx'

export interface TimelineProps {
  readonly lanes: readonly Lane[]
  readonly fromMs: number
  readonly toMs: number
  readonly width: number
}

const top = 40
const laneHeight = 52
const barTop = 26
const barHeight = 13

export function Timeline({ lanes, fromMs, toMs, width }: TimelineProps) {
  const compact = width < 600
  const left = compact ? 92 : 118
  const right = compact ? 12 : 38
  const height = top + lanes.length * laneHeight + 4
  const x = (ms: number) => left + ((ms - fromMs) / (toMs - fromMs)) * (width - left - right)
  const ticks = timeTicks(fromMs, toMs, compact ? 3 : 10).filter((at) => x(at) < x(toMs) - 40)
  return (
    <svg
      class="timeline"
      width={width}
      height={height}
      viewBox={`0 0 ${width} ${height}`}
      role="img"
      aria-label={labelOf(lanes)}
    >
      {ticks.map((at) => (
        <g key={at}>
          <path class="grid" d={`M${x(at)} ${top - 8}V${height}`} />
          <text class="axis" x={x(at)} y="18" text-anchor="middle">
            {toMs - fromMs > 86_400_000
              ? dayTime(at, zone.value, toMs)
              : clockTime(at, zone.value, 'minutes')}
          </text>
        </g>
      ))}
      {lanes.map((lane, i) => (
        <LaneRow
          key={lane.key}
          lane={lane}
          x={x}
          y={top + i * laneHeight}
          left={left}
          toMs={toMs}
        />
      ))}
      <path class="now" d={`M${x(toMs)} ${top - 10}V${height}`} />
      <text class="axis strong" x={x(toMs)} y="18" text-anchor={compact ? 'end' : 'middle'}>
        now
      </text>
    </svg>
  )
}

function labelOf(lanes: readonly Lane[]): string {
  const said = lanes.flatMap(({ name, bars }) =>
    bars.map(
      ({ release, fromMs }) =>
        `${name} ${versionOf(release)} ${verdictWord[release.verdict].toLowerCase()}, started ${clockTime(fromMs, zone.value, 'minutes')}`,
    ),
  )
  return said.length === 0 ? 'No release in this time.' : `Releases: ${said.join('; ')}.`
}

/** Cut to the room left of the lanes, at about 8 px a letter. */
function nameOf(name: string, room: number): string {
  const lettersMax = Math.floor((room - 14) / 8)
  return name.length > lettersMax ? `${name.slice(0, lettersMax - 1)}…` : name
}

interface LaneRowProps {
  readonly lane: Lane
  readonly x: (ms: number) => number
  readonly y: number
  readonly left: number
  readonly toMs: number
}

function LaneRow({ lane, x, y, left, toMs }: LaneRowProps) {
  const first = lane.bars[0]
  const start = x(lane.fromMs)
  const room = first === undefined ? 0 : x(first.fromMs) - start
  return (
    <g>
      <text class="lane" x="16" y={y + barTop + 11}>
        {nameOf(lane.name, left)}
      </text>
      <rect
        class="track"
        x={start}
        y={y + barTop}
        width={x(toMs) - start}
        height={barHeight}
        rx="2"
      />
      {lane.before !== null && room > lane.before.length * 7 + 80 && (
        <text class="before" x={start + 2} y={y + barTop - 6}>
          {lane.before}
        </text>
      )}
      {lane.bars.map((bar, i) => (
        <BarMark
          key={bar.release.id}
          bar={bar}
          next={lane.bars[i + 1]}
          previous={lane.bars[i - 1]}
          x={x}
          y={y}
          toMs={toMs}
        />
      ))}
      <path class="grid" d={`M16 ${y + laneHeight}H${x(toMs)}`} />
    </g>
  )
}

interface BarMarkProps {
  readonly bar: Bar
  readonly next: Bar | undefined
  readonly previous: Bar | undefined
  readonly x: (ms: number) => number
  readonly y: number
  readonly toMs: number
}

function BarMark({ bar, next, previous, x, y, toMs }: BarMarkProps) {
  const { release, fromMs, verdictMs, harm } = bar
  const version = versionOf(release)
  const end = x(next?.fromMs ?? toMs)
  const flip = end - x(fromMs) < version.length * 7 + 14 && next === undefined
  const room = flip
    ? x(fromMs) - (previous === undefined ? 0 : x(previous.fromMs))
    : end - x(fromMs)
  const crowded = room < version.length * 7 + 14
  const iconX = Math.min(x(toMs) - 8, Math.max(x(fromMs) + 12, x(verdictMs)))
  return (
    <g class={`v-${release.verdict}`}>
      <path class="share" d={sharePath(bar, x, y + barTop)} />
      {harm && (
        <rect
          class="harm"
          x={x(harm.fromMs)}
          y={y + barTop + barHeight + 3}
          width={Math.max(3, x(harm.toMs) - x(harm.fromMs))}
          height="4"
        />
      )}
      <path class="flag-pole" d={`M${x(fromMs)} ${y + 8}V${y + barTop + barHeight}`} />
      <path class="flag" d={`M${x(fromMs)} ${y + 8}l5 4-5 4z`} />
      {!crowded && (
        <text
          class="version"
          x={flip ? x(fromMs) - 6 : x(fromMs) + 9}
          y={y + barTop - 7}
          text-anchor={flip ? 'end' : 'start'}
        >
          {version}
        </text>
      )}
      <svg
        x={iconX - 10}
        y={y + barTop - 3}
        width="20"
        height="20"
        viewBox="-1 -1 18 18"
        class="lane-icon"
      >
        <circle cx="8" cy="8" r="9" class="halo" />
        {verdictShape(release.verdict)}
      </svg>
    </g>
  )
}

/** Steps whose height is the share of traffic; the full height where it is not known. */
function sharePath({ steps, fromMs, toMs }: Bar, x: (ms: number) => number, y: number): string {
  const known = steps.some(({ share }) => share > 0)
  const list = known ? steps : [{ fromMs, share: 1 }]
  return list
    .map(({ fromMs: at, share }, i) => {
      const until = Math.min(toMs, list[i + 1]?.fromMs ?? toMs)
      const tall = Math.max(2, share * barHeight)
      return until <= at ? '' : `M${x(at)} ${y + barHeight}v${-tall}H${x(until)}v${tall}z`
    })
    .join('')
}

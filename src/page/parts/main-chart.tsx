/**
 * The main chart of a release: old and new version of one signal over time, drawn by uPlot, with the evidence
 * strip beneath on the same axis. Its figures stand in a table behind a switch and in its label.
 */
import { useEffect } from 'preact/hooks'
import uPlot from 'uplot'
import { endLines, valueText, type ChartFacts, type ChartModel } from '../model/chart.ts'
import { figure, threshold } from '../model/figures.ts'
import { timeTicks } from '../model/lanes.ts'
import { onsetWord } from '../model/events.ts'
import { signalName } from '../model/signal-words.ts'
import { clockTime, type Zone } from '../model/time.ts'
import { previousOf, versionOf } from '../model/verdict.ts'
import { theme, zone } from '../state/place.ts'
import { axisWidth } from './axis.ts'
import { drawBehind, drawOver, type Colors, type Flag, type Picture } from './chart-draw.ts'
import { EvidenceStrip, type EvidenceHistory } from './evidence-strip.tsx'
import { useWidth } from './use-width.ts'

export interface MainChartProps {
  readonly facts: ChartFacts
  readonly model: ChartModel
  readonly openedAt: string | null
  readonly history: EvidenceHistory
}

export function MainChart({ facts, model, openedAt, history }: MainChartProps) {
  const { ref, width } = useWidth<HTMLDivElement>(900)
  const compact = width < 600
  const right = compact ? 78 : 172
  const inZone = zone.value
  const shownTheme = theme.value
  useEffect(() => {
    const parent = ref.current?.querySelector<HTMLElement>('.plot')
    if (parent == null) return
    const draw = () => {
      const picture = pictureOf({
        facts,
        model,
        openedAt,
        compact,
        zone: inZone,
        colors: colorsOf(parent),
      })
      const size = { width, height: compact ? 240 : 270 }
      return new uPlot(
        { ...optionsOf(model, picture, { right, zone: inZone }), ...size },
        dataOf(model),
        parent,
      )
    }
    let chart = draw()
    const again = () => {
      chart.destroy()
      chart = draw()
    }
    const dark = matchMedia('(prefers-color-scheme: dark)')
    dark.addEventListener('change', again)
    return () => {
      dark.removeEventListener('change', again)
      chart.destroy()
    }
  }, [facts, model, openedAt, compact, width, inZone, shownTheme])
  return (
    <div ref={ref} class="main-chart">
      <div
        class="plot"
        role="img"
        aria-label={model.sentence}
        style={{ height: `${compact ? 240 : 270}px` }}
      />
      <EvidenceStrip
        history={history}
        model={model}
        version={versionOf(facts.release)}
        width={width}
        right={right}
      />
    </div>
  )
}

function dataOf({ points }: ChartModel): uPlot.AlignedData {
  const middle = points.map(({ startMs, endMs }) => (startMs + endMs) / 2000)
  return [middle, points.map(({ old }) => old), points.map((point) => point.new)]
}

function optionsOf(
  model: ChartModel,
  picture: Picture,
  { right, zone: inZone }: { right: number; zone: Zone },
): Omit<uPlot.Options, 'width' | 'height'> {
  const { colors, compact } = picture
  const span = { min: model.fromMs / 1000, max: model.toMs / 1000 }
  const axis = { stroke: colors.ink3, font: '12px system-ui, sans-serif', ticks: { show: false } }
  const solid = picture.ends.find(({ strong }) => strong)?.color ?? colors.ink
  return {
    padding: [compact ? 40 : 58, right, 0, 0],
    legend: { show: false },
    cursor: { show: false },
    scales: {
      x: { time: false, range: [span.min, span.max] },
      y: { range: [0, Math.max(model.highest, 1e-6) * 1.12] },
    },
    axes: [
      {
        ...axis,
        size: 28,
        grid: { show: false },
        splits: () => timeTicks(model.fromMs, model.toMs, compact ? 4 : 6).map((ms) => ms / 1000),
        values: (_u, splits) => splits.map((s) => clockTime(s * 1000, inZone, 'minutes')),
      },
      {
        ...axis,
        size: axisWidth,
        space: 36,
        grid: { stroke: colors.line, width: 1 },
        values: (_u, splits) => splits.map((value) => axisText(value, model)),
      },
    ],
    series: [
      {},
      { stroke: colors.old, width: 1.6, points: { show: false }, spanGaps: false },
      {
        stroke: solid,
        width: 2.2,
        spanGaps: false,
        points: { show: true, size: 6, width: 1.6, fill: colors.surface, stroke: solid },
      },
    ],
    hooks: {
      drawClear: [(u) => drawBehind(u, picture)],
      draw: [(u) => drawOver(u, picture)],
    },
  }
}

function axisText(value: number, { measure }: ChartModel): string {
  if (measure === 'share') return `${Number((value * 100).toPrecision(3))} %`
  if (measure === 'each') return figure(value)
  if (measure === 'p99') return value === 0 ? '0 s' : `${Number(value.toPrecision(3))} s`
  return String(value)
}

interface PictureOptions extends Omit<MainChartProps, 'history'> {
  readonly compact: boolean
  readonly zone: Zone
  readonly colors: Colors
}

function pictureOf({
  facts,
  model,
  openedAt,
  compact,
  zone: inZone,
  colors,
}: PictureOptions): Picture {
  const { release, signal } = facts
  const worse = signal.state === 'regressed'
  const lines = endLines(facts, model)
  const short = [
    valueText(model.now, model.measure),
    ...lines.slice(1, 2).map((line) => line.split(' of ')[0]!),
  ]
  const onset = signal.onset
  return {
    colors,
    compact,
    usual:
      model.usual === null
        ? null
        : {
            ...model.usual,
            text: `Usual range of ${previousOf(release)}: ${valueText(model.usual.low, model.measure)} to ${valueText(model.usual.high, model.measure)}`,
          },
    onset:
      onset === null
        ? null
        : {
            fromMs: Date.parse(onset.from),
            toMs: Date.parse(onset.to),
            lines: [
              `${onsetWord(signalName(signal))} ${clockTime(onset.at, inZone)}`,
              `between ${clockTime(onset.from, inZone)} and ${clockTime(onset.to, inZone)}`,
            ],
          },
    flags: flagsOf({ facts, openedAt, compact, zone: inZone }),
    ends: [
      ...(model.now === null
        ? []
        : [
            {
              value: model.now,
              lines: compact ? short : lines,
              color: worse ? colors.worse : colors.ink,
              interval: model.interval,
              strong: true,
            },
          ]),
      ...(model.before === null
        ? []
        : [
            {
              value: model.before,
              lines: [
                compact
                  ? valueText(model.before, model.measure)
                  : `${previousOf(release)}: ${valueText(model.before, model.measure)}`,
              ],
              color: colors.old,
              interval: null,
              strong: false,
            },
          ]),
    ],
    limit: limitOf(facts, model),
  }
}

function limitOf({ signal, mode }: ChartFacts, model: ChartModel): Picture['limit'] {
  if (model.measure === 'p99' && signal.latency !== undefined) {
    const { thresholdSeconds } = signal.latency
    if (thresholdSeconds > model.highest * 1.1) return null
    return { value: thresholdSeconds, text: `slow: over ${threshold(thresholdSeconds)}` }
  }
  return mode === 'forecast' && model.before !== null
    ? { value: model.before, text: 'expected' }
    : null
}

function flagsOf({
  facts,
  openedAt,
  compact,
  zone: inZone,
}: Omit<PictureOptions, 'model' | 'colors'>): Flag[] {
  const { release } = facts
  const [first, ...steps] = release.rollout
  const percent = (value: number) => `${Math.round(value * 100)} %`
  const partial = first !== undefined && first.share > 0 && first.share < 1
  const began = compact ? versionOf(release) : `${versionOf(release)} starts`
  const title = partial ? `${began}, ${percent(first.share)}${compact ? '' : ' of traffic'}` : began
  const flag = (at: string, words: string, kind: Flag['kind']): Flag => ({
    atMs: Date.parse(at),
    title: words,
    note: clockTime(at, inZone),
    kind,
  })
  return [
    flag(release.startedAt, title, 'start'),
    ...steps
      .slice(-2)
      .map(({ at, share }) =>
        flag(at, compact ? percent(share) : `${percent(share)} of traffic`, 'step'),
      ),
    ...(openedAt === null ? [] : [flag(openedAt, 'Incident opened', 'opened')]),
  ]
}

/** Colours as the style sheet resolves them here and now: the canvas cannot read variables. */
function colorsOf(parent: HTMLElement): Colors {
  const probe = document.createElement('span')
  parent.append(probe)
  const read = (name: string) => {
    probe.style.color = `var(--${name})`
    return getComputedStyle(probe).color
  }
  const colors = {
    ink: read('ink'),
    ink2: read('ink-2'),
    ink3: read('ink-3'),
    line: read('line'),
    sunken: read('sunken'),
    surface: read('surface'),
    old: read('old'),
    worse: read('regressed'),
    tint: read('regressed-tint'),
  }
  probe.remove()
  return colors
}

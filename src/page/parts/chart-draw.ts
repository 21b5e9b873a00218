/**
 * What is drawn around the two lines of the main chart, on the canvas of uPlot: usual range, onset band, flags
 * of release, steps and incident, and at the right end both values with the effect interval. Positions come
 * from the scales; sizes are CSS pixels times the device's ratio. Draws only; decides nothing.
 */
import type uPlot from 'uplot'

export interface Flag {
  readonly atMs: number
  readonly title: string
  readonly note: string
  readonly kind: 'start' | 'step' | 'opened'
}

export interface EndLabel {
  readonly value: number
  readonly lines: readonly string[]
  readonly color: string
  readonly interval: { readonly low: number; readonly high: number } | null
  readonly strong: boolean
}

export interface Colors {
  readonly ink: string
  readonly ink2: string
  readonly ink3: string
  readonly line: string
  readonly sunken: string
  readonly surface: string
  readonly old: string
  readonly worse: string
  readonly tint: string
}

export interface Picture {
  readonly colors: Colors
  readonly usual: { readonly low: number; readonly high: number; readonly text: string } | null
  readonly onset: {
    readonly fromMs: number
    readonly toMs: number
    readonly lines: readonly string[]
  } | null
  readonly flags: readonly Flag[]
  readonly ends: readonly EndLabel[]
  readonly limit: { readonly value: number; readonly text: string } | null
  readonly compact: boolean
}

interface Pen {
  readonly u: uPlot
  readonly c: CanvasRenderingContext2D
  readonly r: number
  readonly picture: Picture
}

function penOf(u: uPlot, picture: Picture): Pen {
  return { u, c: u.ctx, r: devicePixelRatio, picture }
}

/** Behind the lines. */
export function drawBehind(u: uPlot, picture: Picture): void {
  const pen = penOf(u, picture)
  const { c, r } = pen
  const { left, top, width, height } = u.bbox
  c.save()
  if (picture.usual !== null) {
    const [high, low] = [y(pen, picture.usual.high), y(pen, picture.usual.low)]
    c.fillStyle = picture.colors.sunken
    c.fillRect(left, high, width, Math.max(1, low - high))
  }
  if (picture.onset !== null) {
    const [from, to] = [x(pen, picture.onset.fromMs), x(pen, picture.onset.toMs)]
    hatch(pen, { left: from, width: Math.max(2 * r, to - from), top, height })
  }
  c.restore()
}

function hatch(
  { c, r, picture }: Pen,
  { left, width, top, height }: { left: number; width: number; top: number; height: number },
): void {
  c.save()
  c.beginPath()
  c.rect(left, top, width, height)
  c.clip()
  c.fillStyle = picture.colors.tint
  c.fillRect(left, top, width, height)
  c.strokeStyle = picture.colors.worse
  c.globalAlpha = 0.45
  c.lineWidth = r
  c.beginPath()
  for (let at = left - height; at < left + width; at += 6 * r) {
    c.moveTo(at, top + height)
    c.lineTo(at + height, top)
  }
  c.stroke()
  c.restore()
}

/** Over the lines. */
export function drawOver(u: uPlot, picture: Picture): void {
  const pen = penOf(u, picture)
  pen.c.save()
  picture.flags.forEach((flag) => drawFlag(pen, flag))
  drawOnsetText(pen)
  drawLimit(pen)
  drawUsualText(pen)
  drawEnds(pen)
  pen.c.restore()
}

function drawUsualText(pen: Pen): void {
  const { usual, colors, compact } = pen.picture
  if (usual === null || compact) return
  const { left } = pen.u.bbox
  text(pen, usual.text, {
    x: left + 6 * pen.r,
    y: y(pen, usual.high) - 6 * pen.r,
    color: colors.ink3,
  })
}

function drawLimit(pen: Pen): void {
  const { limit, colors } = pen.picture
  if (limit === null) return
  const { left, width } = pen.u.bbox
  const at = y(pen, limit.value)
  stroke(pen, [left, at, left + width, at], { color: colors.ink3, dash: [4, 4] })
  text(pen, limit.text, { x: left + 6 * pen.r, y: at - 6 * pen.r, color: colors.ink3 })
}

function drawFlag(pen: Pen, { atMs, title, note, kind }: Flag): void {
  const { u, r, picture } = pen
  const { colors, compact } = picture
  const { top, height, left, width } = u.bbox
  const at = x(pen, atMs)
  if (at < left - 1 || at > left + width + 1) return
  const opened = kind === 'opened'
  const labelY = compact ? 14 * r : opened ? top + height * 0.7 : 14 * r
  const dash = kind === 'start' ? [] : [3, 3]
  const lineTop = opened ? top : labelY - 8 * r
  stroke(pen, [at, lineTop, at, top + height], {
    color: kind === 'start' ? colors.ink : colors.ink3,
    dash,
  })
  if (kind === 'start') {
    pen.c.fillStyle = colors.ink
    pen.c.beginPath()
    pen.c.moveTo(at, lineTop - 2 * r)
    pen.c.lineTo(at + 7 * r, lineTop + 3 * r)
    pen.c.lineTo(at, lineTop + 8 * r)
    pen.c.fill()
  }
  if (compact && opened) return
  const align = kind === 'start' && at - left > 60 * r ? 'right' : 'left'
  const labelX = align === 'right' ? at - 8 * r : at + (kind === 'start' ? 12 : 8) * r
  text(pen, title, { x: labelX, y: labelY, color: colors.ink, align, strong: true })
  if (!compact) text(pen, note, { x: labelX, y: labelY + 16 * r, color: colors.ink3, align })
}

function drawOnsetText(pen: Pen): void {
  const { onset, colors, compact } = pen.picture
  if (onset === null || compact) return
  const { top, height, left } = pen.u.bbox
  const from = x(pen, onset.fromMs)
  if (from - left < 180 * pen.r) return
  const at = top + height * 0.36
  onset.lines.forEach((line, i) =>
    text(pen, line, {
      x: from - 14 * pen.r,
      y: at + i * 16 * pen.r,
      color: i === 0 ? colors.ink : colors.ink3,
      align: 'right',
      strong: i === 0,
    }),
  )
  stroke(pen, [from - 10 * pen.r, at - 4 * pen.r, from + 4 * pen.r, at - 4 * pen.r], {
    color: colors.ink3,
    dash: [],
  })
}

function drawEnds(pen: Pen): void {
  const { u, c, r, picture } = pen
  const right = u.bbox.left + u.bbox.width + 16 * r
  const placed = spread(
    picture.ends.map((end) => ({ end, at: y(pen, end.value), tall: end.lines.length * 15 * r })),
    r,
  )
  for (const { end, at, textY } of placed) {
    c.fillStyle = end.color
    if (end.interval !== null) {
      const bottom = Math.min(y(pen, end.interval.low), u.bbox.top + u.bbox.height)
      const top = Math.max(y(pen, end.interval.high), u.bbox.top - 20 * r)
      stroke(pen, [right, top, right, bottom], { color: end.color, dash: [], wide: 2 })
      for (const edge of [top, bottom])
        stroke(pen, [right - 5 * r, edge, right + 5 * r, edge], {
          color: end.color,
          dash: [],
          wide: 2,
        })
    }
    c.beginPath()
    c.arc(right, at, (end.strong ? 4.5 : 3.5) * r, 0, 2 * Math.PI)
    c.fill()
    end.lines.forEach((line, i) =>
      text(pen, line, {
        x: right + 14 * r,
        y: textY + (4 + i * 15) * r,
        color: end.color,
        strong: i === 0,
      }),
    )
  }
}

interface Placed {
  readonly end: EndLabel
  readonly at: number
  readonly tall: number
}

/** Labels keep apart: the lower one is moved down below the upper one's text. */
function spread(labels: readonly Placed[], r: number): (Placed & { readonly textY: number })[] {
  let free = Number.NEGATIVE_INFINITY
  return [...labels]
    .sort((a, b) => a.at - b.at)
    .map((label) => {
      const textY = Math.max(label.at, free)
      free = textY + label.tall + 4 * r
      return { ...label, textY }
    })
}

interface TextStyle {
  readonly x: number
  readonly y: number
  readonly color: string
  readonly align?: CanvasTextAlign
  readonly strong?: boolean
}

/** With a rim in the colour of the panel: no line strikes it through. */
function text({ c, r, picture }: Pen, words: string, style: TextStyle): void {
  c.font = `${style.strong === true ? '600 ' : ''}${12 * r}px system-ui, sans-serif`
  c.textAlign = style.align ?? 'left'
  c.textBaseline = 'alphabetic'
  c.lineJoin = 'round'
  c.lineWidth = 4 * r
  c.strokeStyle = picture.colors.surface
  c.strokeText(words, style.x, style.y)
  c.fillStyle = style.color
  c.fillText(words, style.x, style.y)
}

function stroke(
  { c, r }: Pen,
  [fromX, fromY, toX, toY]: [number, number, number, number],
  { color, dash, wide = 1 }: { color: string; dash: readonly number[]; wide?: number },
): void {
  c.strokeStyle = color
  c.lineWidth = wide * r
  c.setLineDash(dash.map((length) => length * r))
  c.beginPath()
  c.moveTo(fromX, fromY)
  c.lineTo(toX, toY)
  c.stroke()
  c.setLineDash([])
}

function x({ u }: Pen, ms: number): number {
  return u.valToPos(ms / 1000, 'x', true)
}

function y({ u }: Pen, value: number): number {
  return u.valToPos(value, 'y', true)
}

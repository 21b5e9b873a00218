/**
 * What `replay` prints: one JSON object a line, in the order of time and then of kind. A slow source closes
 * its buckets minutes after a fast one: lines are held until nothing earlier can come.
 */
import type { Incident } from '../../contracts/incident.ts'
import { formatInstant } from '../../core/kernel/instant.ts'
import { parseServiceKey } from '../../core/kernel/service-key.ts'
import { latencyCount, quantileSeconds } from '../../core/kernel/histogram/latency.ts'
import type { Cell } from '../../core/rollup/cells.ts'
import type { Bucket, TrackName } from '../../core/rollup/track.ts'
import type { RankingTold, VerdictTold } from '../../processors/attribute/observer.ts'

/** Kinds of lines, in the order of those of one moment. */
export const replayKinds = [
  'window',
  'verdict',
  'ranking',
  'incident',
  'alert',
  'rollback',
  'summary',
] as const
type Kind = (typeof replayKinds)[number]

interface Line {
  readonly atMs: number
  readonly kind: Kind
  readonly text: string
}

export class ReplayOutput {
  readonly #write: (text: string) => void
  #lines: Line[] = []
  /** All before it is printed. */
  #printedMs = Number.NEGATIVE_INFINITY

  constructor(write: (text: string) => void) {
    this.#write = write
  }

  add(kind: Kind, atMs: number, value: object): void {
    this.#lines.push({ atMs, kind, text: JSON.stringify({ type: kind, ...value }) })
  }

  /** Prints what is before `beforeMs`: no window is still to close there. */
  flush(beforeMs: number): void {
    this.#printedMs = Math.max(this.#printedMs, beforeMs)
    const lines = this.#lines.filter(({ atMs }) => atMs < beforeMs)
    if (lines.length === 0) return
    this.#lines = this.#lines.filter(({ atMs }) => !(atMs < beforeMs))
    // Array.prototype.sort is stable: what was decided first is printed first.
    lines.sort(
      (a, b) => a.atMs - b.atMs || replayKinds.indexOf(a.kind) - replayKinds.indexOf(b.kind),
    )
    this.#write(lines.map(({ text }) => `${text}\n`).join(''))
  }

  window(service: string, track: TrackName, bucket: Bucket): number {
    if (track === 'calls') return 0
    let count = 0
    const versions = [...bucket.cells].sort(([a], [b]) => (a < b ? -1 : 1))
    for (const [version, { routes }] of versions) {
      for (const [route, cell] of [...routes].sort(([a], [b]) => (a < b ? -1 : 1))) {
        this.add(
          'window',
          bucket.endMs,
          windowLine({ service, track, bucket, version, route, cell }),
        )
        count++
      }
    }
    return count
  }

  verdict(told: VerdictTold): void {
    const { release, from, verdict, evidence, signals, final } = told
    // The last word on a source that rests is said when others have long gone on: it belongs there.
    const atMs = Math.max(told.atMs, this.#printedMs)
    const at = formatInstant(atMs)
    this.add('verdict', atMs, { at, release, from, verdict, evidence, signals, final })
  }

  ranking({ atMs, ...told }: RankingTold): void {
    this.add('ranking', atMs, { at: formatInstant(atMs), ...told })
  }

  incident(incident: Incident): void {
    this.add('incident', Date.parse(incident.updatedAt), incident)
  }
}

export interface WindowFacts {
  readonly service: string
  readonly track: TrackName
  readonly bucket: Bucket
  readonly version: string
  readonly route: string
  readonly cell: Cell
}

/** A sum depends on the order of its parts in its last digits: below a nanosecond it says nothing. */
const sumDigits = 9

export function windowLine({ service, track, bucket, version, route, cell }: WindowFacts) {
  const { latency } = cell
  const [p50Seconds, p99Seconds] = cell.quantiles ?? [
    latency && quantileSeconds(latency, 0.5),
    latency && quantileSeconds(latency, 0.99),
  ]
  return {
    start: formatInstant(bucket.startMs),
    end: formatInstant(bucket.endMs),
    service: parseServiceKey(service),
    version: version === '' ? null : version,
    route,
    source: track,
    requests: cell.requests,
    errors: cell.errors,
    unanswered: cell.unanswered,
    latency: latency && {
      count: latencyCount(latency),
      sumSeconds: latency.sum === null ? null : Number(latency.sum.toFixed(sumDigits)),
      minSeconds: latency.min,
      maxSeconds: latency.max,
      p50Seconds,
      p99Seconds,
    },
  }
}

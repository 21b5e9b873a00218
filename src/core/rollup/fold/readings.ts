/** Gathers what is forwarded as it came: cumulative points (snapshots) and values that are no counts (gauges). */
import type { Gauge, Snapshot, SnapshotPoint } from '../../../contracts/service-events.ts'
import type { Identity } from '../../intake/identity.ts'
import { chunked } from './chunks.ts'
import { hintsMember, latencyBytes } from './rollups.ts'
import type { FoldSettings } from './settings.ts'

type GaugePoint = Gauge['points'][number]

/** Everything of a record but its points and arrival. */
type SnapshotHead = Omit<Snapshot, 'kind' | 'points' | 'arrivedMs'>
type GaugeHead = Omit<Gauge, 'kind' | 'points' | 'arrivedMs'>

interface Of<Head, Point> {
  readonly head: Head
  readonly points: Point[]
}

export class Readings {
  readonly #settings: FoldSettings
  readonly #snapshots = new Map<string, Of<SnapshotHead, SnapshotPoint>>()
  readonly #gauges = new Map<string, Of<GaugeHead, GaugePoint>>()

  constructor(settings: FoldSettings) {
    this.#settings = settings
  }

  /** Requests of the service itself, or its counters; or, with a callee, its calls: those belong to the callee's key. */
  addSnapshot(
    { key, version, hints, instance }: Identity,
    {
      point,
      callee,
      counter = false,
    }: {
      readonly point: SnapshotPoint
      readonly callee: string | null
      readonly counter?: boolean
    },
  ): void {
    const head: SnapshotHead =
      callee === null
        ? { service: key, version, ...(counter && { counter }), ...hintsMember(hints), instance }
        : { service: callee, caller: key, version, instance }
    at(this.#snapshots, head).push(point)
  }

  addGauge({ key, version, instance }: Identity, point: GaugePoint): void {
    at(this.#gauges, { service: key, version, instance }).push(point)
  }

  events(arrivedMs: number): (Snapshot | Gauge)[] {
    const bytesMax = this.#settings.recordBytesMax
    const snapshots = ordered(this.#snapshots).flatMap(({ head, points }) =>
      chunked(points, { bytesMax, bytesOf: snapshotBytes }).map((part) => ({
        kind: 'snapshot' as const,
        ...head,
        arrivedMs,
        points: part,
      })),
    )
    const gauges = ordered(this.#gauges).flatMap(({ head, points }) =>
      chunked(points, { bytesMax, bytesOf: gaugeBytes }).map((part) => ({
        kind: 'gauge' as const,
        ...head,
        arrivedMs,
        points: part,
      })),
    )
    return [...snapshots, ...gauges]
  }
}

function at<Head, Point>(all: Map<string, Of<Head, Point>>, head: Head): Point[] {
  const id = JSON.stringify(head)
  let of = all.get(id)
  if (of === undefined) all.set(id, (of = { head, points: [] }))
  return of.points
}

function ordered<Head, Point extends { readonly timeMs: number; readonly series: string }>(
  all: ReadonlyMap<string, Of<Head, Point>>,
): Of<Head, Point>[] {
  return [...all]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([, { head, points }]) => ({
      head,
      points: points.sort(
        (a, b) => a.timeMs - b.timeMs || (a.series < b.series ? -1 : a.series > b.series ? 1 : 0),
      ),
    }))
}

function snapshotBytes(point: SnapshotPoint): number {
  return 240 + 3 * point.route.length + latencyBytes(point.latency)
}

function gaugeBytes(point: GaugePoint): number {
  return 120 + 3 * (point.series.length + point.metric.length)
}

/** How many series the newest windows hold: one a service, version and route, by the source that tells them. */
import type { Bucket, TrackName } from '../../core/rollup/track.ts'
import { label, type Row } from './prometheus-text.ts'

/** A service that closed nothing for so long rests: its series are none. */
const restsAfterMs = 3_600_000

export class SeriesCount {
  readonly #newest = new Map<string, { track: TrackName; endMs: number; series: number }>()

  closed(service: string, track: TrackName, { endMs, cells }: Bucket): void {
    let series = 0
    for (const { routes } of cells.values()) series += routes.size
    this.#newest.set(`${track} ${service}`, { track, endMs, series })
  }

  /** `nowMs`: end of the newest window that has closed. */
  rows(nowMs: number): Row[] {
    const counts = new Map<TrackName, number>([
      ['spans', 0],
      ['metrics', 0],
      ['calls', 0],
    ])
    for (const [key, { track, endMs, series }] of this.#newest) {
      if (endMs < nowMs - restsAfterMs) this.#newest.delete(key)
      else counts.set(track, counts.get(track)! + series)
    }
    return [...counts].map(([kind, count]) => [label({ service_kind: kind }), count])
  }
}

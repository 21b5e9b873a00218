/**
 * Requests of a service by whole minutes, and by versions: what CPU is divided by. NaN for a minute that is not
 * known: part of it is missing, or came incomplete.
 */
import { wholeService, widthOf } from '../../core/rollup/count-history.ts'
import { packCounts, unpackCounts } from '../../core/rollup/packed-counts.ts'
import type { WatchFacts } from '../../core/releases/release-state.ts'
import { type Bucket, isUsable } from '../../core/rollup/track.ts'
import { bucketsBetween } from './history.ts'
import type { ServiceState } from './service-state.ts'

const minuteMs = 60_000

interface Minute {
  usable: boolean
  readonly versions: Map<string, number>
}

/** Fed with the closed buckets of one source, none longer than a minute. */
export class RequestMinutes {
  readonly #minutes = new Map<number, Minute>()
  #toMs = 0

  /** End of the newest bucket. */
  get toMs(): number {
    return this.#toMs
  }

  add(bucket: Bucket): void {
    const { startMs, endMs, cells } = bucket
    this.#toMs = Math.max(this.#toMs, endMs)
    const at = Math.floor(startMs / minuteMs) * minuteMs
    const minute = this.#minutes.get(at) ?? { usable: true, versions: new Map<string, number>() }
    this.#minutes.set(at, minute)
    if (!isUsable(bucket)) minute.usable = false
    for (const [version, { routes }] of cells) {
      let sum = minute.versions.get(version) ?? 0
      for (const { requests } of routes.values()) sum += requests
      minute.versions.set(version, sum)
    }
  }

  /** Of one version, or (null) of all. */
  of(startMs: number, version: string | null): number {
    const minute = this.#minutes.get(startMs)
    if (minute === undefined || !minute.usable) return Number.NaN
    if (version !== null) return minute.versions.get(version) ?? 0
    return [...minute.versions.values()].reduce((sum, requests) => sum + requests, 0)
  }
}

/**
 * Of all versions in [fromMs, toMs), one a minute: of the time that the watch began with from the closed buckets
 * (closed before `seq`), of the days before it from the hours that are kept.
 */
export function requestsBefore(
  state: ServiceState,
  { source, fromMs: keptFromMs = 0 }: Pick<WatchFacts, 'source' | 'fromMs'>,
  { fromMs, toMs, seq }: { readonly fromMs: number; readonly toMs: number; readonly seq: number },
): Float64Array {
  const values = new Float64Array((toMs - fromMs) / minuteMs).fill(Number.NaN)
  const counts = state.past.counts[source]
  for (const [hourMs, { stepMs, series }] of counts.hours) {
    if (stepMs !== minuteMs) continue
    const rows = unpackCounts(series.get(wholeService) ?? packCounts([]))
    for (let row = 0; row * widthOf(counts) < rows.length; row++) {
      const atMs = hourMs + row * minuteMs
      const requests = rows[row * widthOf(counts)]!
      if (requests < 0 || atMs < fromMs || atMs >= Math.min(keptFromMs, toMs)) continue
      values[(atMs - fromMs) / minuteMs] = requests
    }
  }
  const lately = new RequestMinutes()
  const known = bucketsBetween(state, source, Math.max(fromMs, keptFromMs), toMs, seq)
  for (const bucket of known) lately.add(bucket)
  for (let at = 0; at < values.length; at++) {
    const requests = lately.of(fromMs + at * minuteMs, null)
    if (!Number.isNaN(requests)) values[at] = requests
  }
  return values
}

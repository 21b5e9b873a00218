/**
 * What a watch knows of the time before it, minute by minute: the baselines of its streams.
 *
 * Elements are one minute, or one step of the stream where that is longer; null where telemetry was
 * missing. Times are milliseconds since the epoch.
 */
import { type Bucket, isUsable } from '../../core/rollup/track.ts'
import { burnInMinutes, type HistoryMinute } from '../../core/detection/baseline.ts'
import { addArms, type Arms, emptyArms } from './arms.ts'

/**
 * Of the 90 minutes before `endMs`, or where nothing is known of them, the newest of `buckets` that together know as
 * much: before a gap in telemetry the service was the same one, though perhaps at another level.
 */
export function lastKnown(buckets: readonly Bucket[], endMs: number): readonly Bucket[] {
  const recent = buckets.filter(({ startMs }) => startMs >= endMs - burnInMinutes * 60_000)
  if (recent.some(isUsable)) return recent
  let left = burnInMinutes * 60_000
  let from = buckets.length
  while (from > 0 && left > 0) {
    const bucket = buckets[--from]!
    if (isUsable(bucket)) left -= bucket.endMs - bucket.startMs
  }
  return buckets.slice(from)
}

/** Null where nothing usable is known. */
export type Count = (bucket: Bucket) => Arms | null

export interface WatchHistory {
  readonly minutes: readonly (Arms | null)[]
  /** Length of one element. */
  readonly stepMs: number
}

/** Sums what `count` sees in `buckets` in elements that end at `endMs`. */
export function watchHistory(
  buckets: readonly Bucket[],
  count: Count,
  { endMs, bucketMs }: { readonly endMs: number; readonly bucketMs: number },
): WatchHistory {
  const stepMs = Math.max(60_000, bucketMs)
  const fromMs = buckets[0]?.startMs ?? endMs
  const length = Math.max(0, Math.ceil((endMs - fromMs) / stepMs))
  const minutes: (Arms | null)[] = Array.from({ length }, () => null)
  for (const bucket of buckets) {
    const arms = count(bucket)
    if (arms === null) continue
    const at = length - 1 - Math.floor((endMs - 1 - bucket.startMs) / stepMs)
    if (at < 0 || at >= length) continue
    addArms((minutes[at] ??= emptyArms()), arms)
  }
  const first = minutes.findIndex((each) => each !== null)
  return { minutes: first < 0 ? [] : minutes.slice(first), stepMs }
}

/** One stream's history. A minute in which the service was heard but the route was not has no requests. */
export function streamMinutes(
  { minutes }: WatchHistory,
  pick: (arms: Arms) => HistoryMinute,
): (HistoryMinute | null)[] {
  return minutes.map((arms) => (arms === null ? null : pick(arms)))
}

/** Who looks on as `detect` works: counts, own metrics, the windows that replay prints. */
import type { Bucket, TrackName } from '../../core/rollup/track.ts'
import type { Limit } from './service-state.ts'

/** Looks on as buckets close; never changes what is decided. */
export interface DetectObserver {
  bucketClosed?(service: string, track: TrackName, bucket: Bucket): void
  refused?(reason: string): void
  /** A tick was applied: how far it goes, and which units it goes on without. */
  ticked?(unit: string, told: TickTold): void
  /** The placebo watch of a service is over; whether it ever raised an alarm. */
  placeboEnded?(alarmed: boolean): void
  /** Beyond a limit: refused (`services`), or taken in under a name that stands for many. */
  overflow?(limit: Limit, count: number): void
  /** Records that came after their window had closed. */
  late?(count: number): void
  /** Cumulative points older than the last of their series. */
  outOfOrder?(count: number): void
  /** No bucket that ends before this instant is still to close, of what has come so far. */
  settled?(beforeMs: number): void
}

export interface TickTold {
  /** The least time of all units that are waited for. */
  readonly watermarkMs: number
  /** Units of the roster that are left out now. */
  readonly leftOut: readonly string[]
  /** Units left out since the beginning. */
  readonly absent: number
}

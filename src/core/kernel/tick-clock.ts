/**
 * Time of one unit of ingest, as it may be told in ticks (the chapter *Time* of the design).
 *
 * A unit's time is the greatest min(event time, arrival time) of its records, never backwards. At the end
 * of its partition it goes on without records: arrival time of the last record + monotonic time since its
 * receipt - d, taken when the fetch that found the end was sent. d is the unit's own p99 of
 * arrival - event over the last 5 minutes, 2 to 60 s. Without an answer to a fetch since the last tick it
 * says nothing: a process that wakes from a pause knows nothing. The wall clock counts only before the
 * first record. Only what has been acknowledged downstream is told here, so a tick never runs ahead of it.
 *
 * Pure: every instant comes in as an argument. Milliseconds; names with `Monotonic` count from any origin.
 */

const lagWindowMs = 300_000
const sliceMs = 30_000
const slices = lagWindowMs / sliceMs
export const delayMsMin = 2_000
export const delayMsMax = 60_000
const bucketMs = 1_000
const buckets = delayMsMax / bucketMs + 1

/** p99 of lags over the last 5 minutes, to the next whole second, within [2 s, 60 s]. */
export class LagWindow {
  readonly #slices: { number: number; counts: Uint32Array }[] = []

  add(lagMs: number, atMonotonicMs: number): void {
    const number = Math.floor(atMonotonicMs / sliceMs)
    const bucket = Math.min(buckets - 1, Math.max(0, Math.ceil(lagMs / bucketMs)))
    let slice = this.#slices.at(-1)
    if (slice === undefined || slice.number < number) {
      slice = { number, counts: new Uint32Array(buckets) }
      this.#slices.push(slice)
      if (this.#slices.length > slices + 1) this.#slices.shift()
    }
    slice.counts[bucket]! += 1
  }

  /** Nearest rank: the least delay that 99 of 100 lags do not exceed. */
  delayMs(atMonotonicMs: number): number {
    const oldest = Math.floor(atMonotonicMs / sliceMs) - slices
    while (this.#slices.length > 0 && this.#slices[0]!.number < oldest) this.#slices.shift()
    let total = 0
    const sums = new Uint32Array(buckets)
    for (const { counts } of this.#slices) {
      for (let bucket = 0; bucket < buckets; bucket++) {
        sums[bucket]! += counts[bucket]!
        total += counts[bucket]!
      }
    }
    const rank = Math.ceil(total * 0.99)
    let seen = 0
    for (let bucket = 0; bucket < buckets && total > 0; bucket++) {
      seen += sums[bucket]!
      if (seen >= rank) return Math.min(delayMsMax, Math.max(delayMsMin, bucket * bucketMs))
    }
    return delayMsMin
  }
}

/** What acknowledged records say; the shape of `RecordTimes` with the moment of their receipt. */
export interface ReceivedTimes {
  readonly timeMs: number
  readonly arrivedMs: number
  readonly lagMs: number
  readonly telemetry: number
  readonly receivedMonotonicMs: number
}

export interface FoundEnd {
  readonly sentMonotonicMs: number
  readonly sentWallMs: number
}

export class UnitClock {
  readonly #lags = new LagWindow()
  #timeMs = -Infinity
  #last: { arrivedMs: number; receivedMonotonicMs: number } | null = null
  #heard = false
  #telemetry = 0

  /** Records were acknowledged downstream. */
  acknowledged(times: ReceivedTimes): void {
    this.#heard = true
    this.#telemetry += times.telemetry
    this.#timeMs = Math.max(this.#timeMs, times.timeMs)
    const { arrivedMs, receivedMonotonicMs } = times
    this.#last = { arrivedMs, receivedMonotonicMs }
    this.#lags.add(times.lagMs, receivedMonotonicMs)
  }

  /** A fetch was answered, and everything read before and with it is acknowledged. */
  answered(end: FoundEnd | null): void {
    this.#heard = true
    if (end === null) return
    const delayMs = this.#lags.delayMs(end.sentMonotonicMs)
    const endMs =
      this.#last === null
        ? end.sentWallMs
        : this.#last.arrivedMs +
          // The fetch that brought the last record was sent before its receipt.
          Math.max(0, end.sentMonotonicMs - this.#last.receivedMonotonicMs)
    this.#timeMs = Math.max(this.#timeMs, Math.floor(endMs - delayMs))
  }

  /** What this tick says, once; null is nothing. */
  take(): { readonly timeMs: number | null; readonly telemetry: number } {
    const timeMs = this.#heard && this.#timeMs > -Infinity ? this.#timeMs : null
    const telemetry = this.#telemetry
    this.#heard = false
    this.#telemetry = 0
    return { timeMs, telemetry }
  }
}

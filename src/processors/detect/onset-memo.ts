/**
 * Onsets of the streams of a watch, which are costly: found when a stream becomes loud, and again every three minutes
 * while the watch is young. Event time, milliseconds.
 */
import type { StreamEvidence } from '../../contracts/findings.ts'

type Onset = StreamEvidence['onset']

const againMs = 3 * 60_000
const settledMs = 30 * 60_000

export class OnsetMemo {
  readonly #startMs: number
  readonly #known = new Map<string, { onset: Onset; atMs: number }>()

  constructor(startMs: number) {
    this.#startMs = startMs
  }

  /** `find` is asked where nothing is known, or what is known may have become clearer. */
  of(stream: string, nowMs: number, find: () => Onset): Onset {
    const known = this.#known.get(stream)
    if (known !== undefined) {
      const settled = known.atMs - this.#startMs > settledMs
      if (settled || nowMs - known.atMs < againMs) return known.onset
    }
    const onset = find()
    this.#known.set(stream, { onset, atMs: nowMs })
    return onset
  }
}

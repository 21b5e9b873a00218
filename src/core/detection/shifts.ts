/**
 * Since when each stream of a sentinel, or of an old version beside the new one, has left its usual level, for whatever reason (detection reference, section
 * 12, the shared shift).
 *
 * A sentinel that meets a jump in the middle of its watch takes it for an incident at first, and has no evidence of
 * an effect for a quarter of an hour. For a release next door that jumps at the same moment an incident is answer
 * enough: the cause is shared.
 */
const shiftedMin = 0.95

export class Shifts {
  #since: (number | null)[] = []

  /** P(not at the usual level) of each stream, after the bucket that begins at `startMs`. True where one began or ended. */
  note(shares: readonly number[], startMs: number): boolean {
    const before = this.#since
    this.#since = shares.map((share, i) => (share < shiftedMin ? null : (before[i] ?? startMs)))
    return this.#since.some((since, i) => (since === null) !== ((before[i] ?? null) === null))
  }

  sinceMs(stream: number): number | null {
    return this.#since[stream] ?? null
  }

  get any(): boolean {
    return this.#since.some((since) => since !== null)
  }
}

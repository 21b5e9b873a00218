/**
 * The readers of one unit in one process: the group hands a new one over at every join that leaves the
 * partition with this member. Whoever reads waits here for the next one when the one before is lost.
 */
import type { PartitionReader } from '../ports/event-log.ts'

export class ReaderSlot {
  #reader: PartitionReader
  #wake: (() => void) | null = null

  constructor(reader: PartitionReader) {
    this.#reader = reader
  }

  give(reader: PartitionReader): void {
    this.#reader = reader
    this.#wake?.()
  }

  /** A reader that is not lost, at once or when one is handed over; null when nobody is to wait any more. */
  async next(...ends: readonly AbortSignal[]): Promise<PartitionReader | null> {
    const isOver = () => ends.some(({ aborted }) => aborted)
    while (!isOver() && this.#reader.lost) {
      await new Promise<void>((resolve) => {
        const wake = () => {
          for (const end of ends) end.removeEventListener('abort', wake)
          resolve()
        }
        this.#wake = wake
        for (const end of ends) end.addEventListener('abort', wake)
      })
    }
    return isOver() ? null : this.#reader
  }
}

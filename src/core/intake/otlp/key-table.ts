/**
 * Finds the few attribute keys that matter among the many that come, by their bytes: length and last byte choose
 * at most a few candidates, then all bytes decide. A key that is not wanted costs one look.
 */
import type { Wire } from './wire.ts'

export class KeyTable {
  readonly #keys: readonly Uint8Array[]
  /** The whole words of each key, little end first. */
  readonly #words: readonly Int32Array[]
  readonly #indices: ReadonlyMap<string, number>
  /** First candidate + 1 by length * 128 + last byte; 0 is none. */
  readonly #first = new Uint8Array(64 * 128)
  readonly #next: Uint8Array

  /** Keys are ASCII, 1 to 63 bytes. */
  constructor(keys: readonly string[]) {
    const encoder = new TextEncoder()
    this.#keys = keys.map((key) => encoder.encode(key))
    this.#words = this.#keys.map((key) => {
      const view = new DataView(key.buffer)
      return Int32Array.from({ length: key.length >> 2 }, (_, word) =>
        view.getInt32(4 * word, true),
      )
    })
    this.#indices = new Map(keys.map((key, index) => [key, index]))
    this.#next = new Uint8Array(keys.length)
    for (const [index, key] of this.#keys.entries()) {
      const slot = key.length * 128 + key.at(-1)!
      this.#next[index] = this.#first[slot]!
      this.#first[slot] = index + 1
    }
  }

  /** Whether any key has this length and last byte. */
  mayHave(length: number, last: number): boolean {
    return length < 64 && last < 128 && this.#first[length * 128 + last] !== 0
  }

  /** Index of the key in the bytes from `from` to `to`, -1 for any other. */
  find({ bytes, view }: Wire, from: number, to: number): number {
    const length = to - from
    if (length === 0 || length > 63) return -1
    const last = bytes[to - 1]!
    if (last >= 128) return -1
    let candidate = this.#first[length * 128 + last]!
    while (candidate !== 0) {
      const words = this.#words[candidate - 1]!
      let each = 0
      while (each < words.length && words[each] === view.getInt32(from + 4 * each, true)) each++
      if (each === words.length) {
        const key = this.#keys[candidate - 1]!
        let at = 4 * each
        while (at < length && key[at] === bytes[from + at]) at++
        if (at === length) return candidate - 1
      }
      candidate = this.#next[candidate - 1]!
    }
    return -1
  }

  /** The same for a key that is text already. */
  indexOf(key: string): number {
    return this.#indices.get(key) ?? -1
  }
}

/**
 * A pure function of a text that remembers its last answers. Bounded: emptied when full, and long texts are not kept;
 * so what it answers never depends on what it remembers.
 */
const entriesMax = 256
const lengthMax = 16 * 1024

export class Memo<T> {
  readonly #make: (text: string) => T
  readonly #known = new Map<string, T>()

  constructor(make: (text: string) => T) {
    this.#make = make
  }

  get(text: string): T {
    const known = this.#known.get(text)
    if (known !== undefined) return known
    const made = this.#make(text)
    if (text.length <= lengthMax) {
      if (this.#known.size >= entriesMax) this.#known.clear()
      this.#known.set(text, made)
    }
    return made
  }
}

/** How much of a watch was seen: buckets with usable telemetry among all. A bucket in which nobody asked is usable. */
const recentMs = 15 * 60_000

export class Coverage {
  readonly #stepMs: number
  readonly #recent: boolean[] = []
  #steps = 0
  #missing = 0

  constructor(stepMs: number) {
    this.#stepMs = stepMs
  }

  note(usable: boolean): void {
    this.#steps++
    if (!usable) this.#missing++
    this.#recent.push(usable)
    if (this.#recent.length * this.#stepMs > recentMs) this.#recent.shift()
  }

  /** Share of the last 15 min that is missing. */
  get missingLately(): number {
    const missing = this.#recent.filter((usable) => !usable).length
    return this.#recent.length === 0 ? 0 : missing / this.#recent.length
  }

  /** Share of all that is missing. */
  get missing(): number {
    return this.#steps === 0 ? 0 : this.#missing / this.#steps
  }
}

/**
 * Positions: what a record between processors was made from, and what of it a receiver has taken.
 *
 * A position is (unit, offset, index): the one input record that the record is a function of, and its
 * place among that record's outputs. It travels in the header `culprit-position` as
 * `<unit>@<offset>.<index>`. A receiver drops what is not greater than the greatest position that it has
 * taken of that unit; so a batch that was cut differently, published twice or made again after a crash
 * counts once. Pure; log times are milliseconds since the epoch.
 */

export const positionHeader = 'culprit-position'

export interface Position {
  readonly unit: string
  readonly offset: number
  readonly index: number
}

export function formatPosition({ unit, offset, index }: Position): string {
  return `${unit}@${offset}.${index}`
}

/**
 * The name of a unit in positions. Offsets of a topic that was made anew begin at 0 again; so that nobody
 * takes what comes of them for repeats, the unit has another name from then on: `detect/17~mit6sq0g`, with
 * the epoch of its offsets in base 36. Epoch 0 is the plain name.
 */
export function nameInPositions(unit: string, epoch: number): string {
  return epoch === 0 ? unit : `${unit}~${epoch.toString(36)}`
}

/** The unit that has this name in positions. */
export function unitNamed(name: string): string {
  const tilde = name.lastIndexOf('~')
  return tilde < 0 ? name : name.slice(0, tilde)
}

/** Returns null for text that is no position. */
export function parsePosition(text: string): Position | null {
  const at = text.lastIndexOf('@')
  const dot = text.indexOf('.', at)
  if (at < 1 || dot < 0) return null
  const offset = parseCount(text, at + 1, dot)
  const index = parseCount(text, dot + 1, text.length)
  if (offset < 0 || index < 0) return null
  return { unit: text.slice(0, at), offset, index }
}

/** Digits of text[from, to) as a number, -1 for anything else. 15 digits stay below 2^53. */
function parseCount(text: string, from: number, to: number): number {
  if (to <= from || to - from > 15) return -1
  let count = 0
  for (let at = from; at < to; at++) {
    const digit = text.charCodeAt(at) - 48
    if (digit < 0 || digit > 9) return -1
    count = count * 10 + digit
  }
  return count
}

/** A unit is forgotten one hour of log time after its last record: each HTTP process is a new one. */
export const appliedForgetMs = 3_600_000
/** Most units remembered; the one silent for longest goes first. Starts of one hour, once a second. */
export const appliedUnitsMax = 4_096

interface Taken {
  offset: number
  index: number
  atMs: number
}

export interface AppliedState {
  readonly logTimeMs: number
  readonly units: readonly (readonly [string, number, number, number])[]
}

/** The greatest position taken of each upstream unit. Whether a record is new depends on the log alone. */
export class Applied {
  readonly #units = new Map<string, Taken>()
  #logTimeMs: number

  constructor(state: AppliedState) {
    this.#logTimeMs = state.logTimeMs
    for (const [unit, offset, index, atMs] of state.units) {
      this.#units.set(unit, { offset, index, atMs })
    }
  }

  /** Whether the record with this header is to be applied; from then on it, and all before it, are not. */
  take(header: string | undefined, atMs: number): 'new' | 'repeated' {
    if (atMs > this.#logTimeMs) this.#logTimeMs = atMs
    if (header === undefined) return 'new'
    const at = header.lastIndexOf('@')
    const dot = header.indexOf('.', at)
    const offset = at < 1 || dot < 0 ? -1 : parseCount(header, at + 1, dot)
    const index = offset < 0 ? -1 : parseCount(header, dot + 1, header.length)
    // A foreign header that only looks like ours: nothing is known about its order.
    if (index < 0) return 'new'
    const unit = header.slice(0, at)
    const taken = this.#units.get(unit)
    if (taken === undefined || this.#forgotten(taken)) {
      this.#remember(unit, { offset, index, atMs })
      return 'new'
    }
    if (atMs > taken.atMs) taken.atMs = atMs
    if (offset < taken.offset || (offset === taken.offset && index <= taken.index)) {
      return 'repeated'
    }
    taken.offset = offset
    taken.index = index
    return 'new'
  }

  /** What to store; by unit, so that equal tables are equal bytes. */
  state(): AppliedState {
    const units: [string, number, number, number][] = []
    for (const [unit, taken] of this.#units) {
      if (this.#forgotten(taken)) this.#units.delete(unit)
      else units.push([unit, taken.offset, taken.index, taken.atMs])
    }
    units.sort((a, b) => (a[0] < b[0] ? -1 : 1))
    return { logTimeMs: this.#logTimeMs, units }
  }

  // Judged at each look-up and not by when the table was last swept: sweeping depends on turns.
  #forgotten(taken: Taken): boolean {
    return this.#logTimeMs - taken.atMs > appliedForgetMs
  }

  #remember(unit: string, taken: Taken): void {
    if (!this.#units.has(unit) && this.#units.size >= appliedUnitsMax) {
      let silent: string | null = null
      let silentAtMs = Infinity
      for (const [name, { atMs }] of this.#units) {
        if (atMs > silentAtMs || (atMs === silentAtMs && silent !== null && name > silent)) continue
        silent = name
        silentAtMs = atMs
      }
      if (silent !== null) this.#units.delete(silent)
    }
    this.#units.set(unit, taken)
  }
}

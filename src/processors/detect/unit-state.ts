/** What a `detect` unit keeps besides its services: watermark, events taken, deployments that wait, what was heard. */
import type { Deployment } from '../../contracts/service-events.ts'
import { emptyWatermark, type WatermarkState } from '../../core/rollup/watermark.ts'
import { refuseForeignFormat } from '../state-format.ts'
import { decode, encode } from './entries.ts'

const windowMs = 10_000
/** Entries of a newer format are refused by name: an older program must not guess at them. */
const format = 4

/** The windows in which telemetry of any kind arrived. */
export class Heard {
  readonly #windows: Set<number>

  constructor(windows: Iterable<number> = []) {
    this.#windows = new Set(windows)
  }

  /** Whether this is the first of its window, and so a change of the unit. */
  note(atMs: number): boolean {
    const before = this.#windows.size
    this.#windows.add(Math.floor(atMs / windowMs) * windowMs)
    return this.#windows.size > before
  }

  in(startMs: number, endMs: number): boolean {
    for (let at = Math.floor(startMs / windowMs) * windowMs; at < endMs; at += windowMs) {
      if (this.#windows.has(at)) return true
    }
    return false
  }

  /** Looks through all of them: what is kept must not depend on the order that they came in. */
  forget(beforeMs: number): void {
    for (const at of this.#windows) if (at < beforeMs) this.#windows.delete(at)
  }

  toArray(): number[] {
    return [...this.#windows].sort((a, b) => a - b)
  }
}

/**
 * Input that retention removed before it was read: from the watermark at which that was noticed to the
 * arrival of the next record. Windows in it know nothing. The newest are kept.
 */
export class LostInput {
  readonly #spans: [fromMs: number, toMs: number | null][]

  constructor(spans: readonly [number, number | null][] = []) {
    this.#spans = spans.map(([fromMs, toMs]) => [fromMs, toMs])
  }

  begin(fromMs: number): void {
    if (this.#spans.at(-1)?.[1] === null) return
    this.#spans.push([fromMs, null])
    if (this.#spans.length > lostSpansMax) this.#spans.shift()
  }

  /** The first record behind the gap; returns whether there was one. */
  end(atMs: number): boolean {
    const last = this.#spans.at(-1)
    if (last === undefined || last[1] !== null) return false
    last[1] = Math.max(last[0], atMs)
    return true
  }

  in(startMs: number, endMs: number): boolean {
    return this.#spans.some(([fromMs, toMs]) => startMs < (toMs ?? Infinity) && endMs > fromMs)
  }

  toArray(): [number, number | null][] {
    return this.#spans
  }
}

const lostSpansMax = 100

export interface PendingDeployment {
  readonly deployment: Deployment
  readonly knownMs: number
}

export interface UnitState {
  watermark: WatermarkState
  /** `source id` of events taken, with their time; forgotten after two days. */
  events: Map<string, number>
  pending: PendingDeployment[]
  heard: Heard
  lost: LostInput
}

export function emptyUnit(): UnitState {
  return {
    watermark: emptyWatermark(),
    events: new Map(),
    pending: [],
    heard: new Heard(),
    lost: new LostInput(),
  }
}

export function encodeUnit(unit: UnitState): Uint8Array {
  const { watermark, events, pending, heard, lost } = unit
  return encode({
    format,
    watermark,
    events: [...events],
    pending,
    heard: heard.toArray(),
    lost: lost.toArray(),
  })
}

export function restoreUnit(bytes: Uint8Array): UnitState {
  const stored = decode(bytes) as {
    format: number
    watermark: WatermarkState
    events: [string, number][]
    pending: PendingDeployment[]
    heard: number[]
    lost?: [number, number | null][]
  }
  refuseForeignFormat('detect', { stored: stored.format, written: format })
  return {
    watermark: { ...emptyWatermark(), ...stored.watermark },
    events: new Map(stored.events),
    pending: stored.pending,
    heard: new Heard(stored.heard),
    lost: new LostInput(stored.lost),
  }
}

/** What a `detect` unit keeps besides its services: watermark, events taken, deployments that wait, what was heard. */
import type { Deployment } from '../../contracts/service-events.ts'
import { emptyWatermark, type WatermarkState } from '../../core/rollup/watermark.ts'
import { decode, encode } from './entries.ts'

const windowMs = 10_000
/** Entries of a newer format are refused by name: an older program must not guess at them. */
const format = 1

/** The windows in which telemetry of any kind arrived. */
export class Heard {
  readonly #windows: Set<number>

  constructor(windows: Iterable<number> = []) {
    this.#windows = new Set(windows)
  }

  note(atMs: number): void {
    this.#windows.add(Math.floor(atMs / windowMs) * windowMs)
  }

  in(startMs: number, endMs: number): boolean {
    for (let at = Math.floor(startMs / windowMs) * windowMs; at < endMs; at += windowMs) {
      if (this.#windows.has(at)) return true
    }
    return false
  }

  forget(beforeMs: number): void {
    for (const at of this.#windows) {
      // Windows come nearly in order: what is behind the first young one waits for its turn.
      if (at >= beforeMs) break
      this.#windows.delete(at)
    }
  }

  toArray(): number[] {
    return [...this.#windows].sort((a, b) => a - b)
  }
}

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
}

export function emptyUnit(): UnitState {
  return { watermark: emptyWatermark(), events: new Map(), pending: [], heard: new Heard() }
}

export function encodeUnit(unit: UnitState): Uint8Array {
  const { watermark, events, pending, heard } = unit
  return encode({ format, watermark, events: [...events], pending, heard: heard.toArray() })
}

export function restoreUnit(bytes: Uint8Array): UnitState {
  const stored = decode(bytes) as {
    format: number
    watermark: WatermarkState
    events: [string, number][]
    pending: PendingDeployment[]
    heard: number[]
  }
  if (stored.format !== format) {
    throw new Error(`state of detect has format ${stored.format}, this program reads ${format}`)
  }
  return {
    watermark: stored.watermark,
    events: new Map(stored.events),
    pending: stored.pending,
    heard: new Heard(stored.heard),
  }
}

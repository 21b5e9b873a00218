/**
 * Which times are believed, and how far a unit's time has come (design, *Time*).
 *
 * An event may lie at most `aheadMs` after its arrival and `behindMs` before it. The unit's time is the greatest
 * min(event time, arrival) of what was accepted: a clock that runs ahead closes nobody's window.
 */
import type { Telemetry } from '../../intake/otlp/telemetry.ts'
import type { FoldSettings } from './settings.ts'

/** In = accepted + the sum of refused. */
export interface Tally {
  readonly seen: number
  readonly accepted: number
  readonly refused: Readonly<Record<string, number>>
}

export class Counter {
  accepted = 0
  readonly #refused = new Map<string, number>()

  refuse(reason: string, count = 1): void {
    this.#refused.set(reason, (this.#refused.get(reason) ?? 0) + count)
  }

  refuseAll(refused: ReadonlyMap<string, number>): void {
    for (const [reason, count] of refused) this.refuse(reason, count)
  }

  tally(): Tally {
    const refused = [...this.#refused].sort(([a], [b]) => (a < b ? -1 : 1))
    const sum = refused.reduce((total, [, count]) => total + count, 0)
    return {
      seen: this.accepted + sum,
      accepted: this.accepted,
      refused: Object.fromEntries(refused),
    }
  }
}

export class Admission {
  readonly #firstMs: number
  readonly #lastMs: number
  readonly #arrivedMs: number
  #greatestMs = -Infinity

  constructor(arrivedMs: number, settings: Pick<FoldSettings, 'aheadMs' | 'behindMs'>) {
    this.#arrivedMs = arrivedMs
    this.#firstMs = arrivedMs - settings.behindMs
    this.#lastMs = arrivedMs + settings.aheadMs
  }

  /** Whether the time is believed; otherwise the refusal is counted. */
  admits(atMs: number, counter: Counter): boolean {
    if (atMs > this.#lastMs) counter.refuse('ahead')
    else if (atMs < this.#firstMs) counter.refuse('behind')
    else {
      counter.accepted++
      if (atMs > this.#greatestMs) this.#greatestMs = atMs
      return true
    }
    return false
  }

  /** Null when nothing was accepted: such a record says nothing about time. */
  get unitTimeMs(): number | null {
    return this.#greatestMs === -Infinity ? null : Math.min(this.#greatestMs, this.#arrivedMs)
  }
}

/**
 * The median event time of a message (span ends, metric times, log times), the lower one of two: when a recorded line
 * is taken to have arrived. Null for a message without any.
 */
export function medianEventTime(telemetry: Telemetry): number | null {
  const timesMs: number[] = []
  for (const { spans, quietEndsMs } of telemetry.spans) {
    for (const span of spans) timesMs.push(span.endMs)
    for (const endMs of quietEndsMs) timesMs.push(endMs)
  }
  for (const { metrics } of telemetry.metrics) {
    for (const { points } of metrics) for (const point of points) timesMs.push(point.timeMs)
  }
  for (const { exceptions, quietTimesMs } of telemetry.logs) {
    for (const { atMs } of exceptions) timesMs.push(atMs)
    for (const atMs of quietTimesMs) timesMs.push(atMs)
  }
  if (timesMs.length === 0) return null
  return Float64Array.from(timesMs).sort()[(timesMs.length - 1) >> 1]!
}

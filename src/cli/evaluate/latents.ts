/**
 * What moves a synthetic stream beside chance: drift, incidents and the day (detection reference,
 * section 18). Time is counted in buckets of 10 s; sizes are log rates.
 */
import type { Draws } from './random.ts'

const bucketsPerMinute = 6

/** AR(1) with a stationary deviation and a correlation time, drawn only where it is asked for. */
export class Drift {
  readonly #draws: Draws
  readonly #sd: number
  readonly #minutes: number
  #value: number
  #at = 0

  constructor(draws: Draws, sd: number, correlationMinutes: number) {
    this.#draws = draws
    this.#sd = sd
    this.#minutes = correlationMinutes
    this.#value = sd * draws.normal()
  }

  /** At a bucket not before the last one asked for: a longer step is one draw with the same law. */
  at(bucket: number): number {
    if (bucket > this.#at) {
      const phi = driftCoefficient(this.#minutes) ** (bucket - this.#at)
      this.#value = phi * this.#value + this.#sd * Math.sqrt(1 - phi * phi) * this.#draws.normal()
      this.#at = bucket
    }
    return this.#value
  }
}

/** AR coefficient per bucket of 10 s for a correlation time in minutes. */
export function driftCoefficient(minutes: number): number {
  return Math.exp(-1 / (bucketsPerMinute * minutes))
}

interface Incident {
  readonly start: number
  readonly end: number
  readonly height: number
}

/** Incidents, one every six hours: mean 3 min, x2 to x8; where two meet the higher counts. */
export class Incidents {
  readonly all: readonly Incident[]

  constructor(draws: Draws, buckets: number) {
    const count = draws.poisson(buckets / 360 / bucketsPerMinute)
    this.all = Array.from({ length: count }, () => {
      const start = Math.floor(draws.uniform() * buckets)
      const length = Math.max(1, Math.floor(bucketsPerMinute * draws.exponential(3)))
      return { start, end: start + length, height: Math.log(draws.between(2, 8)) }
    })
  }

  at(bucket: number): number {
    let height = 0
    for (const each of this.all) {
      if (each.start <= bucket && bucket < each.end && each.height > height) height = each.height
    }
    return height
  }
}

/** Sine of the day at a bucket, shifted by minutes. */
export function dayWave(bucket: number, shiftMinutes: number): number {
  return Math.sin((2 * Math.PI * (bucket / bucketsPerMinute + shiftMinutes)) / 1440)
}

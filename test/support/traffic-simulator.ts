/**
 * Synthetic services with drift, incidents, warm-up and clustered errors (detection reference, section 18).
 * Seeded: the same seed gives the same service and the same draws. Times in minutes, buckets of 10 s.
 */
import { seededRandom } from './random.ts'

export interface Bucket {
  readonly n1: number
  readonly e1: number
  readonly n0: number
  readonly e0: number
}

export interface ServiceSpec {
  readonly rps: number
  readonly minutes: number
  /** Base rate of events. */
  readonly rate: number
  /** Share of the new version: .2 beside the old one, 1 before against after. */
  readonly share: number
}

/** Log rate added to the new version's events, t minutes after the release. */
export type Effect = (minute: number) => number

export class SimulatedService {
  readonly #random: () => number
  readonly #spec: ServiceSpec
  readonly #common: number[]
  readonly #own: number[]
  readonly #other: number[]
  readonly #n1: number[]
  readonly #n0: number[]
  readonly #cluster: number

  constructor(spec: ServiceSpec, seed: number) {
    this.#random = seededRandom(seed)
    this.#spec = spec
    const buckets = spec.minutes * 6
    const phase = this.#between(0, 1440)
    const busy = this.#ar1(0.08, 30, buckets)
    const wave = (t: number) => Math.sin((2 * Math.PI * t) / 1440)
    const lambda = busy.map((x, i) => spec.rps * 10 * (1 + 0.5 * wave(i / 6 + phase)) * Math.exp(x))
    const height = this.#between(0.1, 0.5)
    const lag = this.#between(-120, 120)
    const incidents = this.#incidents(buckets)
    this.#common = this.#ar1(this.#between(0.1, 0.3), this.#between(10, 120), buckets).map(
      (x, i) => height * wave(i / 6 + phase + lag) + x + incidents[i]!,
    )
    this.#own = this.#ar1(this.#between(0.03, 0.15), this.#between(5, 60), buckets)
    this.#other = this.#ar1(this.#between(0.03, 0.15), this.#between(5, 60), buckets)
    this.#cluster = 1 + this.#between(0, 2)
    this.#n1 = lambda.map((mean) => this.#poisson(mean * spec.share))
    this.#n0 = lambda.map((mean) => this.#poisson(mean * (1 - spec.share)))
  }

  /** `fresh`: the new version's processes start with the slice. */
  draw(fromMinute: number, minutes: number, effect: Effect = () => 0, fresh = true): Bucket[] {
    const warm = fresh ? this.#between(0, 0.8) : 0
    return Array.from({ length: minutes * 6 }, (_, k) => {
      const i = fromMinute * 6 + k
      const t = k / 6
      const own = this.#common[i]! + this.#own[i]! + effect(t) + warm * Math.exp(-t / 2)
      const p1 = Math.min(this.#spec.rate * Math.exp(own), 0.6)
      const p0 = Math.min(this.#spec.rate * Math.exp(this.#common[i]! + this.#other[i]!), 0.6)
      const n1 = this.#n1[i]!
      const n0 = this.#n0[i]!
      return {
        n1,
        e1: Math.min(this.#clusters(n1 * p1), n1),
        n0,
        e0: Math.min(this.#clusters(n0 * p0), n0),
      }
    })
  }

  #between(low: number, high: number): number {
    return low + (high - low) * this.#random()
  }

  #normal(): number {
    const radius = Math.sqrt(-2 * Math.log(1 - this.#random()))
    return radius * Math.cos(2 * Math.PI * this.#random())
  }

  #ar1(sd: number, correlationMinutes: number, length: number): number[] {
    const phi = Math.exp(-1 / (6 * correlationMinutes))
    let x = sd * this.#normal()
    return Array.from({ length }, (_, i) => {
      if (i > 0) x = phi * x + sd * Math.sqrt(1 - phi * phi) * this.#normal()
      return x
    })
  }

  #incidents(length: number): number[] {
    const heights = Array.from({ length }, () => 0)
    for (let left = this.#poisson(length / 360 / 6); left > 0; left--) {
      const start = Math.floor(this.#random() * length)
      const lasts = Math.max(1, Math.floor(6 * 3 * -Math.log(1 - this.#random())))
      const height = Math.log(this.#between(2, 8))
      for (let i = start; i < Math.min(length, start + lasts); i++) {
        heights[i] = Math.max(heights[i]!, height)
      }
    }
    return heights
  }

  /** Knuth below 30, normal approximation above: the filter does not tell them apart. */
  #poisson(mean: number): number {
    if (mean > 30) return Math.max(0, Math.round(mean + Math.sqrt(mean) * this.#normal()))
    const limit = Math.exp(-mean)
    let count = 0
    for (let p = this.#random(); p > limit; p *= this.#random()) count++
    return count
  }

  /** Sum of geometric clusters of mean m: variance (2m - 1) times the mean. */
  #clusters(mean: number): number {
    const count = this.#poisson(mean / this.#cluster)
    let sum = 0
    for (let i = 0; i < count; i++) {
      sum += 1 + Math.floor(Math.log(1 - this.#random()) / Math.log(1 - 1 / this.#cluster))
    }
    return sum
  }
}

/**
 * Orders of a house, counted by its versions every minute: so many of each hundred requests, more at some hours than at
 * others, with a drift, a few of them together.
 */
import type { Rollup, ServiceEvent } from '../../contracts/service-events.ts'
import type { MetricRule } from '../../core/rollup/metric-rules.ts'
import {
  type HouseMinute,
  type HouseOptions,
  type Instrument,
  instrumentDraws,
  rollupOf,
} from './house.ts'
import { dayWave, Drift } from './latents.ts'
import type { Draws } from './random.ts'
import { bucketsPerMinute } from './service.ts'

const metric = 'orders.placed'
const perRequest = 0.3

export const orderRules: readonly MetricRule[] = [
  { match: 'orders.*', signal: 'business', direction: 'down', exposure: 'requests' },
]

export class Orders implements Instrument {
  readonly #draws: Draws
  readonly #times: number
  readonly #amplitude: number
  readonly #phase: number
  readonly #cluster: number
  readonly #drift: Drift

  constructor(options: HouseOptions) {
    const draws = instrumentDraws(options)
    this.#draws = draws
    this.#times = options.story.times ?? 1
    this.#amplitude = draws.between(0.05, 0.2)
    this.#phase = draws.between(0, 1440)
    this.#cluster = 1 + draws.between(0, 0.5)
    this.#drift = new Drift(draws, draws.between(0.03, 0.1), draws.between(10, 120))
  }

  events({ minute, endMs, requests, processes, released }: HouseMinute): ServiceEvent[] {
    const bucket = minute * bucketsPerMinute
    const level = this.#amplitude * dayWave(bucket, this.#phase) + this.#drift.at(bucket)
    const usual = perRequest * Math.exp(level)
    return [...requests].map(([version, count]): Rollup => {
      const share = usual * (released?.version === version ? this.#times : 1)
      const orders = Math.min(count, this.#draws.clusters(count * share, this.#cluster))
      const row = { route: metric, requests: orders, errors: 0 }
      return rollupOf({ source: 'counts', version, endMs, processes }, row)
    })
  }
}

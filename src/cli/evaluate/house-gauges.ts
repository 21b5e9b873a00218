/**
 * Five gauges of unknown meaning, told by each process of a house every minute: one that drifts, one with a day, one that
 * is quiet but for bursts, a constant, and one of a few levels. Processes differ a little.
 */
import type { Gauge, ServiceEvent } from '../../contracts/service-events.ts'
import {
  gaugeOf,
  type HouseMinute,
  type HouseOptions,
  type HouseProcess,
  type Instrument,
  instrumentDraws,
  OfProcesses,
} from './house.ts'
import { dayWave, Drift, Incidents } from './latents.ts'
import type { Draws } from './random.ts'
import { bucketsPerMinute } from './service.ts'

/** Of the drift and of the noise that all processes share: a deviation of 2.5. */
const drift = 1.5
const noise = 2
const deviation = Math.hypot(drift, noise)
/** Between processes, and of each of them by itself: shares of the deviation. */
const apart = 0.3
const own = 0.5

export class UnknownGauges implements Instrument {
  readonly #draws: Draws
  readonly #jump: number
  readonly #phase: number
  readonly #drifts: readonly Drift[]
  readonly #bursts: Incidents
  readonly #processes: OfProcesses<number>

  constructor(options: HouseOptions) {
    const draws = instrumentDraws(options)
    this.#draws = draws
    this.#jump = (options.story.deviations ?? 0) * deviation
    this.#phase = draws.between(0, 1440)
    this.#drifts = [drift, drift, 0.8].map((sd) => new Drift(draws, sd, draws.between(10, 120)))
    this.#bursts = new Incidents(draws, options.minutes * bucketsPerMinute)
    this.#processes = new OfProcesses(() => apart * deviation * draws.normal())
  }

  events(now: HouseMinute): ServiceEvent[] {
    const draws = this.#draws
    const bucket = now.minute * bucketsPerMinute
    const [first, second, levels] = this.#drifts.map((each) => each.at(bucket)) as [
      number,
      number,
      number,
    ]
    const shared = {
      drifting: 50 + first + noise * draws.normal(),
      ofDay: 100 + 4 * deviation * dayWave(bucket, this.#phase) + second + noise * draws.normal(),
      bursts: 10 * Math.exp(this.#bursts.at(bucket)) + draws.normal(),
      levels: 2 + levels,
    }
    return now.processes.map((process) => this.#points(process, now, shared))
  }

  #points(
    process: HouseProcess,
    { endMs, released }: HouseMinute,
    shared: Readonly<Record<'drifting' | 'ofDay' | 'bursts' | 'levels', number>>,
  ): Gauge {
    const draws = this.#draws
    const { version } = process
    const offset = this.#processes.get(process)
    const alone = () => own * deviation * draws.normal()
    const jump = released?.version === version ? this.#jump : 0
    const values = [
      shared.drifting + offset + alone() + jump,
      shared.ofDay + offset + alone(),
      shared.bursts + 0.3 * draws.normal(),
      42,
      Math.round(Math.max(0, shared.levels + 0.3 * draws.normal())),
    ]
    const points = values.map((value, i) => ({ metric: `metric_${i + 1}`, unit: '', value }))
    return gaugeOf(process, endMs, points)
  }
}

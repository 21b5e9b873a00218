/**
 * How often the container of each process of a house was started again so far, as the cluster tells it every minute.
 * Once a day each is, by itself; a rolling restart takes all of them one after the other, a minute each; in a crash loop
 * the new version's are started again sooner at first, then every five minutes.
 */
import type { ServiceEvent } from '../../contracts/service-events.ts'
import {
  gaugeOf,
  type HouseMinute,
  type HouseOptions,
  type HouseProcess,
  type Instrument,
  instrumentDraws,
  OfProcesses,
} from './house.ts'
import type { Draws } from './random.ts'

const metric = 'k8s.container.restarts'
const dayMinutes = 1440
/** Of the release: a rolling restart begins between these minutes. */
const rolling = { from: 5, to: 45 }
const backOffMinutes = { first: 1 / 6, most: 5 }

interface Container {
  restarts: number
  /** Of a crash loop: minutes since the release, and the back-off that follows. */
  nextCrash: number
  backOff: number
}

export class Restarts implements Instrument {
  readonly #draws: Draws
  readonly #what: HouseOptions['story']['restarts']
  readonly #containers: OfProcesses<Container>
  #rollingFrom: { readonly version: string; readonly minute: number } | null = null

  constructor(options: HouseOptions) {
    const draws = instrumentDraws(options)
    this.#draws = draws
    this.#what = options.story.restarts
    this.#containers = new OfProcesses(() => ({
      restarts: 0,
      nextCrash: draws.between(1 / 3, 1),
      backOff: backOffMinutes.first,
    }))
  }

  events(now: HouseMinute): ServiceEvent[] {
    return now.processes.map((process, i) => {
      const container = this.#containers.get(process)
      if (this.#draws.uniform() < 1 / dayMinutes) container.restarts++
      if (now.released !== null) this.#restart(container, process, now.released, i)
      const told = {
        metric,
        unit: '{restart}',
        value: container.restarts,
        use: 'restarts',
      } as const
      return gaugeOf(process, now.endMs, [{ ...told, totalSinceMs: 0, place: process.id }])
    })
  }

  #restart(
    container: Container,
    { version }: HouseProcess,
    released: NonNullable<HouseMinute['released']>,
    place: number,
  ): void {
    const draws = this.#draws
    if (this.#what === 'rolling') {
      if (this.#rollingFrom?.version !== released.version) {
        const minute = Math.floor(draws.between(rolling.from, rolling.to))
        this.#rollingFrom = { version: released.version, minute }
      }
      if (released.minutes === this.#rollingFrom.minute + place) container.restarts++
    }
    if (this.#what !== 'crash-loop' || version !== released.version) return
    for (; container.nextCrash <= released.minutes + 1; container.restarts++) {
      container.nextCrash += draws.between(1 / 3, 1) + container.backOff
      container.backOff = Math.min(backOffMinutes.most, 2 * container.backOff)
    }
  }
}

/**
 * One synthetic house of a cell with all its releases, watched by the product itself: a day of history, then release
 * after release, each of a version of its own. A function of the seed alone.
 */
import type { AloneSignal } from './alone-story.ts'
import { familyOf, type HouseCell } from './cells.ts'
import { type HouseOptions, type Instrument, SyntheticHouse } from './house.ts'
import { HouseAlarm } from './house-alarm.ts'
import { CpuTime } from './house-cpu.ts'
import { UnknownGauges } from './house-gauges.ts'
import { orderRules, Orders } from './house-orders.ts'
import { HousePipeline } from './house-pipeline.ts'
import { Restarts } from './house-restarts.ts'
import { Draws, mixedSeed } from './random.ts'
import type { ReleaseResult } from './run-service.ts'

/** An hour, and until its last minute has closed. */
const watchedMinutes = 65
/** From one release to the next. */
const gapMinutes = { least: 120, most: 180 }
/** Releases of one house at most: how long its tale is. */
const releasesMax = 50

const instruments: Readonly<Record<AloneSignal, new (options: HouseOptions) => Instrument>> = {
  cpu: CpuTime,
  restarts: Restarts,
  gauges: UnknownGauges,
  business: Orders,
}

export function runHouse(cell: HouseCell, seed: number, service: number) {
  return new HouseRun(cell, mixedSeed(seed, familyOf(cell), service)).run()
}

class HouseRun {
  readonly #cell: HouseCell
  readonly #gaps: Draws
  readonly #house: SyntheticHouse
  readonly #pipeline: HousePipeline
  readonly #alarms = new Map<string, HouseAlarm>()

  constructor(cell: HouseCell, seed: number) {
    const { mode, rps, alone: story, historyHours } = cell
    const minutes = historyHours * 60 + releasesMax * gapMinutes.most
    const options: HouseOptions = { mode, rps, story, minutes, seed }
    this.#cell = cell
    this.#gaps = new Draws(mixedSeed(seed, 'gaps'))
    this.#house = new SyntheticHouse(options, new instruments[story.signal](options))
    const rules = story.signal === 'business' ? orderRules : []
    this.#pipeline = new HousePipeline(rules, (told) => {
      this.#alarms.get(told.release.version ?? '')?.note(told)
    })
  }

  run(): ReleaseResult[] {
    const { historyHours, releases } = this.#cell
    const { least, most } = gapMinutes
    this.#pass(historyHours * 60)
    for (let k = 0; k < releases.each; k++) {
      this.#release()
      this.#pass(watchedMinutes)
      this.#house.settle()
      this.#pass(Math.round(this.#gaps.between(least, most)) - watchedMinutes)
    }
    return [...this.#alarms.values()].map(({ result }) => result)
  }

  #release(): void {
    const { version, atMs, event } = this.#house.release()
    this.#alarms.set(version, new HouseAlarm(atMs))
    this.#pipeline.take([event], atMs)
  }

  #pass(minutes: number): void {
    for (let i = 0; i < minutes; i++) {
      const { endMs, events } = this.#house.next()
      this.#pipeline.take(events, endMs)
      this.#pipeline.tick(endMs, events.length)
    }
  }
}

/** Fits on a budget: whose turn it is, and that nobody waits for one. */
import { describe, expect, it } from 'vitest'
import { Fleet } from '../../../src/processors/detect/fleet.ts'
import { FitQueue } from '../../../src/processors/detect/fit-queue.ts'
import { emptyService, type ServiceState } from '../../../src/processors/detect/service-state.ts'
import { closeHour, startMs } from '../../support/closed-hours.ts'
import { seededRandom } from '../../support/random.ts'

const hourMs = 3_600_000

interface Known {
  readonly name: string
  readonly hours: number
  readonly requests: number
  readonly seed: number
  readonly routes?: readonly string[]
}

/** A service of which so many hours are known, with sentinels on its metrics. */
function service({ name, hours, seed, ...minute }: Known): ServiceState {
  const state = emptyService(`production/shop/${name}`)
  const random = seededRandom(seed)
  for (let hour = 0; hour < hours; hour++) closeHour(state, { hour, random, ...minute })
  state.sentinel = { source: 'metrics' } as ServiceState['sentinel']
  return state
}

class Unit {
  readonly runs: readonly { readonly state: ServiceState }[]
  readonly changed: string[] = []
  readonly fleet = new Fleet()
  #queue: FitQueue
  #nowMs = startMs

  constructor(...states: readonly ServiceState[]) {
    this.runs = states.map((state) => ({ state }))
    for (const state of states) this.fleet.join(state.past)
    this.#queue = this.#fresh()
  }

  #fresh() {
    return new FitQueue(this.fleet, { pastFacts: ({ key }) => this.changed.push(key) })
  }

  tick(byMs = 10_000): void {
    const [beforeMs, nowMs] = [this.#nowMs, this.#nowMs + byMs]
    this.#queue.advance(this.runs, { beforeMs, nowMs })
    this.#nowMs = nowMs
  }

  reopen(): void {
    this.#queue = this.#fresh()
  }

  /** In the order in which they were made. */
  get fits(): string[] {
    return this.runs.flatMap(({ state }) => [...state.past.fits.keys()])
  }
}

const streams = ['errors', 'latency@0.5', 'latency@0.9', 'latency@0.95', 'latency@0.99']
const wholeStreams = ['errors', 'traffic', ...streams.slice(1)]

describe('fits on a budget', () => {
  it('are one for each ten seconds of event time, however many ticks or few (seed 1)', () => {
    const unit = new Unit(service({ name: 'cart', hours: 7, requests: 60, seed: 1 }))
    for (let second = 0; second < 25; second++) unit.tick(1_000)
    expect(unit.fits).toHaveLength(2)
    unit.tick(60_000)
    expect(unit.fits).toHaveLength(3)
  })

  it('are made of the stream with most traffic first, then of the oldest (seed 2)', () => {
    const small = service({ name: 'a', hours: 7, requests: 20, seed: 2 })
    const large = service({ name: 'b', hours: 7, requests: 30, seed: 3, routes: ['x', 'y'] })
    const unit = new Unit(small, large)
    for (let at = 0; at < 40; at++) unit.tick()
    const whole = wholeStreams.map((signal) => `${signal} metrics `)
    const order = unit.changed.map((key) => key.at(-1)).join('')
    expect(order).toBe(`${'b'.repeat(16)}${'a'.repeat(11)}`)
    expect([...large.past.fits.keys()].slice(0, 6)).toEqual(whole)

    for (let hour = 7; hour < 13; hour++) {
      const random = seededRandom(hour)
      closeHour(small, { hour, random, requests: 20 })
    }
    unit.tick()
    expect(unit.changed.at(-1)).toBe(small.key)
    expect(small.past.fits.get('errors metrics ')!.atMs).toBe(startMs + 13 * hourMs)
  })

  it('go on in the same order in the hands of another owner (seed 4)', () => {
    const build = () =>
      new Unit(
        service({ name: 'a', hours: 8, requests: 40, seed: 4, routes: ['x', 'y'] }),
        service({ name: 'b', hours: 8, requests: 30, seed: 5 }),
      )
    const [one, two] = [build(), build()]
    for (let at = 0; at < 20; at++) {
      one.tick()
      two.tick()
      if (at % 3 === 0) two.reopen()
    }
    expect(two.changed).toEqual(one.changed)
    expect(two.runs.map(({ state }) => state.past)).toEqual(one.runs.map(({ state }) => state.past))
  })

  it('are not made for services that rest, or are known for less than six hours (seed 6)', () => {
    const resting = service({ name: 'a', hours: 8, requests: 40, seed: 6 })
    resting.sentinel = null
    const unit = new Unit(resting, service({ name: 'b', hours: 5, requests: 40, seed: 7 }))
    for (let at = 0; at < 20; at++) unit.tick()
    expect(unit.fits).toEqual([])
  })

  it('of routes that are asked for no more are forgotten after a week (seed 8)', () => {
    const state = service({ name: 'a', hours: 8, requests: 40, seed: 8 })
    const unit = new Unit(state)
    unit.tick()
    const known = [...state.past.fits.values()][0]!
    state.past.fits.set('errors metrics GET /old', { ...known, atMs: startMs - 161 * hourMs })
    state.past.fits.set('errors metrics GET /late', { ...known, atMs: startMs - 150 * hourMs })
    unit.tick()
    expect(unit.fits).not.toContain('errors metrics GET /old')
    expect(unit.fits).toContain('errors metrics GET /late')
  })
})

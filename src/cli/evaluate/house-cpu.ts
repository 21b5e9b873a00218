/**
 * CPU time of a house's processes as running totals, a point a minute: idle time, and the cost of each request. The cost
 * drifts, each process's is a little its own, and a fresh process compiles its code.
 */
import type { Gauge, ServiceEvent } from '../../contracts/service-events.ts'
import {
  gaugeOf,
  type HouseMinute,
  type HouseOptions,
  instrumentDraws,
  type HouseProcess,
  type Instrument,
  minuteMs,
  OfProcesses,
} from './house.ts'
import { Drift } from './latents.ts'
import type { Draws } from './random.ts'
import { bucketsPerMinute } from './service.ts'

const secondsPerRequest = 0.01
/** Seconds a minute of a process without requests, where its requests take one to four. */
const idle = { low: 0.3, high: 1 }
const compiling = 0.5
const metric = 'process.cpu.time'

export class CpuTime implements Instrument {
  readonly #draws: Draws
  readonly #times: number
  readonly #idleSeconds: number
  readonly #drift: Drift
  readonly #processes: OfProcesses<{ total: number; readonly cost: number }>

  constructor(options: HouseOptions) {
    const draws = instrumentDraws(options)
    this.#draws = draws
    this.#times = options.story.times ?? 1
    this.#idleSeconds = draws.between(idle.low, idle.high)
    this.#drift = new Drift(draws, draws.between(0.02, 0.06), draws.between(10, 120))
    this.#processes = new OfProcesses(() => ({ total: 0, cost: Math.exp(0.03 * draws.normal()) }))
  }

  events(now: HouseMinute): ServiceEvent[] {
    const usual = secondsPerRequest * Math.exp(this.#drift.at(now.minute * bucketsPerMinute))
    return now.processes.map((process) => this.#point(process, now, usual))
  }

  #point(process: HouseProcess, now: HouseMinute, usual: number): Gauge {
    const draws = this.#draws
    const { id, version, since } = process
    const state = this.#processes.get(process)
    const alike = now.processes.filter((each) => each.version === version).length
    const requests = (now.requests.get(version) ?? 0) / alike
    const fresh = 1 + compiling * Math.exp((since - now.minute) / 2)
    const worse = now.released?.version === version ? this.#times : 1
    const each = usual * state.cost * fresh * worse * Math.exp(0.03 * draws.normal())
    const idleSeconds = this.#idleSeconds * Math.exp(0.1 * draws.normal())
    state.total += idleSeconds + each * requests
    const totalSinceMs = now.endMs - (now.minute + 1 - since) * minuteMs
    const total = { metric, unit: 's', value: state.total, use: 'cpu', totalSinceMs } as const
    return gaugeOf(process, now.endMs, [{ ...total, part: String(id) }])
  }
}

/**
 * Runs the real engine on a simulated log, store and clock under a schedule of faults drawn from a seed:
 * crashes at any await, restarts, paused processes that come back, refused and repeated appends, lost
 * answers, a store that goes back or is emptied. The processors come in as a scenario. The same seed gives
 * the same run.
 */
import { MemoryLog } from '../../src/adapters/memory/memory-log.ts'
import { MemoryStore } from '../../src/adapters/memory/memory-store.ts'
import { type ProcessorRun, runProcessor } from '../../src/engine/run-processor.ts'
import type { TurnLimits } from '../../src/engine/read-turn.ts'
import { TickWriter } from '../../src/engine/tick-writer.ts'
import type { LogRecord, NewRecord, TopicSpec } from '../../src/ports/event-log.ts'
import type { Processor } from '../../src/processors/processor.ts'
import { seededRandom } from '../support/random.ts'
import { type Faults, faultyLog, faultyStore, Life } from './faults.ts'
import { VirtualClock } from './virtual-clock.ts'

export interface Scenario {
  readonly topics: readonly TopicSpec[]
  readonly tickTopic: string
  readonly stateless: Processor
  readonly stateful: readonly Processor[]
  /** What arrives, each at `afterMs` from the start; event times in it count from `startMs`. */
  feed(
    random: () => number,
    startMs: number,
  ): readonly { readonly afterMs: number; readonly record: NewRecord }[]
}

export interface Disturbance {
  readonly kinds: readonly ('crash' | 'pause' | 'store-back' | 'store-empty' | 'failures')[]
}

export interface Outcome {
  readonly topics: ReadonlyMap<string, readonly LogRecord[]>
  readonly counts: Record<string, number>
}

const quietMs = 90_000

export async function simulate(
  scenario: Scenario,
  seed: number,
  { kinds }: Disturbance,
): Promise<Outcome> {
  const feedRandom = seededRandom(seed)
  const random = seededRandom(seed ^ 0x5f3759df)
  const clock = new VirtualClock()
  const log = new MemoryLog(clock)
  const store = new MemoryStore()
  await log.ensureTopics(scenario.topics)
  const world = new World(scenario, { clock, log, store, random, kinds })
  const feed = scenario.feed(feedRandom, clock.now())
  for (const { afterMs, record } of feed) clock.timer(afterMs, () => void log.append([record]))
  const lastMs = Math.max(...feed.map(({ afterMs }) => afterMs))

  await world.start()
  await world.start()
  while (clock.monotonic() < lastMs) {
    await clock.advance(200 + Math.floor(random() * 4_000))
    await world.disturb()
  }
  world.calm()
  await clock.advance(quietMs)
  const topics = new Map<string, LogRecord[]>()
  for (const { name } of scenario.topics) {
    const records: LogRecord[] = []
    await log.readAll(name, (record) => void records.push(record))
    topics.set(name, records)
  }
  if (world.bugs.length > 0) throw world.bugs[0]
  return { topics, counts: world.counts }
}

interface Parts {
  readonly clock: VirtualClock
  readonly log: MemoryLog
  readonly store: MemoryStore
  readonly random: () => number
  readonly kinds: Disturbance['kinds']
}

interface Process {
  readonly life: Life
  readonly leave: (() => void)[]
  readonly runs: ProcessorRun[]
}

class World {
  readonly counts: Record<string, number> = {}
  readonly bugs: unknown[] = []
  readonly #scenario: Scenario
  readonly #parts: Parts
  #processes: Process[] = []
  #started = 0
  #calm = false
  #copies: ReadonlyMap<string, unknown>[] = []

  constructor(scenario: Scenario, parts: Parts) {
    this.#scenario = scenario
    this.#parts = parts
  }

  async start(): Promise<void> {
    const { clock, random, kinds } = this.#parts
    const failures = kinds.includes('failures') && !this.#calm ? 0.05 : 0
    const faults: Faults = { clock, random, failures, delayMsMax: 40 }
    const life = new Life(faults)
    const process: Process = { life, leave: [], runs: [] }
    this.#processes.push(process)
    const log = faultyLog(this.#parts.log, life, (leave) => process.leave.push(leave))
    const store = faultyStore(this.#parts.store, life)
    const failed = (error: unknown) => void this.bugs.push(error)
    const { tickTopic: topic, stateless, stateful } = this.#scenario
    const ticks = new TickWriter({ log, clock, topic, unit: `ticks/${this.#started++}`, failed })
    const limits: Partial<TurnLimits> = {
      turnMs: 100 + Math.floor(random() * 1_500),
      lingerMs: Math.floor(random() * 200),
      changedMax: 1 + Math.floor(random() * 20),
      bytesMax: 200 + Math.floor(random() * 20_000),
    }
    const shared = { log, clock, limits, groupPrefix: '', failed }
    process.runs.push(await runProcessor({ ...shared, processor: stateless, store: null, ticks }))
    for (const processor of stateful) {
      process.runs.push(await runProcessor({ ...shared, processor, store }))
    }
    ticks.start()
  }

  async disturb(): Promise<void> {
    const { kinds, random, clock, store } = this.#parts
    if (random() < 0.3) this.#copies.push(store.copy())
    const kind = kinds[Math.floor(random() * kinds.length)]
    if (kind === undefined || kind === 'failures') return
    this.counts[kind] = (this.counts[kind] ?? 0) + 1
    if (kind === 'crash') this.#crash(this.#pick())
    else if (kind === 'store-empty') store.empty()
    else if (kind === 'store-back') {
      const copy = this.#copies.at(-1 - Math.floor(random() * 2))
      if (copy !== undefined) store.goBack(copy)
      this.#copies = []
    } else {
      const zombie = this.#pick()
      if (zombie === undefined) return
      const backMs = clock.monotonic() + 5_000 + Math.floor(random() * 20_000)
      zombie.life.pause(backMs)
      // Its session runs out, others take over; later it wakes, goes on with what it held, and ends.
      clock.timer(1_000 + Math.floor(random() * 3_000), () => this.#expel(zombie))
      clock.timer(backMs - clock.monotonic() + 3_000, () => zombie.life.kill())
    }
    while (this.#processes.length < 2) await this.start()
  }

  /** From now on nothing goes wrong; the last fault's consequences still run their course. */
  calm(): void {
    this.#calm = true
    for (const process of this.#processes) this.#crash(process)
    void this.start()
    void this.start()
  }

  #pick(): Process | undefined {
    return this.#processes[Math.floor(this.#parts.random() * this.#processes.length)]
  }

  #crash(process: Process | undefined): void {
    if (process === undefined) return
    process.life.kill()
    this.#expel(process)
  }

  #expel(process: Process): void {
    this.#processes = this.#processes.filter((each) => each !== process)
    for (const leave of process.leave) leave()
  }
}

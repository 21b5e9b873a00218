/**
 * A run: the feed arrives, processes come and go, the plan's faults happen, and in the end all is quiet
 * until everything that was taken in has had its consequences. A function of the plan alone.
 */
import { MemoryLog } from '../../src/adapters/memory/memory-log.ts'
import { ConfigError } from '../../src/core/kernel/errors.ts'
import type { TurnLimits } from '../../src/engine/read-turn.ts'
import type { Checkpoint } from '../../src/ports/checkpoint-store.ts'
import type { LogRecord } from '../../src/ports/event-log.ts'
import { seededRandom } from '../support/random.ts'
import { type Arrival, type Feed, startMs } from './feed.ts'
import { type Life, Network } from './network.ts'
import type { Fault, Plan } from './plan.ts'
import type { Plant } from './plants.ts'
import { type Request, Sender } from './sender.ts'
import { SharedStore, simStore } from './sim-store.ts'
import { SimProcess } from './sim-process.ts'
import { drained, VirtualClock } from './virtual-clock.ts'
import { type Taken, Watcher } from './watcher.ts'

/** Absent units are waited for 60 s, and windows close 10 s after their end. */
const quietMs = 95_000
/** Without ticks nothing new happens, and what lies in the log is read to its end. */
const drainMs = 8_000
const copyEveryMs = 3_000

export interface Outcome {
  readonly plan: Plan
  readonly feed: Feed
  readonly topics: ReadonlyMap<string, readonly LogRecord[]>
  /** What the store holds in the end, by unit. */
  readonly checkpoints: ReadonlyMap<string, Checkpoint>
  /** Commits of an old generation that were taken, in words. */
  readonly stale: readonly string[]
  /** Spans that some ingest unit has read, and what it said of them. */
  readonly taken: Taken
  readonly requests: readonly Request[]
  /** Windows that were closed before every unit had come so far, in words. */
  readonly early: readonly string[]
  readonly bugs: readonly unknown[]
  /** What happened when, for people. */
  readonly diary: readonly string[]
}

export async function simulate(plan: Plan, feed: Feed, plant: Plant | null): Promise<Outcome> {
  const world = new World(plan, feed, plant)
  return world.run()
}

class World {
  readonly #plan: Plan
  readonly #feed: Feed
  readonly #plant: Plant | null
  readonly #clock = new VirtualClock(startMs, drained)
  readonly #log = new MemoryLog(this.#clock)
  readonly #store = new SharedStore()
  readonly #random: () => number
  readonly #network: Network
  readonly #watcher: Watcher
  readonly #sender: Sender
  readonly #bugs: unknown[] = []
  readonly #diary: string[] = []
  #processes: SimProcess[] = []
  #started = 0
  #ingestDown = false
  #calm = false

  constructor(plan: Plan, feed: Feed, plant: Plant | null) {
    this.#plan = plan
    this.#feed = feed
    this.#plant = plant
    this.#watcher = new Watcher(feed, plant)
    this.#random = seededRandom(plan.seed ^ 0x5f3759df)
    const { failures, delayMsMax } = plan
    this.#network = new Network({ clock: this.#clock, random: this.#random, failures, delayMsMax })
    this.#sender = new Sender(this.#network, () => this.#processes)
  }

  async run(): Promise<Outcome> {
    await this.#log.ensureTopics(this.#feed.topics)
    this.#plant?.begin?.({ log: this.#log, clock: this.#clock })
    for (const arrival of this.#feed.arrivals) {
      this.#clock.timer(arrival.afterMs, () => this.#arrive(arrival))
    }
    for (const fault of this.#plan.faults) {
      if (this.#plant?.without?.includes(fault.kind)) continue
      this.#clock.timer(fault.atMs, () => this.#do(fault))
    }
    if (this.#plan.faults.some(({ kind }) => kind === 'store-back')) this.#takeCopies()
    for (let at = 0; at < this.#plan.processes; at++) this.#startLike(at)
    await this.#clock.advance(this.#feed.endMs)
    this.#settleDown()
    await this.#clock.advance(quietMs)
    for (const each of this.#processes) each.silence()
    await this.#clock.advance(drainMs)
    return this.#outcome()
  }

  async #outcome(): Promise<Outcome> {
    const written = new Map<string, LogRecord[]>()
    for (const { name } of this.#feed.topics) {
      const records: LogRecord[] = []
      await this.#log.readAll(name, (record) => void records.push(record))
      written.set(name, records)
    }
    const checkpoints = new Map<string, Checkpoint>()
    const { memory, stale } = this.#store
    for (const unit of await memory.units()) {
      const { entries, ...rest } = await memory.open(unit, 0)
      checkpoints.set(unit, { ...rest, entries: this.#plant?.stored?.(entries) ?? entries })
    }
    return {
      plan: this.#plan,
      feed: this.#feed,
      topics: written,
      checkpoints,
      stale,
      taken: this.#watcher.taken,
      requests: this.#sender.requests,
      early: this.#watcher.early,
      bugs: this.#bugs,
      diary: this.#diary,
    }
  }

  #arrive(arrival: Arrival): void {
    const { to, value } = arrival
    if (to === 'http') void this.#sender.send(arrival)
    else void this.#log.append([{ ...to, key: null, headers: {}, value }])
  }

  #takeCopies(): void {
    this.#store.takeCopy()
    if (!this.#calm) this.#clock.timer(copyEveryMs, () => this.#takeCopies())
  }

  /** The n-th process of the layout: with ingest apart there is one of each kind first. */
  #startLike(at: number): void {
    const { apart } = this.#plan
    if (!apart) return this.#start(['ingest', 'state'])
    if (at === 0) {
      this.#start(['ingest'])
      this.#start(['state'])
    } else this.#start([at % 2 === 0 ? 'ingest' : 'state'])
  }

  #start(roles: readonly ('ingest' | 'state')[]): void {
    const number = this.#started++
    const plant = this.#plant
    const process: SimProcess = new SimProcess({
      number,
      network: this.#network,
      log: this.#log,
      roles,
      store: (life: Life) => {
        const shared = plant?.store?.(this.#store) ?? this.#store
        return simStore(shared, { life, network: this.#network, memory: this.#store.memory })
      },
      processors: (clock) => this.#watcher.processors({ clock, process: number }),
      wrapLog: (log) => {
        const watched = this.#watcher.watched(log)
        return plant?.log?.(watched, number) ?? watched
      },
      limits: this.#limits(),
      failed: (error) => {
        if (!(error instanceof ConfigError && plant?.refusalsAreExits)) {
          this.#bugs.push(error)
          return
        }
        this.#note(`${process.name} refuses: ${error.message}`)
        process.life.kill()
      },
    })
    this.#processes = [...this.#processes, process]
    this.#note(`${process.name} starts (${roles.join(', ')})`)
    process.life.onDeath(() => {
      this.#note(`${process.name} is dead`)
      this.#remove(process, this.#calm ? 0 : 500 + this.#network.below(3_000))
    })
    void process.start()
  }

  #limits(): Partial<TurnLimits> {
    if (this.#calm || this.#plan.seed === 0) return {}
    const below = (count: number) => this.#network.below(count)
    const small = below(3) === 0
    return {
      turnMs: 200 + below(1_800),
      lingerMs: below(300),
      changedMax: small ? 1 + below(20) : 1_000,
      bytesMax: small ? 200 + below(20_000) : 8 * 1024 * 1024,
    }
  }

  #do(fault: Fault): void {
    const { kind, forMs, steps, byMs } = fault
    const nowMs = this.#clock.monotonic()
    const process = this.#pick(fault.who)
    const whom = process === undefined ? 'nobody' : process.name
    this.#note(`${kind}${['crash', 'zombie', 'restart', 'clock'].includes(kind) ? ` ${whom}` : ''}`)
    switch (kind) {
      case 'crash':
        return process?.life.killAfter(steps)
      case 'crash-telling':
        this.#network.diesTelling = steps === 1 ? 'before' : 'after'
        return
      case 'zombie':
        return this.#pause(process, forMs)
      case 'join':
        return this.#startLike(Math.floor(fault.who * 4))
      case 'restart':
        return void this.#restart()
      case 'store-back':
        return this.#store.goBack(steps)
      case 'store-empty':
        return this.#store.empty()
      case 'store-away':
        return this.#network.away('store', nowMs + forMs)
      case 'log-away':
        return this.#network.away('log', nowMs + forMs)
      case 'slow':
        return this.#network.slow(nowMs + forMs)
      case 'clock':
        return process?.jump(byMs)
      case 'ingest-down':
        return this.#ingestFalls(forMs)
    }
  }

  /** It hears nothing for a while; its session runs out, others take over, and it comes back. */
  #pause(process: SimProcess | undefined, forMs: number): void {
    if (process === undefined) return
    const backMs = this.#clock.monotonic() + forMs
    process.life.pause({ pausedMs: backMs, deafMs: backMs + this.#network.below(5_000) })
    this.#clock.timer(Math.min(forMs, 500 + this.#network.below(3_000)), () => process.expel())
    this.#clock.timer(forMs + 5_000, () => {
      if (!process.life.dead) process.rejoin()
    })
  }

  async #restart(): Promise<void> {
    for (const process of this.#processes) {
      if (process.life.dead) continue
      await process.stop(3_000)
      process.life.kill()
    }
  }

  #ingestFalls(forMs: number): void {
    this.#ingestDown = true
    for (const process of this.#processes) if (process.takesIn) process.life.kill()
    this.#clock.timer(forMs, () => {
      this.#ingestDown = false
      this.#replenish()
    })
  }

  /** The group hears of a death after a while, and somebody starts another process. */
  #remove(process: SimProcess, afterMs: number): void {
    this.#processes = this.#processes.filter((each) => each !== process)
    this.#clock.timer(afterMs, () => {
      process.expel()
      this.#replenish()
    })
  }

  #replenish(): void {
    const { apart } = this.#plan
    const up = this.#processes
    if (!apart) {
      if (!this.#ingestDown && up.length === 0) this.#start(['ingest', 'state'])
      return
    }
    if (!this.#ingestDown && !up.some(({ takesIn }) => takesIn)) this.#start(['ingest'])
    if (!up.some(({ takesIn }) => !takesIn)) this.#start(['state'])
  }

  #pick(who: number): SimProcess | undefined {
    return this.#processes[Math.floor(who * this.#processes.length)]
  }

  /** From now on nothing goes wrong; what went wrong still has its consequences. */
  #settleDown(): void {
    this.#calm = true
    this.#network.failures = 0
    this.#network.diesTelling = null
    this.#ingestDown = false
    this.#note('all is quiet')
    const disturbed = this.#plan.faults.length > 0
    if (disturbed && this.#network.random() < 0.5)
      for (const each of this.#processes) each.life.kill()
    this.#replenish()
  }

  #note(what: string): void {
    this.#diary.push(`${(this.#clock.monotonic() / 1_000).toFixed(3)} s ${what}`)
  }
}

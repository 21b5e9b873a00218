/**
 * One simulated process: the real engine and processors on its own view of log, store and clock, wired as
 * `culprit up` wires them. Its wall clock may jump; it may die or be paused at any await.
 */
import { createHash } from 'node:crypto'
import { foldOtlp } from '../../src/core/rollup/fold/fold.ts'
import { foldDefaults } from '../../src/core/rollup/fold/settings.ts'
import { DoorUnit, type DoorAnswer } from '../../src/engine/door-unit.ts'
import type { TurnLimits } from '../../src/engine/read-turn.ts'
import { type ProcessorRun, runProcessor } from '../../src/engine/run-processor.ts'
import { TickWriter } from '../../src/engine/tick-writer.ts'
import type { CheckpointStore } from '../../src/ports/checkpoint-store.ts'
import type { Clock } from '../../src/ports/clock.ts'
import type { EventLog } from '../../src/ports/event-log.ts'
import { serviceEventOutput } from '../../src/processors/ingest/outputs.ts'
import type { Processor } from '../../src/processors/processor.ts'
import { topics } from './feed.ts'
import { Life, type Network } from './network.ts'
import { SimLog } from './sim-log.ts'

export interface ProcessParts {
  readonly number: number
  readonly network: Network
  readonly log: EventLog
  /** The store as this process sees it, made around its life. */
  readonly store: (life: Life) => CheckpointStore
  readonly roles: readonly ('ingest' | 'state')[]
  readonly processors: (clock: Clock) => {
    readonly ingest: Processor
    readonly state: readonly Processor[]
  }
  readonly wrapLog: (log: EventLog) => EventLog
  readonly limits: Partial<TurnLimits>
  readonly failed: (error: unknown) => void
}

const jumpMsMax = 45_000

export class SimProcess {
  readonly life: Life
  readonly clock: Clock
  readonly takesIn: boolean
  readonly #parts: ProcessParts
  readonly #log: SimLog
  readonly #runs: ProcessorRun[] = []
  readonly #door: DoorUnit<null>
  #ticks: TickWriter | null = null
  #wallOffsetMs = 0
  #stopping = false

  constructor(parts: ProcessParts) {
    this.#parts = parts
    const shared = parts.network.clock
    this.clock = {
      now: () => shared.now() + this.#wallOffsetMs,
      monotonic: () => shared.monotonic(),
      timer: (delayMs, wake) => shared.timer(delayMs, () => this.#wake(wake)),
      yield: () => shared.yield(),
    }
    this.life = new Life(shared)
    this.takesIn = parts.roles.includes('ingest')
    this.#log = new SimLog({ log: parts.log, network: parts.network, life: this.life })
    const hex = createHash('sha256').update(`door ${parts.number}`).digest('hex').slice(0, 16)
    this.#door = new DoorUnit({ log: this.#wrapped, clock: this.clock, hex })
  }

  get name(): string {
    return `process ${this.#parts.number}`
  }

  /** Takes requests: up, and of the role. */
  get isOpen(): boolean {
    return this.takesIn && this.#ticks !== null && !this.life.dead && !this.#stopping
  }

  get #wrapped(): EventLog {
    return this.#parts.wrapLog(this.#log)
  }

  async start(): Promise<void> {
    const { roles, store, limits, failed, number } = this.#parts
    const { clock } = this
    const log = this.#wrapped
    const { ingest, state } = this.#parts.processors(clock)
    const shared = { log, clock, limits, groupPrefix: '', failed }
    if (roles.includes('state')) {
      const own = store(this.life)
      for (const processor of state) {
        this.#runs.push(await runProcessor({ ...shared, processor, store: own }))
      }
    }
    if (!roles.includes('ingest')) return
    const roster = Object.fromEntries(
      ingest.inputs.map((topic) => [`ingest/${topic}`, log.partitionCount(topic)]),
    )
    const unit = `ticks/${number}`
    const ticks = new TickWriter({ log, clock, topic: topics.serviceEvents, unit, roster, failed })
    this.#runs.push(await runProcessor({ ...shared, processor: ingest, store: null, ticks }))
    ticks.add(this.#door.unit, (now) => this.#door.take(now))
    ticks.start()
    this.#ticks = ticks
  }

  /** A request of telemetry at the door. */
  async accept(value: Uint8Array): Promise<DoorAnswer<null>> {
    await this.life.step()
    const arrivedMs = this.clock.now()
    const answer = await this.#door.accept({
      bodyHash: createHash('sha1').update(value).digest('base64'),
      bytes: value.length,
      arrivedMs,
      fold: () => foldRequest(value, arrivedMs),
    })
    await this.life.step()
    return answer
  }

  /** Writes no more ticks. */
  silence(): void {
    this.#ticks?.stop()
  }

  /** Never so far that what comes over HTTP seems to come from the future. */
  jump(byMs: number): void {
    const offsetMs = this.#wallOffsetMs + byMs
    this.#wallOffsetMs = Math.max(-jumpMsMax, Math.min(jumpMsMax, offsetMs))
  }

  /** Its session has run out: others own what it owned. */
  expel(): void {
    for (const each of this.#log.memberships) each.expel()
  }

  rejoin(): void {
    for (const each of this.#log.memberships) void each.rejoin()
  }

  /** In order, as on a signal: doors first, then the units, then the last word of the ticks. */
  async stop(deadlineMs: number): Promise<void> {
    this.#stopping = true
    const closed = this.#door.close()
    await Promise.all(this.#runs.map((run) => run.stop(deadlineMs)))
    if (this.#ticks === null) return
    await closed
    await this.#ticks.end(this.#door.unit)
  }

  /** Timers of a paused process wait for it; those of a dead one never come. */
  #wake(wake: () => void): void {
    if (this.life.dead) return
    if (this.life.paused) void this.life.step().then(wake)
    else wake()
  }
}

function foldRequest(bytes: Uint8Array, arrivedMs: number) {
  const folded = foldOtlp({ signal: 'traces', bytes, arrivedMs, settings: foldDefaults })
  if (!folded.ok) throw new Error(`a request of the feed does not decode: ${folded.reason}`)
  const outputs = folded.events.map((event) => serviceEventOutput(event, topics.serviceEvents))
  const timeMs = folded.unitTimeMs
  const telemetry = folded.counts.spans.accepted
  const times =
    timeMs === null
      ? null
      : { timeMs, arrivedMs, lagMs: Math.max(0, arrivedMs - timeMs), telemetry }
  return { outputs, times, answer: null }
}

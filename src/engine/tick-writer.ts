/**
 * Once a second to every partition of `culprit.service-events`: how far each unit of this process's
 * ingest has come. A unit that has heard nothing since the last tick is left out; without any unit no
 * tick is written. While a tick waits for its acknowledgement no other is written. A unit that ends in
 * order is said to have left, so that nobody waits for it.
 */
import { UnreachableError } from '../core/kernel/errors.ts'
import type { Clock } from '../ports/clock.ts'
import type { EventLog, NewRecord } from '../ports/event-log.ts'
import { Router } from './route.ts'

const everyMs = 1_000

export interface TickWriterOptions {
  readonly log: Pick<EventLog, 'append' | 'partitionCount'>
  readonly clock: Clock
  readonly topic: string
  /** Position unit of the ticks themselves: `ticks/<16 hex digits, new at every start>`. */
  readonly unit: string
  /** Partitions of each input topic by the prefix of its units; one that has not spoken is waited for. */
  readonly roster?: Readonly<Record<string, number>>
  /** What is thrown beside an unreachable log is a bug. */
  readonly failed: (error: unknown) => void
}

type Take = (now: { readonly monotonicMs: number; readonly wallMs: number }) => {
  readonly timeMs: number | null
  readonly telemetry: number
}

type Written = 'written' | 'silent' | 'busy' | 'unreachable'

export class TickWriter {
  readonly #options: TickWriterOptions
  readonly #router: Router
  readonly #units = new Map<string, Take>()
  readonly #encoder = new TextEncoder()
  #written = 0
  /** Telemetry of ticks that could not be written counts in the next one. */
  #telemetry = 0
  #writing: Promise<unknown> | null = null
  #cancel: (() => void) | null = null

  constructor(options: TickWriterOptions) {
    this.#options = options
    this.#router = new Router((topic) => options.log.partitionCount(topic))
  }

  add(unit: string, take: Take): void {
    this.#units.set(unit, take)
  }

  /** The unit goes on in another process. */
  remove(unit: string): void {
    this.#units.delete(unit)
  }

  start(): void {
    this.#cancel ??= this.#options.clock.timer(everyMs, () => {
      this.#cancel = null
      this.start()
      void this.tick()
    })
  }

  stop(): void {
    this.#cancel?.()
    this.#cancel = null
  }

  /** The last tick, behind the one under way: it says that this unit has ended for good. */
  async end(unit: string): Promise<Written> {
    this.stop()
    this.#units.delete(unit)
    await this.#writing
    return this.#tick({ left: [unit] })
  }

  /** Writes one tick now. */
  tick(): Promise<Written> {
    return this.#tick({})
  }

  async #tick(farewell: { readonly left?: readonly string[] }): Promise<Written> {
    if (this.#writing !== null) return 'busy'
    const { clock, roster } = this.#options
    const now = { monotonicMs: clock.monotonic(), wallMs: clock.now() }
    const units: Record<string, number> = {}
    for (const unit of [...this.#units.keys()].sort((a, b) => (a < b ? -1 : 1))) {
      const { timeMs, telemetry } = this.#units.get(unit)!(now)
      this.#telemetry += telemetry
      if (timeMs !== null) units[unit] = timeMs
    }
    if (Object.keys(units).length === 0 && farewell.left === undefined) return 'silent'
    const writing = this.#write({
      kind: 'tick',
      units,
      records: this.#telemetry,
      ...farewell,
      ...(roster === undefined ? {} : { roster }),
    })
    this.#writing = writing
    const written = await writing
    this.#writing = null
    if (written === 'written') this.#telemetry = 0
    return written
  }

  async #write(tick: object): Promise<'written' | 'unreachable'> {
    try {
      await this.#options.log.append(this.#records(tick))
      return 'written'
    } catch (error) {
      if (!(error instanceof UnreachableError)) this.#options.failed(error)
      return 'unreachable'
    }
  }

  #records(tick: object): NewRecord[] {
    const output = {
      topic: this.#options.topic,
      key: null,
      partitionBy: { every: true },
      value: this.#encoder.encode(JSON.stringify(tick)),
      headers: { 'content-type': 'application/json', 'culprit-schema': 'service-events/1' },
    } as const
    const records: NewRecord[] = []
    this.#router.route([output], { unit: this.#options.unit, offset: this.#written++ }, records)
    return records
  }
}

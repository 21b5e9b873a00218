/** One unit of `detect` by itself, told service events, with its checkpoint in a store in memory. */
import type { Finding } from '../../src/contracts/findings.ts'
import type { ServiceEvent } from '../../src/contracts/service-events.ts'
import { MemoryStore } from '../../src/adapters/memory/memory-store.ts'
import { emptyApplied } from '../../src/ports/checkpoint-store.ts'
import { detectProcessor } from '../../src/processors/detect/detect.ts'
import type { DetectObserver } from '../../src/processors/detect/observer.ts'
import type { DetectSettings } from '../../src/processors/detect/settings.ts'
import type { Machine, Processor } from '../../src/processors/processor.ts'
import { topicNames } from '../../src/processors/topics.ts'
import { detectDefaults } from './pipeline.ts'

const topics = topicNames('culprit.')

export class DetectUnit {
  readonly unit = 'detect/0'
  readonly store: MemoryStore
  #processor: Processor
  readonly #observer: DetectObserver | undefined
  #machine: Machine
  #offset = 0
  #base = 0

  constructor(
    options: {
      readonly settings?: Partial<DetectSettings>
      readonly observer?: DetectObserver
      readonly store?: MemoryStore
    } = {},
  ) {
    this.store = options.store ?? new MemoryStore()
    this.#observer = options.observer
    this.#processor = this.#of(options.settings)
    this.#machine = this.#processor.open(this.unit, [])
  }

  #of(settings: Partial<DetectSettings> = {}): Processor {
    return detectProcessor({ ...detectDefaults, ...settings }, topics, this.#observer)
  }

  tell(...events: readonly ServiceEvent[]): Finding[] {
    return events.flatMap((event) => {
      const outputs = this.#machine.apply({
        topic: topics.serviceEvents,
        partition: 0,
        offset: this.#offset++,
        key: null,
        value: Buffer.from(JSON.stringify(event)),
        headers: { 'culprit-schema': 'service-events/1' },
        atMs: 0,
      })
      return outputs.map(({ value }) => JSON.parse(Buffer.from(value!).toString()) as Finding)
    })
  }

  tick(atMs: number, records = 1): Finding[] {
    return this.tell({ kind: 'tick', units: { 'http/0': atMs }, records })
  }

  async commit(): Promise<void> {
    const changes = this.#machine.takeChanges()
    const { generation } = await this.store.open(this.unit, 0)
    const next = this.#offset
    const base = this.#base++
    const commit = { generation, base, next, applied: emptyApplied, changes }
    const answer = await this.store.commit(this.unit, commit)
    if (answer !== 'ok') throw new Error(answer)
  }

  /** Goes on as another owner would, from what was committed; with other settings where they are told. */
  async reopen(settings?: Partial<DetectSettings>): Promise<void> {
    await this.commit()
    if (settings !== undefined) this.#processor = this.#of(settings)
    const { entries } = await this.store.open(this.unit, 0)
    this.#machine = this.#processor.open(this.unit, entries)
  }
}

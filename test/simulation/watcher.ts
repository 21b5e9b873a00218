/**
 * The real processors with ears: what ingest has taken, how far ticks speak, and which windows closed before
 * that. Ticks speak for the least unit at most, so a window that closes early is known by the greatest.
 */
import { foldDefaults } from '../../src/core/rollup/fold/settings.ts'
import type { EventLog, NewRecord } from '../../src/ports/event-log.ts'
import { attributeProcessor } from '../../src/processors/attribute/attribute.ts'
import { detectProcessor } from '../../src/processors/detect/detect.ts'
import { ingestProcessor } from '../../src/processors/ingest/ingest.ts'
import type { Processor } from '../../src/processors/processor.ts'
import { type Feed, topics } from './feed.ts'
import { overriding } from './overriding.ts'
import type { Owner, Plant } from './plants.ts'
import { attributeSettings, detectSettings } from './settings.ts'

/** Spans that some ingest unit has read, and what it said of them. */
export interface Taken {
  seen: number
  accepted: number
  refused: number
}

export class Watcher {
  readonly taken: Taken = { seen: 0, accepted: 0, refused: 0 }
  /** In words. */
  readonly early: string[] = []
  readonly #plant: Plant | null
  /** Spans by the bytes that hold them; a record that does not decode counts as one. */
  readonly #spans = new Map<Uint8Array, number>()
  #tickedMs = 0

  constructor(feed: Feed, plant: Plant | null) {
    this.#plant = plant
    for (const { value, spans } of feed.arrivals) this.#spans.set(value, spans || 1)
  }

  processors(owner: Owner): { readonly ingest: Processor; readonly state: readonly Processor[] } {
    const planted = (processor: Processor) =>
      this.#plant?.processor?.(processor, owner) ?? processor
    const attribute = attributeProcessor(attributeSettings, topics)
    return { ingest: planted(this.#ingest()), state: [planted(this.#detect()), planted(attribute)] }
  }

  #ingest(): Processor {
    const { taken } = this
    const ingest = ingestProcessor(foldDefaults, topics, {
      accepted: (kind, count) => {
        if (kind === 'spans') taken.accepted += count
      },
      refused: (kind, _reason, count) => {
        if (kind === 'spans') taken.refused += count
      },
    })
    return {
      ...ingest,
      open: (unit, entries) => {
        const machine = ingest.open(unit, entries)
        return overriding(machine, {
          apply: (record) => {
            if (record.topic === topics.spans) taken.seen += this.#spans.get(record.value!)!
            return machine.apply(record)
          },
        })
      },
    }
  }

  #detect(): Processor {
    return detectProcessor(detectSettings, topics, {
      bucketClosed: (service, track, { endMs }) => {
        if (endMs <= this.#tickedMs) return
        const early = `${service} ${track} to ${endMs} closed when ticks had come to ${this.#tickedMs}`
        this.early.push(early)
      },
    })
  }

  /** Learns how far ticks speak as they are written. */
  watched(log: EventLog): EventLog {
    const append = async (records: readonly NewRecord[]) => {
      const [first] = records
      if (first?.headers['culprit-position']?.startsWith('ticks/')) {
        const { units } = JSON.parse(Buffer.from(first.value!).toString()) as {
          units: Record<string, number>
        }
        this.#tickedMs = Math.max(this.#tickedMs, ...Object.values(units))
      }
      await log.append(records)
    }
    return overriding(log, { append })
  }
}

/**
 * Outputs of one input record -> records for the log: partition chosen, position put on.
 *
 * The index counts all outputs of the input record in order, whatever their topic; the copies of an
 * output for `every` partition share one index, as each partition sees one of them.
 */
import { partitionOf } from '../core/kernel/murmur2.ts'
import { positionHeader } from '../core/kernel/positions.ts'
import type { NewRecord } from '../ports/event-log.ts'
import type { Output } from '../processors/processor.ts'

export interface Origin {
  readonly unit: string
  readonly offset: number
}

/** Keys whose partition is remembered, per router; services and environments are few, and it starts anew when full. */
const keysMax = 10_000

export class Router {
  readonly #partitionCount: (topic: string) => number
  readonly #keys = new Map<string, Map<string, number>>()

  constructor(partitionCount: (topic: string) => number) {
    this.#partitionCount = partitionCount
  }

  /** Appends to `into`; `atMs` is given where the driver, not the log, knows the time. */
  route(outputs: readonly Output[], origin: Origin, into: NewRecord[], atMs?: number): void {
    for (let index = 0; index < outputs.length; index++) {
      const { topic, key, partitionBy, value, headers } = outputs[index]!
      const position = `${origin.unit}@${origin.offset}.${index}`
      const placed = {
        topic,
        partition: 0,
        key,
        value,
        headers: { ...headers, [positionHeader]: position },
        ...(atMs === undefined ? {} : { atMs }),
      }
      if (typeof partitionBy === 'string') {
        placed.partition = this.#partition(topic, partitionBy)
        into.push(placed)
      } else {
        const count = this.#partitionCount(topic)
        for (let partition = 0; partition < count; partition++) into.push({ ...placed, partition })
      }
    }
  }

  #partition(topic: string, key: string): number {
    let keys = this.#keys.get(topic)
    if (keys === undefined) {
      keys = new Map()
      this.#keys.set(topic, keys)
    }
    let partition = keys.get(key)
    if (partition === undefined) {
      partition = partitionOf(key, this.#partitionCount(topic))
      if (keys.size >= keysMax) keys.clear()
      keys.set(key, partition)
    }
    return partition
  }
}

/** `detect/17`; a processor with several inputs names the topic too: `ingest/otlp_spans/3`. */
export function unitName(
  processor: { readonly name: string; readonly inputs: readonly string[] },
  { topic, partition }: { readonly topic: string; readonly partition: number },
): string {
  return processor.inputs.length === 1
    ? `${processor.name}/${partition}`
    : `${processor.name}/${topic}/${partition}`
}

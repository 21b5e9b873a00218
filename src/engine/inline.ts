/**
 * A chain of processors driven synchronously in one thread: what `replay` runs on, and tests.
 *
 * Positions, partitions and the dropping of repeats are those of the live engine; log and commits are left
 * out. Each record that is pushed is followed to the end, through all that it causes, before the next one
 * is looked at; so the order within every partition, and with it every byte that comes out, depends on
 * the records pushed and their order alone. Memory holds what one record causes, and the machines.
 */
import { Applied, positionHeader } from '../core/kernel/positions.ts'
import { emptyApplied, type StoredEntry } from '../ports/checkpoint-store.ts'
import type { LogRecord, NewRecord } from '../ports/event-log.ts'
import type { Machine, Output, Processor } from '../processors/processor.ts'
import { Router, unitName } from './route.ts'

export interface InlineOptions {
  readonly processors: readonly Processor[]
  /** Partition counts of all topics written and read. */
  readonly partitions: Readonly<Record<string, number>>
  /** Is given every record of topics that no processor reads, in order. */
  readonly emit: (record: LogRecord) => void
  /** Keeps the entries of every commit, so that `reopen` can open machines from them. */
  readonly keepsCheckpoints?: boolean
}

/** As the live engine: a machine's changes are taken before they grow larger than a commit. */
const changedMax = 1_000

interface InlineUnit {
  readonly name: string
  readonly processor: Processor
  machine: Machine
  applied: Applied
  readonly entries: Map<string, StoredEntry> | null
}

export class InlineEngine {
  readonly #options: InlineOptions
  readonly #router: Router
  readonly #readers = new Map<string, Processor>()
  readonly #units = new Map<string, InlineUnit[]>()
  readonly #ends = new Map<string, number[]>()
  readonly #queue: NewRecord[] = []
  #records = 0
  #draining = false

  constructor(options: InlineOptions) {
    this.#options = options
    this.#router = new Router((topic) => this.#partitionCount(topic))
    for (const processor of options.processors) {
      for (const topic of processor.inputs) {
        if (this.#readers.has(topic)) throw new Error(`two processors read ${topic}`)
        this.#readers.set(topic, processor)
        this.#units.set(topic, [])
      }
    }
  }

  /** Records that have gone through the chain, those pushed and those made. */
  get records(): number {
    return this.#records
  }

  /** Appends one record, `atMs` its arrival time, and follows it to the end. */
  push(record: NewRecord & { readonly atMs: number }): void {
    this.#queue.push(record)
    this.#drain()
  }

  /** Outputs of a door: what was folded from outside, under a position of its own. */
  offer(
    outputs: readonly Output[],
    origin: { readonly unit: string; readonly offset: number; readonly atMs: number },
  ): void {
    this.#router.route(outputs, origin, this.#queue, origin.atMs)
    this.#drain()
  }

  /** Throws all machines away and opens them from the entries that they have committed. */
  reopen(): void {
    for (const units of this.#units.values()) {
      for (const unit of units) {
        if (unit === undefined) continue
        if (unit.entries === null) throw new Error('reopen needs keepsCheckpoints')
        commit(unit)
        unit.machine = unit.processor.open(unit.name, sortedEntries(unit.entries))
        unit.applied = new Applied(unit.applied.state())
      }
    }
  }

  /** First in, first out: a record's outputs follow those of the records before it. */
  #drain(): void {
    // `emit` may push: what it pushes follows what is queued.
    if (this.#draining) return
    this.#draining = true
    const queue = this.#queue
    for (let at = 0; at < queue.length; at++) {
      this.#append(queue[at]!)
      if (at >= 10_000) {
        queue.splice(0, at + 1)
        at = -1
      }
    }
    queue.length = 0
    this.#draining = false
  }

  #append(record: NewRecord): void {
    const { topic, partition, key, value, headers, atMs = 0 } = record
    let ends = this.#ends.get(topic)
    if (ends === undefined) {
      ends = Array.from({ length: this.#partitionCount(topic) }, () => 0)
      this.#ends.set(topic, ends)
    }
    if (ends[partition] === undefined) throw new Error(`${topic} has no partition ${partition}`)
    const offset = ends[partition]++
    this.#records++
    const input: LogRecord = { topic, partition, offset, key, value, headers, atMs }
    const processor = this.#readers.get(topic)
    if (processor === undefined) this.#options.emit(input)
    else this.#apply(processor, input)
  }

  #apply(processor: Processor, input: LogRecord): void {
    const units = this.#units.get(input.topic)!
    const unit = (units[input.partition] ??= this.#open(processor, input))
    if (unit.applied.take(input.headers[positionHeader], input.atMs) === 'repeated') return
    const outputs = unit.machine.apply(input)
    if (outputs.length > 0) {
      const origin = { unit: unit.name, offset: input.offset }
      this.#router.route(outputs, origin, this.#queue, input.atMs)
    }
    if (unit.machine.changedCount >= changedMax) commit(unit)
  }

  #open(processor: Processor, at: { topic: string; partition: number }): InlineUnit {
    const name = unitName(processor, at)
    const entries = this.#options.keepsCheckpoints ? new Map<string, StoredEntry>() : null
    const machine = processor.open(name, [])
    return { name, processor, machine, applied: new Applied(emptyApplied), entries }
  }

  #partitionCount(topic: string): number {
    const count = this.#options.partitions[topic]
    if (count === undefined) throw new Error(`topic ${topic} has no partition count`)
    return count
  }
}

function commit({ machine, entries }: InlineUnit): void {
  if (entries === null) {
    if (machine.forgetChanges) machine.forgetChanges()
    else machine.takeChanges()
    return
  }
  const { puts, deletes, deletedGroups } = machine.takeChanges()
  const gone = new Set(deletedGroups)
  if (gone.size > 0) {
    for (const [name, { group }] of entries) if (gone.has(group)) entries.delete(name)
  }
  for (const { group, key } of deletes) entries.delete(`${group}\u0000${key}`)
  for (const entry of puts) entries.set(`${entry.group}\u0000${entry.key}`, entry)
}

function sortedEntries(entries: ReadonlyMap<string, StoredEntry>): StoredEntry[] {
  return [...entries.keys()].sort((a, b) => (a < b ? -1 : 1)).map((name) => entries.get(name)!)
}

/**
 * The law checked from the outside: what a unit wrote and stored must be what a machine makes that is given
 * the unit's input once, in one piece. Repeats are told apart by a set of all positions, the first one
 * counts: another way than the engine's.
 */
import type { StoredEntry } from '../../src/ports/checkpoint-store.ts'
import type { LogRecord, NewRecord } from '../../src/ports/event-log.ts'
import { positionHeader } from '../../src/core/kernel/positions.ts'
import { Router, unitName } from '../../src/engine/route.ts'
import type { Machine, Processor } from '../../src/processors/processor.ts'

export interface Remade {
  readonly unit: string
  readonly machine: Machine
  readonly outputs: readonly NewRecord[]
  readonly entries: readonly StoredEntry[]
}

export function remake(
  processor: Processor,
  input: {
    readonly topic: string
    readonly partition: number
    readonly records: readonly LogRecord[]
  },
  partitionCount: (topic: string) => number,
): Remade {
  const unit = unitName(processor, input)
  const machine = processor.open(unit, [])
  const router = new Router(partitionCount)
  const seen = new Set<string>()
  const outputs: NewRecord[] = []
  for (const record of input.records) {
    const position = record.headers[positionHeader]
    if (position !== undefined) {
      if (seen.has(position)) continue
      seen.add(position)
    }
    router.route(machine.apply(record), { unit, offset: record.offset }, outputs)
  }
  return { unit, machine, outputs, entries: machine.takeChanges().puts }
}

/** How the records under the positions of this unit differ from those remade. */
export function outputDifferences(
  { unit, outputs }: Remade,
  written: ReadonlyMap<string, readonly LogRecord[]>,
): string[] {
  const expected = new Map<string, NewRecord>()
  for (const record of outputs) expected.set(nameOf(record), record)
  const met = new Set<string>()
  const wrong: string[] = []
  for (const topic of new Set(outputs.map((record) => record.topic))) {
    for (const record of written.get(topic) ?? []) {
      if (!record.headers[positionHeader]?.startsWith(`${unit}@`)) continue
      const name = nameOf(record)
      met.add(name)
      const wanted = expected.get(name)
      if (wanted === undefined) wrong.push(`${name} should not be there`)
      else if (!sameBytes(wanted.value, record.value)) wrong.push(`${name} has another content`)
    }
  }
  for (const name of expected.keys()) if (!met.has(name)) wrong.push(`${name} is missing`)
  return wrong
}

/** How the stored entries differ from those remade. */
export function entryDifferences(
  { unit, entries }: Remade,
  stored: readonly StoredEntry[],
): string[] {
  const expected = new Map(entries.map((entry) => [`${entry.group} ${entry.key}`, entry.value]))
  const wrong: string[] = []
  for (const { group, key, value } of stored) {
    const name = `${group} ${key}`
    const wanted = expected.get(name)
    if (wanted === undefined) wrong.push(`${unit} stores ${name}, which should be gone`)
    else if (!sameBytes(wanted, value)) {
      const shown = [value, wanted].map((bytes) => Buffer.from(bytes).toString().slice(0, 300))
      wrong.push(`${unit} stores under ${name} ${shown[0]} instead of ${shown[1]}`)
    }
    expected.delete(name)
  }
  for (const name of expected.keys()) wrong.push(`${unit} lacks ${name}`)
  return wrong
}

function nameOf({ topic, partition, headers }: NewRecord | LogRecord): string {
  return `${headers[positionHeader]} on ${topic}/${partition}`
}

function sameBytes(a: Uint8Array | null, b: Uint8Array | null): boolean {
  return a === null || b === null ? a === b : Buffer.compare(a, b) === 0
}

/**
 * The version to come, whose state has the next format: it reads that of today and its own, and writes its own.
 * All processes that are there from the beginning are of today's version, all that start later of the next,
 * as in a rolling restart; what today's version makes of the next one's state is its own code's answer.
 */
import type { StoredEntry } from '../../src/ports/checkpoint-store.ts'
import type { Processor, StateChanges } from '../../src/processors/processor.ts'
import { overriding } from './overriding.ts'
import type { Plant } from './plants.ts'

export function nextFormat(firstOfNext: number): Plant {
  return {
    processor: (processor, { process }) =>
      process < firstOfNext || processor.name === 'ingest' ? processor : next(processor),
    stored: (entries) => entries.map((entry) => moved(entry, -1)),
    refusalsAreExits: true,
  }
}

function next(processor: Processor): Processor {
  return {
    ...processor,
    open: (unit, entries) => {
      const machine = processor.open(
        unit,
        [...entries].map((entry) => moved(entry, -1)),
      )
      return overriding(machine, { takeChanges: () => written(machine.takeChanges()) })
    },
  }
}

function written({ puts, ...rest }: StateChanges): StateChanges {
  return { ...rest, puts: puts.map((entry) => moved(entry, 1)) }
}

/** The entry that carries the format, one up, or down again where it is the next; the others as they are. */
function moved(entry: StoredEntry, by: 1 | -1): StoredEntry {
  if (entry.group !== '' || entry.key !== 'unit') return entry
  const state = JSON.parse(Buffer.from(entry.value).toString()) as { format: number; next?: true }
  const { next: isNext = false, ...rest } = state
  if (isNext === by > 0) return entry
  const carried = { ...rest, format: state.format + by, ...(by > 0 ? { next: true } : {}) }
  return { ...entry, value: Buffer.from(JSON.stringify(carried)) }
}

/**
 * Drives one processor in this process: joins its group and keeps one unit running per owned partition.
 *
 * At every change of ownership the units of partitions that went are abandoned, and those that stay are
 * handed their new reader. What a unit throws is a bug: `failed` tells, the process is to die.
 */
import { UnitClock } from '../core/kernel/tick-clock.ts'
import type { CheckpointStore } from '../ports/checkpoint-store.ts'
import type { Clock } from '../ports/clock.ts'
import type { EventLog, PartitionReader } from '../ports/event-log.ts'
import type { Processor } from '../processors/processor.ts'
import { defaultTurnLimits, type TurnLimits } from './read-turn.ts'
import { ReaderSlot } from './reader-slot.ts'
import { Router, unitName } from './route.ts'
import type { TickWriter } from './tick-writer.ts'
import { runUnit } from './unit.ts'
import { newStatus, type UnitStatus } from './unit-status.ts'

export interface ProcessorOptions {
  readonly processor: Processor
  readonly log: EventLog
  /** null for a processor without state: it keeps the group's offset instead. */
  readonly store: CheckpointStore | null
  readonly clock: Clock
  /** The group is this and the processor's name: installations that share a log differ in it. */
  readonly groupPrefix: string
  /** Tells the time of this processor's units; only ingest has one. */
  readonly ticks?: TickWriter
  readonly limits?: Partial<TurnLimits>
  /** A unit met a bug. Called once; everything else of this processor goes on until `stop`. */
  readonly failed: (error: unknown, unit: string) => void
}

export interface ProcessorRun {
  units(): readonly UnitStatus[]
  /** Ends every unit after the turn at hand and leaves the group; what takes longer is abandoned. */
  stop(deadlineMs: number): Promise<'drained' | 'deadline'>
}

export async function runProcessor(options: ProcessorOptions): Promise<ProcessorRun> {
  const { processor, log, clock } = options
  const router = new Router((topic) => log.partitionCount(topic))
  const stopping = new AbortController()
  let runs = new Map<string, Run>()

  const assigned = (readers: readonly PartitionReader[]) => {
    const before = runs
    runs = new Map()
    for (const reader of readers) {
      const unit = unitName(processor, reader)
      const kept = before.get(unit)
      if (kept === undefined || kept.isOver) {
        runs.set(unit, start(unit, reader, { options, router, stopping: stopping.signal }))
      } else {
        kept.readers.give(reader)
        runs.set(unit, kept)
      }
    }
    for (const [unit, run] of before) {
      if (runs.has(unit)) continue
      run.abandon.abort()
      options.ticks?.remove(unit)
    }
  }
  const group = `${options.groupPrefix}${processor.name}`
  const membership = await log.join({ group, topics: processor.inputs, assigned })

  return {
    units: () => [...runs.values()].map(({ status }) => status),
    stop: async (deadlineMs) => {
      stopping.abort()
      const ended = Promise.all([...runs.values()].map((run) => run.ended))
      const outcome = await within(clock, deadlineMs, ended)
      if (outcome === 'deadline') for (const run of runs.values()) run.abandon.abort()
      await membership.leave()
      return outcome
    },
  }
}

interface Run {
  readonly status: UnitStatus
  readonly readers: ReaderSlot
  readonly abandon: AbortController
  isOver: boolean
  ended: Promise<void>
}

function start(
  unit: string,
  reader: PartitionReader,
  context: {
    readonly options: ProcessorOptions
    readonly router: Router
    readonly stopping: AbortSignal
  },
): Run {
  const { options, router, stopping } = context
  const { processor, log, store, clock, ticks } = options
  const status = newStatus(unit)
  const readers = new ReaderSlot(reader)
  const abandon = new AbortController()
  const run: Run = { status, readers, abandon, isOver: false, ended: Promise.resolve() }
  const limits = { ...limitsOf(store), ...options.limits }
  const times = ticks === undefined ? null : new UnitClock()
  const abandoned = abandon.signal
  const shared = { unit, processor, readers, log, store, clock, router, limits, status, times }
  const drive = async () => {
    if (times !== null) ticks?.add(unit, () => times.take())
    try {
      await runUnit({ ...shared, stopping, abandoned })
    } catch (error) {
      status.state = 'blocked'
      status.reason = error instanceof Error ? error.message : String(error)
      options.failed(error, unit)
    } finally {
      run.isOver = true
      if (times !== null && !abandoned.aborted) ticks?.remove(unit)
    }
  }
  run.ended = drive()
  return run
}

/** A commit costs its store the same whatever is in it: a unit with state makes one a second at most. */
function limitsOf(store: CheckpointStore | null): TurnLimits {
  if (store === null) return defaultTurnLimits
  return { ...defaultTurnLimits, lingerMs: defaultTurnLimits.turnMs }
}

function within(
  clock: Clock,
  deadlineMs: number,
  work: Promise<unknown>,
): Promise<'drained' | 'deadline'> {
  return new Promise((resolve) => {
    const cancel = clock.timer(deadlineMs, () => resolve('deadline'))
    void work.then(() => {
      cancel()
      resolve('drained')
    })
  })
}

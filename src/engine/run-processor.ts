/**
 * Drives one processor in this process: joins its group and keeps one unit running per owned partition.
 *
 * At every change of ownership the units of before are abandoned, and a kept partition is opened again
 * once its older run has ended. What a unit throws is a bug: `failed` tells, the process is to die.
 */
import { UnitClock } from '../core/kernel/tick-clock.ts'
import type { CheckpointStore } from '../ports/checkpoint-store.ts'
import type { Clock } from '../ports/clock.ts'
import type { EventLog, PartitionReader } from '../ports/event-log.ts'
import type { Processor } from '../processors/processor.ts'
import { defaultTurnLimits, type TurnLimits } from './read-turn.ts'
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

interface Run {
  readonly status: UnitStatus
  readonly abandon: AbortController
  readonly ended: Promise<void>
}

export async function runProcessor(options: ProcessorOptions): Promise<ProcessorRun> {
  const { processor, log, clock, ticks } = options
  const router = new Router((topic) => log.partitionCount(topic))
  const stopping = new AbortController()
  let runs = new Map<string, Run>()

  const start = (unit: string, reader: PartitionReader, before: Run | undefined): Run => {
    const abandon = new AbortController()
    const status = newStatus(unit)
    const times = ticks === undefined ? null : new UnitClock()
    const context = {
      unit,
      processor,
      reader,
      log,
      store: options.store,
      clock,
      router,
      limits: { ...limitsOf(options.store), ...options.limits },
      status,
      times,
      stopping: stopping.signal,
      abandoned: abandon.signal,
    }
    const run = async () => {
      await before?.ended
      if (abandon.signal.aborted || stopping.signal.aborted) return
      if (times !== null) ticks?.add(unit, () => times.take())
      try {
        await runUnit(context)
      } catch (error) {
        status.state = 'blocked'
        status.reason = error instanceof Error ? error.message : String(error)
        options.failed(error, unit)
      } finally {
        if (times !== null && !abandon.signal.aborted) ticks?.remove(unit)
      }
    }
    return { status, abandon, ended: run() }
  }

  const membership = await log.join({
    group: `${options.groupPrefix}${processor.name}`,
    topics: processor.inputs,
    assigned: (readers) => {
      const before = runs
      for (const [unit, run] of before) {
        run.abandon.abort()
        ticks?.remove(unit)
      }
      runs = new Map(
        readers.map((reader) => {
          const unit = unitName(processor, reader)
          return [unit, start(unit, reader, before.get(unit))]
        }),
      )
    },
  })

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

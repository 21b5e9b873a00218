/** What one unit is given, and what it holds between its opening and its end. */
import type { UnitClock } from '../core/kernel/tick-clock.ts'
import type { CheckpointStore } from '../ports/checkpoint-store.ts'
import type { Clock } from '../ports/clock.ts'
import type { EventLog, PartitionReader } from '../ports/event-log.ts'
import type { Processor } from '../processors/processor.ts'
import type { Attempt } from './publish.ts'
import type { OpenUnit, TurnLimits } from './read-turn.ts'
import type { ReaderSlot } from './reader-slot.ts'
import type { Router } from './route.ts'
import type { UnitStatus } from './unit-status.ts'

export interface UnitOptions {
  readonly unit: string
  readonly processor: Processor
  readonly readers: ReaderSlot
  readonly log: EventLog
  /** null for a unit without state. */
  readonly store: CheckpointStore | null
  readonly clock: Clock
  readonly router: Router
  readonly limits: TurnLimits
  readonly status: UnitStatus
  /** Time of this unit for the ticks; only ingest has one. */
  readonly times: UnitClock | null
  /** Ends after the turn at hand. */
  readonly stopping: AbortSignal
  /** Ends now, with the turn uncommitted. */
  readonly abandoned: AbortSignal
}

export interface UnitContext extends UnitOptions {
  readonly reader: PartitionReader
  readonly slice: { startedMs: number }
}

export interface Opened extends OpenUnit {
  readonly epoch: number
  readonly generation: number
  commit: number
}

/** How a unit tries again what log and store did not answer. */
export function attempt({ clock, status, abandoned }: UnitContext): Attempt {
  return {
    clock,
    signal: abandoned,
    failed: (error) => {
      status.state = error === null ? 'running' : 'blocked'
      status.reason = error === null ? null : error.message
    },
  }
}

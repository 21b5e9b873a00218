/**
 * One unit: an input partition of one processor, from its opening to its end, turn after turn.
 *
 * `publish-then-commit`: outputs are a function of the log, so what is made again after a crash is the
 * same and is dropped. `commit-then-publish`: the outputs of a turn are committed in an outbox first and
 * published afterwards, and before anything else when the unit is opened. Without a store the unit keeps
 * no state: it publishes, then moves its group's offset.
 * While the log or the store does not answer, no input is taken.
 *
 * A unit that loses its reader ends its turn with a commit and waits, its state in memory: when the group
 * leaves the partition with this member it goes on with the next reader, and nothing is loaded. If another
 * had it in between, its generation fences the next commit, and the state is loaded then.
 */
import { partitionOf } from '../core/kernel/murmur2.ts'
import { Applied } from '../core/kernel/positions.ts'
import type { UnitClock } from '../core/kernel/tick-clock.ts'
import { type CheckpointStore, type CommitAnswer, emptyApplied } from '../ports/checkpoint-store.ts'
import type { Clock } from '../ports/clock.ts'
import type { EventLog, PartitionReader } from '../ports/event-log.ts'
import type { Processor } from '../processors/processor.ts'
import { type Attempt, publish, untilDone } from './publish.ts'
import { type OpenUnit, type ReadTurn, readTurn, type TurnLimits } from './read-turn.ts'
import type { ReaderSlot } from './reader-slot.ts'
import type { Router } from './route.ts'
import { sleep } from './system-clock.ts'
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

interface UnitContext extends UnitOptions {
  readonly reader: PartitionReader
  readonly slice: { startedMs: number }
}

export type UnitEnd = 'stopped' | 'beyond-end' | 'abandoned'

/** An opening that lost its generation though it still owns the partition tries again after this. */
const reopenMs = 1_000

interface Opened extends OpenUnit {
  readonly generation: number
  commit: number
}

export async function runUnit(options: UnitOptions): Promise<UnitEnd> {
  const { clock, status, readers, stopping, abandoned } = options
  const slice = { startedMs: clock.monotonic() }
  let opened: Opened | null = null
  for (;;) {
    const reader = await readers.next(stopping, abandoned)
    if (reader === null) return over(status, abandoned.aborted ? 'abandoned' : 'stopped')
    const context = { ...options, reader, slice }
    if (opened === null) {
      const opening = await openUnit(context)
      if (opening === 'abandoned') return over(status, opening)
      opened = opening
    } else goOn(opened, context)
    const ended = await runTurns(opened, context)
    if (ended === 'lost') {
      status.state = 'waiting'
      status.reason = 'its partition is being dealt'
      // Its offset is the group's, which another member may have moved.
      if (options.store === null) opened = null
    } else if (ended === 'fenced') {
      status.fenced++
      opened = null
      // A store that went back or was emptied fences the true owner too: the group decides who that is.
      if (await reader.heartbeat()) await sleep(clock, reopenMs, abandoned)
    } else if (ended === 'moved') {
      status.moved++
      opened = null
    } else return over(status, ended)
    if (stopping.aborted) return over(status, 'stopped')
  }
}

function over(status: UnitStatus, end: UnitEnd): UnitEnd {
  status.state = end === 'beyond-end' ? 'refused' : 'ended'
  if (end !== 'beyond-end') status.reason = null
  return end
}

/** The turn at hand was committed when the reader before was lost; what it had fetched is fetched again. */
function goOn(opened: Opened, { reader, status }: UnitContext): void {
  opened.pending = []
  opened.pendingFrom = 0
  opened.fetchedNext = opened.next
  reader.seek(opened.next)
  status.state = 'running'
  status.reason = null
}

async function runTurns(
  opened: Opened,
  context: UnitContext,
): Promise<UnitEnd | 'lost' | 'fenced' | 'moved'> {
  const { status, times } = context
  for (;;) {
    if (context.abandoned.aborted) return 'abandoned'
    const { ended, turn } = await readTurn(opened, context)
    if (ended === 'beyond-end') {
      status.reason = `stored offset ${opened.next} lies beyond the end of ${context.reader.topic}`
      return 'beyond-end'
    }
    if (ended === 'lost' && context.store === null) return 'lost'
    if (turn.progress > 0) {
      const startedMs = context.clock.monotonic()
      const settled = await settle(opened, turn, context)
      if (settled !== 'ok') return settled
      status.turns++
      status.next = opened.next
      status.commitMs = context.clock.monotonic() - startedMs
    }
    if (ended === 'lost') return 'lost'
    if (times !== null) {
      const received = opened.machine.takeTimes?.() ?? null
      const { receivedMonotonicMs } = opened
      if (received !== null) times.acknowledged({ ...received, receivedMonotonicMs })
      times.answered(turn.end)
    }
    if (context.stopping.aborted) return 'stopped'
  }
}

/** Publishes and commits one turn, in the processor's order. */
async function settle(
  opened: Opened,
  turn: ReadTurn,
  context: UnitContext,
): Promise<'ok' | 'lost' | 'abandoned' | 'fenced' | 'moved'> {
  const outboxFirst = context.store !== null && context.processor.order === 'commit-then-publish'
  if (!outboxFirst && (await publishTurn(turn, context)) === 'abandoned') return 'abandoned'
  const committed = await commitTurn(opened, context, outboxFirst ? turn : null)
  if (committed !== 'ok' && committed !== 'done') return committed
  context.status.commits++
  if (outboxFirst && (await publishTurn(turn, context)) === 'abandoned') return 'abandoned'
  return 'ok'
}

async function publishTurn(turn: ReadTurn, context: UnitContext) {
  const published = await publish(context.log, turn.outputs, attempt(context))
  if (published === 'published') context.status.published += turn.outputs.length
  return published
}

async function commitTurn(
  opened: Opened,
  context: UnitContext,
  outbox: ReadTurn | null,
): Promise<CommitAnswer | 'lost' | 'abandoned'> {
  const { store, unit, reader } = context
  if (store === null) {
    opened.machine.takeChanges()
    return untilDone(() => reader.commitOffset(opened.next), attempt(context))
  }
  const commit = {
    generation: opened.generation,
    base: opened.commit,
    next: opened.next,
    applied: opened.applied?.state() ?? emptyApplied,
    changes: opened.machine.takeChanges(),
    ...(outbox === null ? {} : { outbox: outbox.outputs }),
  }
  const answer = await untilDone(() => store.commit(unit, commit), attempt(context))
  if (answer === 'ok' || answer === 'done') opened.commit++
  return answer
}

async function openUnit(context: UnitContext): Promise<Opened | 'abandoned'> {
  const { unit, processor, reader, log, store, status } = context
  status.state = 'opening'
  const start = await untilDone(async () => {
    const checkpoint = store === null ? null : await store.open(unit, context.clock.now())
    const next = checkpoint === null ? await reader.committedOffset() : checkpoint.next
    return {
      checkpoint,
      isNew: next === null,
      next: next ?? (await log.offsets(reader.topic, reader.partition)).earliest,
    }
  }, attempt(context))
  if (start === 'abandoned') return 'abandoned'
  const { checkpoint, next } = start
  const outbox = checkpoint?.outbox ?? []
  if ((await publish(log, outbox, attempt(context))) === 'abandoned') return 'abandoned'
  const opened: Opened = {
    machine: processor.open(unit, checkpoint?.entries ?? []),
    applied: checkpoint === null ? null : new Applied(checkpoint.applied),
    generation: checkpoint?.generation ?? 0,
    commit: checkpoint?.commit ?? 0,
    next,
    fetchedNext: next,
    pending: [],
    pendingFrom: 0,
    receivedMonotonicMs: 0,
  }
  if (start.isNew && (await restore(opened, context)) === 'abandoned') return 'abandoned'
  reader.seek(next)
  status.next = next
  status.state = 'running'
  status.reason = null
  return opened
}

/** A unit without a checkpoint learns from compacted topics what its predecessors had published. */
async function restore(opened: Opened, context: UnitContext): Promise<'restored' | 'abandoned'> {
  const { processor, reader, log } = context
  const plan = processor.restore
  if (plan === undefined) return 'restored'
  const partitions = log.partitionCount(reader.topic)
  for (const topic of plan.topics) {
    const read = await untilDone(
      () =>
        log.readAll(topic, (record) => {
          const key = plan.partitionBy(record)
          if (key === null || partitionOf(key, partitions) !== reader.partition) return
          opened.machine.restore?.(record)
        }),
      attempt(context),
    )
    if (read === 'abandoned') return 'abandoned'
  }
  return 'restored'
}

function attempt({ clock, status, abandoned }: UnitContext): Attempt {
  return {
    clock,
    signal: abandoned,
    failed: (error) => {
      status.state = error === null ? 'running' : 'blocked'
      status.reason = error === null ? null : error.message
    },
  }
}

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
import { UnreachableError } from '../core/kernel/errors.ts'
import { type CommitAnswer, emptyApplied } from '../ports/checkpoint-store.ts'
import { openUnit } from './open-unit.ts'
import { publish, untilDone } from './publish.ts'
import { type ReadTurn, readTurn } from './read-turn.ts'
import { sleep } from './system-clock.ts'
import { attempt, type Opened, type UnitContext, type UnitOptions } from './unit-context.ts'
import type { UnitStatus } from './unit-status.ts'

export type UnitEnd = 'stopped' | 'abandoned'

/** An opening that lost its generation though it still owns the partition tries again after this. */
const reopenMs = 1_000
const notYetMs = 100
/** How often a unit that is refused looks whether its topic was reset. */
const refusedMs = 5_000

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
      opened = opening === 'lost' ? null : opening
    } else goOn(opened, context)
    const ended = opened === null ? 'lost' : await runTurns(opened, context)
    if (ended === 'beyond-end') {
      await untilReset(opened!, context)
      opened = null
    } else if (ended === 'lost') {
      status.state = 'waiting'
      status.reason = 'its partition is being dealt'
      // Its offset is the group's, which another member may have moved.
      if (options.store === null) opened = null
      // A consumer that does not run commits nothing, a moment before its readers are lost.
      if (!reader.lost) await sleep(clock, notYetMs, abandoned)
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
  status.state = 'ended'
  status.reason = null
  return end
}

/**
 * Until then nothing is read: the topic may grow beyond the stored offset, and what lay before it would be
 * passed over in silence. A reset raises the epoch.
 */
async function untilReset({ next, epoch }: Opened, context: UnitContext): Promise<void> {
  const { store, unit, reader, clock, status } = context
  status.state = 'refused'
  status.reason =
    `its stored offset ${next} lies beyond the end of ${reader.topic}, which must have been made anew: ` +
    `\`culprit topics reset ${reader.topic}\` starts it at its beginning`
  const ends = AbortSignal.any([context.stopping, context.abandoned])
  while (!ends.aborted) {
    await sleep(clock, refusedMs, ends)
    try {
      const place = store === null ? await reader.committedOffset() : await store.place(unit)
      // A group forgets its offsets with the topic: what comes is new by that alone.
      if (place === null ? store === null : place.epoch !== epoch) return
    } catch (error) {
      if (!(error instanceof UnreachableError)) throw error
    }
  }
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
): Promise<UnitEnd | 'lost' | 'beyond-end' | 'fenced' | 'moved'> {
  const { status, times } = context
  for (;;) {
    if (context.abandoned.aborted) return 'abandoned'
    const { ended, turn } = await readTurn(opened, context)
    if (ended === 'beyond-end') return ended
    if (ended === 'lost' && context.store === null) return ended
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
    const { next, epoch } = opened
    return untilDone(() => reader.commitOffset({ next, epoch }), attempt(context))
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

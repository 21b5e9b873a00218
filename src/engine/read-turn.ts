/**
 * The reading half of a turn: takes records from a reader and applies them, until the turn is full.
 *
 * A turn is full after 1 s, 8 MiB of input or of outputs, or 1,000 changed entries; it ends earlier when
 * the partition has nothing more for a moment. Where it ends makes no difference to what comes out.
 * Work is cut into slices of at most 50 ms, with a heartbeat and a yield between.
 */
import { type Applied, positionHeader } from '../core/kernel/positions.ts'
import type { FoundEnd } from '../core/kernel/tick-clock.ts'
import type { Clock } from '../ports/clock.ts'
import type { LogRecord, NewRecord, PartitionReader } from '../ports/event-log.ts'
import type { Machine } from '../processors/processor.ts'
import type { Router } from './route.ts'
import type { UnitStatus } from './unit-status.ts'

export interface TurnLimits {
  readonly turnMs: number
  /** How long a turn that has read something waits for more at the end of its partition. */
  readonly lingerMs: number
  readonly bytesMax: number
  readonly changedMax: number
  readonly sliceMs: number
}

export const defaultTurnLimits: TurnLimits = {
  turnMs: 1_000,
  lingerMs: 100,
  bytesMax: 8 * 1024 * 1024,
  changedMax: 1_000,
  sliceMs: 50,
}

/** One fetch asks for less than a turn may hold: what is fetched and not applied waits in memory. */
const fetchBytesMax = 1024 * 1024

export interface ReadTurn {
  readonly outputs: NewRecord[]
  /** Records read, repeated ones too, and gaps: whether there is anything to commit. */
  progress: number
  bytes: number
  /** Set when everything that the partition held has been applied in this turn. */
  end: FoundEnd | null
}

/** What an opened unit holds in memory. `pending` was fetched and waits for its turn. */
export interface OpenUnit {
  readonly machine: Machine
  /** The unit's name in the positions of its outputs. */
  readonly source: string
  /** null for units without a checkpoint: nobody repeats to them. */
  readonly applied: Applied | null
  next: number
  /** Where the reader goes on: `next` is behind it by what is pending. */
  fetchedNext: number
  pending: readonly LogRecord[]
  pendingFrom: number
  /** When what is pending, or was last, was received: a later turn than that of its fetch may apply it. */
  receivedMonotonicMs: number
}

export interface ReadContext {
  readonly reader: PartitionReader
  readonly router: Router
  readonly clock: Clock
  readonly limits: TurnLimits
  readonly status: UnitStatus
  readonly stopping: AbortSignal
  /** When the current slice of work began; goes on over turns. */
  slice: { startedMs: number }
}

export type ReadEnd = 'read' | 'lost' | 'beyond-end'

export async function readTurn(
  open: OpenUnit,
  context: ReadContext,
): Promise<{ ended: ReadEnd; turn: ReadTurn }> {
  const { clock, limits, reader, stopping } = context
  const startedMs = clock.monotonic()
  const turn: ReadTurn = { outputs: [], progress: 0, bytes: 0, end: null }
  for (;;) {
    if (open.pendingFrom >= open.pending.length) {
      const leftMs = limits.turnMs - (clock.monotonic() - startedMs)
      if (stopping.aborted || leftMs <= 0 || isFull(open, turn, limits)) break
      const waitMs = turn.progress === 0 ? leftMs : Math.min(leftMs, limits.lingerMs)
      const bytesMax = Math.min(fetchBytesMax, limits.bytesMax - turn.bytes)
      const fetched = await reader.fetch({ bytesMax, waitMs, signal: stopping })
      if (fetched.status !== 'ok') return { ended: fetched.status, turn }
      take(open, fetched, { turn, context })
      if (fetched.records.length === 0) {
        if (turn.progress === 0 && fetched.gap === 0 && !stopping.aborted) continue
        break
      }
    }
    const ended = await applyPending(open, turn, context)
    if (ended !== 'more') return { ended: ended === 'lost' ? 'lost' : 'read', turn }
  }
  return { ended: 'read', turn }
}

function take(
  open: OpenUnit,
  fetched: Extract<Awaited<ReturnType<PartitionReader['fetch']>>, { status: 'ok' }>,
  { turn, context }: { readonly turn: ReadTurn; readonly context: ReadContext },
): void {
  open.pending = fetched.records
  open.pendingFrom = 0
  open.fetchedNext = fetched.next
  turn.end = fetched.end
  if (fetched.records.length > 0) open.receivedMonotonicMs = context.clock.monotonic()
  if (fetched.gap > 0) {
    open.machine.lost?.(fetched.gap)
    context.status.lost += fetched.gap
    turn.progress++
  }
  // Also behind a gap: what is told of it once must not be met again.
  open.next = fetched.records[0]?.offset ?? fetched.next
}

async function applyPending(
  open: OpenUnit,
  turn: ReadTurn,
  context: ReadContext,
): Promise<'more' | 'full' | 'lost'> {
  const { clock, limits, slice } = context
  while (open.pendingFrom < open.pending.length) {
    if (isFull(open, turn, limits)) {
      turn.end = null
      return 'full'
    }
    applyOne(open.pending[open.pendingFrom]!, { open, turn, context })
    open.pendingFrom++
    if (clock.monotonic() - slice.startedMs > limits.sliceMs) {
      if (!(await context.reader.heartbeat())) return 'lost'
      await clock.yield()
      slice.startedMs = clock.monotonic()
    }
  }
  open.pending = []
  open.pendingFrom = 0
  open.next = open.fetchedNext
  return 'more'
}

function applyOne(
  record: LogRecord,
  { open, turn, context }: { open: OpenUnit; turn: ReadTurn; context: ReadContext },
): void {
  const { status } = context
  turn.progress++
  turn.bytes += record.value?.length ?? 0
  status.records++
  open.next = record.offset + 1
  if (open.applied?.take(record.headers[positionHeader], record.atMs) === 'repeated') {
    status.repeated++
    return
  }
  const outputs = open.machine.apply(record)
  if (outputs.length === 0) return
  const from = turn.outputs.length
  context.router.route(outputs, { unit: open.source, offset: record.offset }, turn.outputs)
  for (let at = from; at < turn.outputs.length; at++) {
    turn.bytes += turn.outputs[at]!.value?.length ?? 0
  }
}

/** A turn takes one record at least: what a restored machine has changed is committed with it. */
function isFull({ machine }: OpenUnit, turn: ReadTurn, limits: TurnLimits): boolean {
  if (turn.progress === 0) return false
  return turn.bytes >= limits.bytesMax || machine.changedCount >= limits.changedMax
}

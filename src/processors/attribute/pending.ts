/**
 * What findings have touched and nothing was decided from yet: the findings of one closing come one after
 * the other, and a decision from the first of them would not know what the rest say of the same moment.
 *
 * Due is what the tick behind a closing completes, once every other unit of `detect` has come as far; or
 * with the next tick of its own unit, whatever the others do: nobody is waited for longer than one tick.
 * A tick with `more` ends one of several closings in one record of `detect`, and is none of its own; but the
 * evidence of the next closing does not find the one before undecided.
 */
import type { FindingTick } from '../../contracts/findings.ts'
import type { EnvironmentState } from './state.ts'

export interface PendingEntry {
  /** A release with new evidence, or a service of which a release has changed. */
  readonly kind: 'evidence' | 'release'
  readonly id: string
  readonly service: string
  /** The unit of `detect` that told it; '' where that is not known. */
  readonly unit: string
  /** How far its unit had come with the closing; null until the tick behind it. */
  closedMs: number | null
}

export function notePending(
  { pending }: EnvironmentState,
  item: Omit<PendingEntry, 'closedMs'>,
): void {
  const known = pending.some(
    ({ kind, id, closedMs }) => kind === item.kind && id === item.id && closedMs === null,
  )
  if (!known) pending.push({ ...item, closedMs: null })
}

export function isPending({ pending }: EnvironmentState, release: string): boolean {
  return pending.some(({ kind, id }) => kind === 'evidence' && id === release)
}

/** Takes out what earlier closings of this unit have touched. */
export function takeClosed(state: EnvironmentState, unit: string): PendingEntry[] {
  const isClosed = (item: PendingEntry) => item.unit === unit && item.closedMs !== null
  const closed = state.pending.filter(isClosed)
  if (closed.length > 0) state.pending = state.pending.filter((item) => !isClosed(item))
  return inOrder(closed, 0)
}

/** Takes out what is due with this tick, whose time is in `units` already; in the order of services. */
export function takeDue(state: EnvironmentState, tick: FindingTick): PendingEntry[] {
  const { pending, units } = state
  if (pending.length === 0) return []
  const atMs = units.get(tick.unit) ?? tick.atMs
  const leastMs = Math.min(...units.values())
  const due: PendingEntry[] = []
  const rest: PendingEntry[] = []
  for (const item of pending) {
    const own = item.unit === '' || item.unit === tick.unit
    const waited = own && item.closedMs !== null && tick.more !== true
    if (own) item.closedMs ??= atMs
    const complete = item.closedMs !== null && item.closedMs <= leastMs
    if (waited || complete || tick.end === true) due.push(item)
    else rest.push(item)
  }
  state.pending = rest
  return inOrder(due, atMs)
}

function inOrder(due: PendingEntry[], openMs: number): PendingEntry[] {
  const closing = ({ closedMs }: PendingEntry) => closedMs ?? openMs
  return due.sort(
    (a, b) =>
      closing(a) - closing(b) || (a.service < b.service ? -1 : a.service > b.service ? 1 : 0),
  )
}

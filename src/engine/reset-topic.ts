/**
 * A topic was deleted and made again: units that read it begin at its first offset, in an epoch of their
 * own, with all state that they have (`culprit topics reset`).
 *
 * That it happened shows in units that stand beyond the end. Others of the same topic may stand before it
 * again, since it has grown, and are restarted with them; but none whose epoch is newer than that of all
 * that stand beyond the end: those were restarted when the same reset broke off half-way.
 */
import type { CheckpointStore } from '../ports/checkpoint-store.ts'
import type { Clock } from '../ports/clock.ts'
import type { EventLog } from '../ports/event-log.ts'
import type { Processor } from '../processors/processor.ts'
import { unitName } from './route.ts'

export interface LookOptions {
  readonly log: Pick<EventLog, 'offsets' | 'partitionCount' | 'groupOffset'>
  /** null for a processor that keeps its group's offset. */
  readonly store: Pick<CheckpointStore, 'place'> | null
  readonly groupPrefix: string
  /** The one that reads the topic. */
  readonly processor: Pick<Processor, 'name' | 'inputs'>
  readonly topic: string
}

export interface ResetOptions extends LookOptions {
  readonly log: LookOptions['log'] & Pick<EventLog, 'setGroupOffset'>
  readonly store: Pick<CheckpointStore, 'place' | 'restart'> | null
  readonly clock: Clock
  /** Restarts every unit of the topic, wherever it stands. */
  readonly force: boolean
}

export interface UnitReset {
  readonly unit: string
  /** Where it stood; null for one that never read. */
  readonly next: number | null
  readonly end: number
  readonly act: 'restarted' | 'left'
}

export interface ResetAnswer {
  /** `current`: no unit stands beyond the end. `busy`: members of the group run. */
  readonly status: 'reset' | 'current' | 'busy'
  readonly units: readonly UnitReset[]
}

export async function resetTopic(options: ResetOptions): Promise<ResetAnswer> {
  const { clock, force, store } = options
  const found = await unitsOf(options)
  const read = found.filter((each) => each.next !== null)
  const beyond = read.filter(({ next, end }) => next > end)
  const left = found.map(({ unit, next, end }): UnitReset => ({ unit, next, end, act: 'left' }))
  if (beyond.length === 0 && !force) return { status: 'current', units: left }
  const newest = Math.max(...beyond.map(({ epoch }) => epoch))
  const due = read.filter(({ epoch }) => force || epoch <= newest)
  const units: UnitReset[] = left.filter(({ unit }) => !due.some((each) => each.unit === unit))
  const nowMs = clock.now()
  for (const { unit, next, end, partition, earliest, epoch } of due) {
    if (store !== null) await store.restart(unit, nowMs)
    else {
      const offset = { next: earliest, epoch: Math.max(epoch + 1, nowMs) }
      const place = { topic: options.topic, partition }
      const set = await options.log.setGroupOffset(groupOf(options), place, offset)
      if (set === 'busy') return { status: 'busy', units: left }
    }
    units.push({ unit, next, end, act: 'restarted' })
  }
  return { status: 'reset', units: inOrder(found, units) }
}

export type UnitFound =
  | (Where & { readonly next: number; readonly epoch: number })
  | (Where & { readonly next: null })

interface Where {
  readonly unit: string
  readonly partition: number
  readonly earliest: number
  readonly end: number
}

/** Where the units of a topic stand, and where it ends for them. */
export async function unitsOf(options: LookOptions): Promise<UnitFound[]> {
  const { log, store, processor, topic } = options
  const found: UnitFound[] = []
  for (let partition = 0; partition < log.partitionCount(topic); partition++) {
    const place = { topic, partition }
    const unit = unitName(processor, place)
    const { earliest, end } = await log.offsets(topic, partition)
    const at =
      store === null ? await log.groupOffset(groupOf(options), place) : await store.place(unit)
    const where = { unit, partition, earliest, end }
    if (at === null || at.next === null) found.push({ ...where, next: null })
    else found.push({ ...where, next: at.next, epoch: at.epoch })
  }
  return found
}

function groupOf({ groupPrefix, processor }: LookOptions): string {
  return `${groupPrefix}${processor.name}`
}

function inOrder(found: readonly UnitFound[], units: readonly UnitReset[]): UnitReset[] {
  return found.map(({ unit }) => units.find((each) => each.unit === unit)!)
}

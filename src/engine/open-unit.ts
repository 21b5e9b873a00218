/**
 * Opens a unit: where it goes on, in which epoch, with which state. What its last commit may not have
 * published is published before anything else.
 */
import { partitionOf } from '../core/kernel/murmur2.ts'
import { Applied, nameInPositions } from '../core/kernel/positions.ts'
import type { Checkpoint } from '../ports/checkpoint-store.ts'
import { publish, untilDone } from './publish.ts'
import { attempt, type Opened, type UnitContext } from './unit-context.ts'

export async function openUnit(context: UnitContext): Promise<Opened | 'lost' | 'abandoned'> {
  const { unit, processor, reader, log, status } = context
  status.state = 'opening'
  const start = await untilDone(() => findStart(context), attempt(context))
  if (start === 'lost' || start === 'abandoned') return start
  const { checkpoint, next, epoch } = start
  const outbox = checkpoint?.outbox ?? []
  if ((await publish(log, outbox, attempt(context))) === 'abandoned') return 'abandoned'
  const opened: Opened = {
    machine: processor.open(unit, checkpoint?.entries ?? []),
    source: nameInPositions(unit, epoch),
    applied: checkpoint === null ? null : new Applied(checkpoint.applied),
    epoch,
    generation: checkpoint?.generation ?? 0,
    commit: checkpoint?.commit ?? 0,
    next,
    fetchedNext: next,
    pending: [],
    pendingFrom: 0,
    receivedMonotonicMs: 0,
  }
  // What lay in the topic before it was made anew, and had not been read, is gone; how much nobody knows.
  if (checkpoint !== null && epoch > 0 && next === 0) opened.machine.lost?.(1)
  if (start.isNew && (await restore(opened, context)) === 'abandoned') return 'abandoned'
  reader.seek(next)
  status.next = next
  status.state = 'running'
  status.reason = null
  return opened
}

interface Start {
  readonly checkpoint: Checkpoint | null
  readonly isNew: boolean
  readonly next: number
  readonly epoch: number
}

async function findStart({
  unit,
  reader,
  log,
  store,
  clock,
}: UnitContext): Promise<Start | 'lost'> {
  const checkpoint = store === null ? null : await store.open(unit, clock.now())
  const place = checkpoint ?? (await reader.committedOffset())
  const next = place?.next ?? null
  if (next !== null) return { checkpoint, isNew: false, next, epoch: place!.epoch }
  const { earliest } = await log.offsets(reader.topic, reader.partition)
  if (checkpoint !== null) {
    return { checkpoint, isNew: true, next: earliest, epoch: checkpoint.epoch }
  }
  // A group forgets its offsets together with a topic, so these may have been counted before: they get an
  // epoch of their own, which is known before the first of them is read.
  const epoch = clock.now()
  if ((await reader.commitOffset({ next: earliest, epoch })) === 'lost') return 'lost'
  return { checkpoint, isNew: true, next: earliest, epoch }
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

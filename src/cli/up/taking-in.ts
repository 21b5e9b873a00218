/**
 * The role `ingest`: the HTTP doors of this process as one unit, the ticks of all its units, and on a
 * shared log the processor of the input topics.
 */
import { DoorUnit } from '../../engine/door-unit.ts'
import { type ProcessorRun, runProcessor } from '../../engine/run-processor.ts'
import { systemClock } from '../../engine/system-clock.ts'
import { TickWriter } from '../../engine/tick-writer.ts'
import type { EventLog } from '../../ports/event-log.ts'
import { ingestProcessor } from '../../processors/ingest/ingest.ts'
import type { Processor } from '../../processors/processor.ts'
import type { Queries } from '../../web/queries.ts'
import { foldSettings } from '../configure.ts'
import { Intake } from './intake.ts'
import type { OwnMetrics } from './own-metrics.ts'
import { Recorder } from './recorder.ts'
import { type Shared, stopWithinMs } from './shared.ts'

export interface TakingIn {
  readonly door: DoorUnit<object>
  readonly intake: Intake
  readonly metrics: OwnMetrics
  readonly run: ProcessorRun | null
  /** From now on ticks speak for the doors. */
  start(): void
}

export async function openTakingIn(
  shared: Shared & { readonly queries: Queries | null; readonly record: string | null },
): Promise<TakingIn> {
  const { config, topics, backend, metrics, hex, trap, closers, queries } = shared
  const { log } = backend
  const groupPrefix = config.kafka.topicPrefix
  const settings = foldSettings(config)
  const processor = ingestProcessor(settings, topics, {
    accepted: (kind, count) => metrics.accepted(kind, count),
    refused: (kind, reason, count) => metrics.refused(kind, reason, count),
    deadLetter: (reason) => metrics.deadLetter(reason),
  })
  const ticks = new TickWriter({
    log,
    clock: systemClock,
    topic: topics.serviceEvents,
    unit: `ticks/${hex}`,
    failed: trap,
    ...(backend.shared ? { roster: rosterOf(processor, log) } : {}),
  })
  const run = backend.shared
    ? await runProcessor({
        processor,
        log,
        store: null,
        clock: systemClock,
        ticks,
        groupPrefix,
        failed: trap,
      })
    : null
  if (run !== null) closers.push(async () => void (await run.stop(stopWithinMs)))
  const door = new DoorUnit<object>({ log, clock: systemClock, hex })
  const recorder = shared.record === null ? null : new Recorder(shared.record, hex)
  if (recorder !== null) closers.push(() => recorder.close())
  closers.push(async () => {
    await ticks.end(door.unit)
  })
  const services = () => queries?.services() ?? Promise.resolve([])
  const intake = new Intake({
    door,
    clock: systemClock,
    topics,
    settings,
    metrics,
    recorder,
    services,
  })
  const start = () => {
    ticks.add(door.unit, (now) => door.take(now))
    ticks.start()
  }
  return { door, intake, metrics, run, start }
}

/** Every unit that somebody reads: ticks of one process must not outrun those that another is about to open. */
function rosterOf({ name, inputs }: Processor, log: EventLog): Record<string, number> {
  return Object.fromEntries(inputs.map((topic) => [`${name}/${topic}`, log.partitionCount(topic)]))
}

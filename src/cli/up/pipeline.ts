/** The processors of this process's roles on the engine. */
import { isUsable } from '../../core/rollup/track.ts'
import { type ProcessorRun, runProcessor } from '../../engine/run-processor.ts'
import { systemClock } from '../../engine/system-clock.ts'
import { attributeProcessor } from '../../processors/attribute/attribute.ts'
import { detectProcessor } from '../../processors/detect/detect.ts'
import type { Processor } from '../../processors/processor.ts'
import { attributeSettings, detectSettings } from '../configure.ts'
import type { Role } from './roles.ts'
import { type Shared, stopWithinMs } from './shared.ts'

export async function startProcessors(
  shared: Shared,
  roles: ReadonlySet<Role>,
): Promise<ProcessorRun[]> {
  const { backend, trap, closers } = shared
  const groupPrefix = shared.config.kafka.topicPrefix
  const { log, store } = backend
  const runs: ProcessorRun[] = []
  for (const [role, make] of [
    ['attribute', attribute],
    ['detect', detect],
  ] as const) {
    if (!roles.has(role)) continue
    const processor = make(shared)
    const run = await runProcessor({
      processor,
      log,
      store,
      clock: systemClock,
      groupPrefix,
      failed: trap,
    })
    closers.push(async () => void (await run.stop(stopWithinMs)))
    runs.push(run)
  }
  return runs
}

function detect({ config, topics, metrics }: Shared): Processor {
  return detectProcessor(detectSettings(config), topics, {
    bucketClosed: (service, track, bucket) => {
      metrics.series.closed(service, track, bucket)
      metrics.windowsClosed++
      if (!isUsable(bucket)) metrics.windowsIncomplete++
      metrics.watermarkMs = Math.max(metrics.watermarkMs ?? 0, bucket.endMs)
    },
    late: (count) => {
      metrics.late += count
    },
    outOfOrder: (count) => metrics.dropped('out-of-order', count),
    refused: (reason) => metrics.dropped(reason),
    overflow: (limit, count) => metrics.overflow(limit, count),
    ticked: (unit, told) => metrics.ticks.set(unit, told),
    placeboEnded: (alarmed) => metrics.placebo(alarmed),
  })
}

function attribute({ config, topics, metrics }: Shared): Processor {
  return attributeProcessor(attributeSettings(config), topics, {
    verdict: ({ verdict }) => metrics.verdict(verdict),
    refused: (reason) => metrics.dropped(reason),
  })
}

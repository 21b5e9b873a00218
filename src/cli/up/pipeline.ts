/** The processors on the engine, and the view that follows what they publish. */
import type { Embedded } from '../../adapters/embedded/open-embedded.ts'
import type { Config } from '../../config/settings.ts'
import { Incident } from '../../contracts/incident.ts'
import { Release } from '../../contracts/release.ts'
import { type ProcessorRun, runProcessor } from '../../engine/run-processor.ts'
import { systemClock } from '../../engine/system-clock.ts'
import type { LogRecord } from '../../ports/event-log.ts'
import { attributeProcessor } from '../../processors/attribute/attribute.ts'
import { detectProcessor } from '../../processors/detect/detect.ts'
import type { Topics } from '../../processors/topics.ts'
import type { View } from '../../web/view.ts'
import { attributeSettings, detectSettings } from '../configure.ts'
import { follow, type Following } from './follow.ts'
import type { OwnMetrics } from './own-metrics.ts'

export async function startProcessors(
  config: Config,
  { log, store }: Embedded,
  topics: Topics,
  metrics: OwnMetrics,
  trap: (error: unknown) => void,
): Promise<ProcessorRun[]> {
  const detect = detectProcessor(detectSettings(config), topics, {
    bucketClosed: (_service, _track, bucket) => {
      metrics.windowsClosed++
      if (bucket.missing || bucket.completeness < 0.9) metrics.windowsIncomplete++
      metrics.watermarkMs = Math.max(metrics.watermarkMs ?? 0, bucket.endMs)
    },
    late: (count) => {
      metrics.late += count
    },
    refused: (reason) => metrics.dropped(reason),
  })
  const attribute = attributeProcessor(attributeSettings(config), topics, {
    verdict: ({ verdict }) => metrics.verdict(verdict),
    refused: (reason) => metrics.dropped(reason),
  })
  const runs: ProcessorRun[] = []
  for (const processor of [attribute, detect]) {
    runs.push(await runProcessor({ processor, log, store, clock: systemClock, failed: trap }))
  }
  return runs
}

export async function followView(
  { log }: Embedded,
  topics: Topics,
  view: View,
  hex: string,
  failed: (error: unknown) => void,
): Promise<Following> {
  const visit = (record: LogRecord) => {
    if (record.topic === topics.incidents && record.value === null && record.key !== null) {
      view.forgetIncident(record.key)
    }
    if (record.value === null) return
    const value: unknown = JSON.parse(Buffer.from(record.value).toString())
    if (record.topic === topics.releases) {
      const release = Release.safeParse(value)
      if (release.success) view.takeRelease(release.data)
    } else {
      const incident = Incident.safeParse(value)
      if (incident.success) view.takeIncident(incident.data)
    }
  }
  return follow(log, {
    group: `culprit-web-${hex}`,
    topics: [topics.releases, topics.incidents],
    visit,
    failed,
  })
}

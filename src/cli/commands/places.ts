/** Whether units stand beyond the ends of their topics, for `doctor`: those were deleted and made again. */
import type { Config } from '../../config/settings.ts'
import { unitsOf } from '../../engine/reset-topic.ts'
import type { CheckpointStore } from '../../ports/checkpoint-store.ts'
import { readers } from './readers.ts'
import { answered, openLog, openStore } from './set-up.ts'
import type { SetUpFinding } from './set-up-findings.ts'

/** Of processors with state only where other processes may ask for it: on Redis. */
export async function askPlaces(config: Config): Promise<SetUpFinding[]> {
  if (config.kafka.brokers.length === 0) return []
  return answered('places of the units', async () => {
    const opened = config.redis.url === null ? null : await openStore(config)
    try {
      return await beyondEnds(config, opened?.store ?? null)
    } finally {
      await opened?.close()
    }
  })
}

async function beyondEnds(config: Config, store: CheckpointStore | null): Promise<SetUpFinding[]> {
  const log = await openLog(config)
  try {
    const findings: SetUpFinding[] = []
    for (const processor of readers(config)) {
      const own = processor.name === 'ingest' ? null : store
      if (own === null && processor.name !== 'ingest') continue
      for (const { name: topic, partitions } of (await log.inspect(processor.inputs)).topics) {
        if (partitions === null) continue
        const retention = { kind: 'forever' } as const
        await log.ensureTopics([{ name: topic, partitions, retention, foreign: true }])
        const groupPrefix = config.kafka.topicPrefix
        const units = await unitsOf({ log, store: own, groupPrefix, processor, topic })
        const beyond = units.filter(({ next, end }) => next !== null && next > end)
        if (beyond.length === 0) continue
        const names = beyond.map(({ unit, next, end }) => `${unit} at ${next} of ${end}`).join(', ')
        const what = `${topic} was made anew: its units stand beyond its end (${names})`
        findings.push({ level: 'fault', what, mend: `culprit topics reset ${topic}` })
      }
    }
    return findings
  } finally {
    await log.close()
  }
}

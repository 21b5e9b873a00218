/** Which processor reads a topic. */
import type { Config } from '../../config/settings.ts'
import { attributeProcessor } from '../../processors/attribute/attribute.ts'
import { detectProcessor } from '../../processors/detect/detect.ts'
import { ingestProcessor } from '../../processors/ingest/ingest.ts'
import type { Processor } from '../../processors/processor.ts'
import { topicNames } from '../../processors/topics.ts'
import { attributeSettings, detectSettings, foldSettings } from '../configure.ts'

/** null for a topic that only followers read, who keep no place in it. */
export function readerOf(config: Config, topic: string): Processor | null {
  return readers(config).find(({ inputs }) => inputs.includes(topic)) ?? null
}

export function inputsOf(config: Config): string[] {
  return readers(config).flatMap(({ inputs }) => inputs)
}

export function readers(config: Config): Processor[] {
  const topics = topicNames(config.kafka.topicPrefix)
  return [
    ingestProcessor(foldSettings(config), topics),
    detectProcessor(detectSettings(config), topics),
    attributeProcessor(attributeSettings(config), topics),
  ]
}

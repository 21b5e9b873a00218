/** The product itself, its processors with default settings on the inline engine, fed minute by minute. */
import { loadConfig } from '../../config/load.ts'
import type { ServiceEvent } from '../../contracts/service-events.ts'
import type { MetricRule } from '../../core/rollup/metric-rules.ts'
import { InlineEngine } from '../../engine/inline.ts'
import { attributeProcessor } from '../../processors/attribute/attribute.ts'
import type { VerdictTold } from '../../processors/attribute/observer.ts'
import { detectProcessor } from '../../processors/detect/detect.ts'
import { serviceEventOutput } from '../../processors/ingest/outputs.ts'
import { topicNames } from '../../processors/topics.ts'
import { attributeSettings, detectSettings } from '../configure.ts'

const unit = 'http/0000000000000000'

export class HousePipeline {
  readonly #topics = topicNames('culprit.')
  readonly #engine: InlineEngine
  #offset = 0

  /** `metrics`: what the house says of its own. */
  constructor(metrics: readonly MetricRule[], verdict: (told: VerdictTold) => void) {
    const { config } = loadConfig({
      file: null,
      environment: {},
      flags: [`detection.metrics=${JSON.stringify(metrics)}`],
      readFile: () => '',
    })
    const topics = this.#topics
    this.#engine = new InlineEngine({
      processors: [
        detectProcessor(detectSettings(config), topics),
        attributeProcessor(attributeSettings(config), topics, { verdict }),
      ],
      partitions: Object.fromEntries(Object.values(topics).map((topic) => [topic, 1])),
      emit: () => undefined,
    })
  }

  take(events: readonly ServiceEvent[], atMs: number): void {
    const outputs = events.map((event) => serviceEventOutput(event, this.#topics.serviceEvents))
    this.#engine.offer(outputs, { unit, offset: this.#offset++, atMs })
  }

  tick(atMs: number, records: number, end = false): void {
    this.take([{ kind: 'tick', units: { [unit]: atMs }, records, ...(end ? { end } : {}) }], atMs)
  }
}

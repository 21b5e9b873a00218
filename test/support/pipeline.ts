/** The whole pipeline on the inline engine, fed with recorded lines: what came out, in order. */
import { fold } from '../../src/core/rollup/fold/fold.ts'
import type { MetricRule } from '../../src/core/rollup/metric-rules.ts'
import { foldDefaults, type FoldSettings } from '../../src/core/rollup/fold/settings.ts'
import type { ServiceEvent } from '../../src/contracts/service-events.ts'
import { InlineEngine } from '../../src/engine/inline.ts'
import type { LogRecord } from '../../src/ports/event-log.ts'
import { attributeProcessor } from '../../src/processors/attribute/attribute.ts'
import type { VerdictTold } from '../../src/processors/attribute/observer.ts'
import { detectProcessor } from '../../src/processors/detect/detect.ts'
import { serviceEventOutput } from '../../src/processors/ingest/outputs.ts'
import { readDeployments } from '../../src/processors/ingest/read-deployments.ts'
import { topicNames } from '../../src/processors/topics.ts'
import { parseLine } from '../../src/cli/replay/parse-line.ts'

export const detectDefaults = {
  defaultEnvironment: 'default',
  graceMs: 10_000,
  servicesMax: 5_000,
  routesMax: 50,
  versionsMax: 4,
  kindsMax: 200,
  gaugesMax: 60,
  gaugesInAllMax: 4_000,
  historyBytesMax: 1_073_741_824,
  metrics: [],
  watchMs: 3_600_000,
  watchMaxMs: 14_400_000,
  historyMs: 7_200_000,
}
export const attributeDefaults = {
  lookBackMs: 7_200_000,
  criticalEnvironments: ['production'],
  resolveAfterMs: 600_000,
}

export interface Emitted {
  readonly topic: string
  readonly key: string | null
  readonly text: string
}

export class Pipeline {
  readonly emitted: Emitted[] = []
  readonly verdicts: VerdictTold[] = []
  readonly topics = topicNames('culprit.')
  readonly engine: InlineEngine
  readonly #fold: FoldSettings
  #offset = 0

  constructor(
    options: {
      readonly keepsCheckpoints?: boolean
      readonly partitions?: number
      readonly metrics?: readonly MetricRule[]
    } = {},
  ) {
    const { partitions = 1, keepsCheckpoints = false, metrics = [] } = options
    this.#fold = { ...foldDefaults, metrics }
    this.engine = new InlineEngine({
      processors: [
        detectProcessor({ ...detectDefaults, metrics }, this.topics),
        attributeProcessor(attributeDefaults, this.topics, {
          verdict: (told) => this.verdicts.push(told),
        }),
      ],
      partitions: Object.fromEntries(
        Object.values(this.topics).map((topic) => [topic, partitions]),
      ),
      keepsCheckpoints,
      emit: ({ topic, key, value }: LogRecord) => {
        this.emitted.push({ topic, key, text: Buffer.from(value ?? []).toString() })
      },
    })
  }

  /** Telemetry or a deployment event, then a tick at its time. */
  line(text: string, clockMs: number): void {
    const { parsed } = parseLine(Buffer.from(text))
    if (parsed.kind === 'event') {
      const context = { arrivedMs: clockMs, settings: this.#fold }
      this.events(
        readDeployments([{ ok: true, event: parsed.event }], context).deployments,
        clockMs,
      )
    } else if (parsed.kind === 'telemetry') {
      this.events(
        fold(parsed.telemetry, { arrivedMs: clockMs, settings: this.#fold }).events,
        clockMs,
      )
    }
  }

  events(events: readonly ServiceEvent[], atMs: number): void {
    const outputs = events.map((event) => serviceEventOutput(event, this.topics.serviceEvents))
    this.engine.offer(outputs, { unit: 'http/0000000000000000', offset: this.#offset++, atMs })
  }

  tick(atMs: number, records = 1, end = false): void {
    const units = { 'http/0000000000000000': atMs }
    this.events([{ kind: 'tick', units, records, ...(end ? { end } : {}) }], atMs)
  }
}

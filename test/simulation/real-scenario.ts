/**
 * The real processors under simulation: a shop whose canary fails. Whatever happens to processes and store,
 * every subscriber hears the same verdicts and alerts, each alert under one id with one content.
 */
import { Incident } from '../../src/contracts/incident.ts'
import { Release } from '../../src/contracts/release.ts'
import { foldDefaults } from '../../src/core/rollup/fold/settings.ts'
import type { LogRecord, NewRecord } from '../../src/ports/event-log.ts'
import { attributeProcessor } from '../../src/processors/attribute/attribute.ts'
import { detectProcessor } from '../../src/processors/detect/detect.ts'
import { ingestProcessor } from '../../src/processors/ingest/ingest.ts'
import { topicNames } from '../../src/processors/topics.ts'
import { deploymentLine, spanLines } from '../support/otlp-lines.ts'
import { attributeDefaults, detectDefaults } from '../support/pipeline.ts'
import type { Outcome, Scenario } from './simulate.ts'

const topics = topicNames('culprit.')
const feedSeconds = 210
const deployedAtS = 60
const forever = { kind: 'forever' } as const

export const realScenario: Scenario = {
  topics: Object.values(topics).map((name) => ({
    name,
    partitions: name === topics.serviceEvents || name === topics.spans ? 2 : 1,
    retention: [topics.releases, topics.incidents].includes(name)
      ? { kind: 'compacted' as const }
      : forever,
  })),
  tickTopic: topics.serviceEvents,
  stateless: ingestProcessor(foldDefaults, topics),
  stateful: [
    detectProcessor(detectDefaults, topics),
    attributeProcessor(attributeDefaults, topics),
  ],
  feed: (random, startMs) => {
    const seed = Math.floor(random() * 1e6)
    const record = (topic: string, partition: number, text: string, afterMs: number) => ({
      afterMs,
      record: { topic, partition, key: null, headers: {}, value: Buffer.from(text) } as NewRecord,
    })
    const checkout = spanLines({
      seed,
      startMs,
      seconds: feedSeconds,
      versions: [
        { version: '1.0', fromS: 0, toS: feedSeconds, rps: 6, errorRate: 0.01 },
        { version: '1.1', fromS: deployedAtS, toS: feedSeconds, rps: 4, errorRate: 0.5 },
      ],
    })
    const stock = spanLines({
      seed: seed + 1,
      startMs,
      seconds: feedSeconds,
      service: 'stock',
      versions: [{ version: '3.0', fromS: 0, toS: feedSeconds, rps: 3, errorRate: 0.01 }],
    })
    const event = deploymentLine({ atMs: startMs + deployedAtS * 1000, version: '1.1', id: 'one' })
    return [
      ...checkout.map((text, i) => record(topics.spans, i % 2, text, (i + 1) * 1000)),
      ...stock.map((text, i) => record(topics.spans, (i + 1) % 2, text, (i + 1) * 1000 + 300)),
      record(topics.deployments, 0, event, deployedAtS * 1000 + 500),
    ]
  },
}

/** What subscribers were told, in a form that two runs can be compared by. */
export interface Told {
  readonly verdicts: readonly string[]
  readonly incidents: readonly string[]
  /** Two contents under one id of an alert. */
  readonly contradictions: readonly string[]
}

export function toldBy({ topics: records }: Outcome): Told {
  const text = ({ value }: LogRecord) => Buffer.from(value ?? []).toString()
  const verdicts = new Set<string>()
  for (const each of records.get(topics.releases)!) {
    const release = Release.parse(JSON.parse(text(each)))
    verdicts.add(`${release.id} ${release.verdict} ${release.evidence}`)
  }
  const incidents = new Set<string>()
  for (const each of records.get(topics.incidents)!) {
    const { id, state, naming, regressions } = Incident.parse(JSON.parse(text(each)))
    const releases = regressions.map(({ release }) => release.id).join(' ')
    incidents.add(`${id} ${state} ${naming.kind} ${releases}`)
  }
  const contents = new Map<string, string>()
  const contradictions: string[] = []
  for (const each of records.get(topics.alerts)!) {
    const { context } = JSON.parse(text(each)) as { context: { id: string } }
    const before = contents.get(context.id)
    if (before !== undefined && before !== text(each)) contradictions.push(context.id)
    contents.set(context.id, text(each))
  }
  return { verdicts: [...verdicts].sort(), incidents: [...incidents].sort(), contradictions }
}

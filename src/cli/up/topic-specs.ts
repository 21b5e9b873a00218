/** Topics with their partitions and retention (contract section 6). The embedded log has one partition each, and no inputs. */
import type { TopicSpec } from '../../ports/event-log.ts'
import type { Topics } from '../../processors/topics.ts'

const dayMs = 86_400_000

export function topicSpecs(topics: Topics, retentionMs: number, partitions: number): TopicSpec[] {
  const kept = (name: string, ms: number): TopicSpec => ({
    name,
    partitions,
    retention: { kind: 'time', ms },
  })
  return [
    kept(topics.commands, 30 * dayMs),
    kept(topics.serviceEvents, retentionMs),
    kept(topics.findings, retentionMs),
    { name: topics.releases, partitions, retention: { kind: 'compacted' } },
    { name: topics.incidents, partitions, retention: { kind: 'compacted' } },
    kept(topics.alerts, 7 * dayMs),
    kept(topics.rollbacks, 7 * dayMs),
    { name: topics.audit, partitions, retention: { kind: 'forever' } },
    kept(topics.deadLetters, 14 * dayMs),
  ]
}

/** What others write and Culprit reads: made where they are missing, else taken as they are. */
export function inputSpecs(topics: Topics, partitions: number): TopicSpec[] {
  return [topics.spans, topics.metrics, topics.logs, topics.deployments].map((name) => ({
    name,
    partitions,
    retention: { kind: 'time', ms: dayMs },
    foreign: true,
  }))
}

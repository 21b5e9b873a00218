import { describe, expect, it } from 'vitest'
import type { KafkaInspection, TopicInspection } from '../../../src/adapters/kafka/inspect.ts'
import {
  clusterFindings,
  storeFindings,
  topicFindings,
} from '../../../src/cli/commands/set-up-findings.ts'
import type { TopicSpec } from '../../../src/ports/event-log.ts'

const dayMs = 86_400_000
const spec: TopicSpec = {
  name: 'culprit.findings',
  partitions: 6,
  retention: { kind: 'time', ms: dayMs },
}
const good: TopicInspection = {
  name: 'culprit.findings',
  partitions: 6,
  replicas: 3,
  cleanupPolicy: 'delete',
  retentionMs: dayMs,
  batchBytesMax: 2_097_152,
  inSyncReplicasMin: 2,
}
const cluster = (topic: Partial<TopicInspection> = {}): KafkaInspection => ({
  reachable: true,
  why: null,
  apis: { produce: 9, fetch: 13 },
  brokers: [1, 2, 3].map((id) => ({ id, address: `k${id}:9092`, isController: id === 1 })),
  topics: [{ ...good, ...topic }],
})

describe('a topic', () => {
  it('that is as it was made raises nothing', () => {
    expect(topicFindings(cluster(), [spec])).toEqual([])
  })

  it.each([
    { topic: { partitions: null }, level: 'fault', what: 'is missing' },
    { topic: { partitions: 3 }, level: 'fault', what: 'has 3 partitions' },
    { topic: { cleanupPolicy: 'compact' }, level: 'fault', what: 'cleanup.policy compact' },
    { topic: { retentionMs: 3_600_000 }, level: 'fault', what: 'keeps 3600000 ms' },
    { topic: { batchBytesMax: 1_000_000 }, level: 'fault', what: 'takes 1000000 bytes' },
    { topic: { replicas: 1 }, level: 'warning', what: 'one replica on 3 brokers' },
  ])('$what is a $level, with what to do', ({ topic, level, what }) => {
    const [finding] = topicFindings(cluster(topic), [spec])

    expect(finding).toMatchObject({ level })
    expect(finding!.what).toContain(what)
    expect(finding!.mend).not.toBe('')
  })

  it('of somebody else may have other partitions and keep as long as it likes', () => {
    const foreign = { ...spec, foreign: true as const }

    expect(topicFindings(cluster({ partitions: 2, retentionMs: 1 }), [foreign])).toEqual([])
  })

  it('that is refused a look at its settings is not called wrong', () => {
    const unknown = { cleanupPolicy: null, retentionMs: null, batchBytesMax: null }

    expect(topicFindings(cluster(unknown), [spec])).toEqual([])
  })
})

describe('brokers and Redis', () => {
  it('that do not answer are a fault', () => {
    const gone = { reachable: false, why: 'nobody', apis: null, brokers: [], topics: [] }

    expect(clusterFindings(gone)).toMatchObject([{ level: 'fault' }])
    expect(clusterFindings(cluster())).toMatchObject([{ level: 'ok' }])
  })

  it('tell policy, what could not be looked at, clocks and versions', () => {
    const found = storeFindings({
      faults: ['r:6379: maxmemory-policy must be noeviction, is allkeys-lru'],
      unchecked: ['r:6379: appendonly: NOPERM'],
      servers: [{ address: 'r:6379', version: 'redis 7.2', clockOffsetMs: -4_000 }],
    })

    expect(found.map(({ level }) => level)).toEqual(['fault', 'warning', 'warning', 'ok'])
    expect(found[2]!.what).toContain('-4000 ms')
    expect(found[3]!.what).toContain('redis 7.2 at r:6379')
  })
})

/** One unit of `attribute` by itself, told findings, with its entries as a store would hold them. */
import type { Finding, ReleaseFinding } from '../../src/contracts/findings.ts'
import { firstVerdict } from '../../src/core/attribution/verdict.ts'
import { attributeProcessor } from '../../src/processors/attribute/attribute.ts'
import {
  encode,
  type IncidentEntry,
  type ReleaseEntry,
} from '../../src/processors/attribute/state.ts'
import type { StateEntry } from '../../src/processors/processor.ts'
import { topicNames } from '../../src/processors/topics.ts'
import { attributeDefaults } from './pipeline.ts'

export const startMs = Date.parse('2026-01-01T00:00:00Z')
export const checkout = 'production/shop/checkout'
export const topics = topicNames('culprit.')

export const release = (
  id: string,
  atMs: number,
  more: Partial<ReleaseFinding> = {},
): ReleaseFinding => ({
  kind: 'release',
  id,
  revision: 1,
  service: checkout,
  version: id,
  previousVersion: null,
  previousRelease: null,
  commit: null,
  previousCommit: null,
  repository: null,
  artifactId: null,
  previousArtifactId: null,
  startedAtMs: atMs,
  exposedAtMs: atMs,
  origin: 'event',
  action: 'deployed',
  deploymentEventId: null,
  strategy: 'unknown',
  joined: 'exact',
  phase: 'watch-ended',
  note: null,
  rollout: [],
  rollback: null,
  completeness: 'none',
  changes: [],
  ...more,
})

export function incident(
  id: string,
  {
    resolvedAtMs,
    releases = [],
    lastChangeMs = startMs,
  }: { resolvedAtMs: number | null; releases?: string[]; lastChangeMs?: number },
): StateEntry {
  const at = new Date(startMs).toISOString()
  const entry: IncidentEntry = {
    id,
    environment: 'production',
    releases,
    openedAtMs: startMs,
    onsetMs: startMs,
    recoveredAtMs: null,
    resolvedAtMs,
    ranked: [],
    lastChangeMs,
    incident: {
      id,
      revision: 3,
      state: resolvedAtMs === null ? 'open' : 'resolved',
      severity: 'critical',
      environment: 'production',
      openedAt: at,
      updatedAt: at,
      onsetAt: at,
      title: '',
      summary: '',
      regressions: [],
      naming: { kind: 'nobody', ids: [], probability: 0, because: '' },
      suspects: [],
      exemplars: [],
      suggestion: null,
      resolution: null,
    },
    detectedRevision: 3,
  }
  return { group: '', key: `incident/${id}`, value: encode(entry) }
}

export class AttributeUnit {
  readonly entries = new Map<string, StateEntry>()
  readonly #machine
  #offset: number

  /** `offset` of the first finding that is still kept. */
  constructor(entries: readonly StateEntry[] = [], offset = 0) {
    this.#offset = offset
    for (const entry of entries) this.entries.set(entry.key, entry)
    this.#machine = attributeProcessor(attributeDefaults, topics).open('attribute/0', entries)
  }

  say(...findings: readonly Finding[]) {
    const outputs = findings.flatMap((finding) =>
      this.#machine.apply({
        topic: topics.findings,
        partition: 0,
        offset: this.#offset++,
        key: 'production',
        value: encode(finding),
        headers: {},
        atMs: 0,
      }),
    )
    const { puts, deletes } = this.#machine.takeChanges()
    for (const { key } of deletes) this.entries.delete(key)
    for (const entry of puts) this.entries.set(entry.key, entry)
    return outputs
  }

  /** A record of a compacted topic, as a unit without a checkpoint is given it before its input. */
  restore(topic: string, key: string, value: unknown): void {
    this.#machine.restore?.({
      topic,
      partition: 0,
      offset: 0,
      key,
      value: value === null ? null : encode(value),
      headers: {},
      atMs: 0,
    })
  }

  tick(atMs: number) {
    return this.say({ kind: 'tick', unit: 'detect/0', atMs })
  }

  has(key: string): boolean {
    return this.entries.has(key)
  }

  get edges(): string[] {
    const bytes = this.entries.get('edges')?.value ?? Buffer.from('[]')
    return (JSON.parse(Buffer.from(bytes).toString()) as [string, number][]).map(([edge]) => edge)
  }
}

export function stored(id: string, atMs: number, more: Partial<ReleaseFinding> = {}): StateEntry {
  const entry: ReleaseEntry = {
    finding: release(id, atMs, more),
    verdict: { ...firstVerdict(), verdict: 'regressed', reason: 'worse' },
    evidence: null,
    history: [],
    published: 1,
  }
  return { group: '', key: `release/${id}`, value: encode(entry) }
}

import { describe, expect, it } from 'vitest'
import type { Finding, ReleaseFinding } from '../../../src/contracts/findings.ts'
import { firstVerdict } from '../../../src/core/attribution/verdict.ts'
import { attributeProcessor } from '../../../src/processors/attribute/attribute.ts'
import {
  encode,
  encodeUnit,
  emptyEnvironment,
  type IncidentEntry,
  type ReleaseEntry,
} from '../../../src/processors/attribute/state.ts'
import type { StateEntry } from '../../../src/processors/processor.ts'
import { topicNames } from '../../../src/processors/topics.ts'
import { attributeDefaults } from '../../support/pipeline.ts'

const hourMs = 3_600_000
const dayMs = 24 * hourMs
const startMs = Date.parse('2026-01-01T00:00:00Z')
const checkout = 'production/shop/checkout'
const stock = 'production/shop/stock'
const topics = topicNames('culprit.')

const release = (id: string, atMs: number, more: Partial<ReleaseFinding> = {}): ReleaseFinding => ({
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

const spoken = (service: string, atMs: number): Finding => ({
  kind: 'silence',
  service,
  atMs,
  silent: false,
})

function incident(
  id: string,
  { resolvedAtMs, releases = [] }: { resolvedAtMs: number | null; releases?: string[] },
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
    lastChangeMs: startMs,
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

/** One unit of `attribute` with its entries as a store would hold them. */
class Unit {
  readonly entries = new Map<string, StateEntry>()
  readonly #machine
  #offset = 0

  constructor(entries: readonly StateEntry[] = []) {
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

describe('what attribute forgets', () => {
  it('forgets a release 30 days after its last word, where a newer one is current', () => {
    const unit = new Unit()
    unit.say(release('rel_a', startMs), release('rel_b', startMs + dayMs))
    unit.say(release('rel_c', startMs + 2 * dayMs, { previousRelease: 'rel_b' }))
    unit.say(spoken(checkout, startMs + 40 * dayMs))
    unit.tick(startMs + 30 * dayMs)
    expect(unit.has('release/rel_a')).toBe(true)

    unit.tick(startMs + 40 * dayMs)
    expect(unit.has('release/rel_a')).toBe(false)
    expect(unit.has('release/rel_b'), 'a rollback would go to it').toBe(true)
    expect(unit.has('release/rel_c'), 'it is what runs').toBe(true)
  })

  it('forgets all releases of a service that is not heard any more', () => {
    const unit = new Unit()
    unit.say(release('rel_a', startMs), spoken(checkout, startMs))
    unit.tick(startMs + 40 * dayMs)

    expect([unit.has('release/rel_a'), unit.has(`service/${checkout}`)]).toEqual([false, false])
  })

  it('keeps 5,000 releases, the youngest, and never drops one of an open incident', () => {
    const releases = Array.from({ length: 5_010 }, (_, i) =>
      stored(`rel_${i}`, startMs + i * 1_000),
    )
    const unit = new Unit([incident('inc_0000000000000001', openWith('rel_0')), ...releases])
    unit.tick(startMs + hourMs * 2)

    const kept = [...unit.entries.keys()].filter((key) => key.startsWith('release/'))
    expect(kept).toHaveLength(5_000)
    expect(kept).toContain('release/rel_0')
    expect(kept).not.toContain('release/rel_10')
    expect(kept).toContain('release/rel_11')
  })

  it('keeps the releases of an open incident however old it is', () => {
    const unit = new Unit([
      incident('inc_0000000000000001', openWith('rel_a')),
      stored('rel_a', startMs),
    ])
    unit.tick(startMs + 90 * dayMs)

    expect(unit.has('release/rel_a')).toBe(true)
  })

  it('forgets an incident 30 days after it was resolved, on the compacted topic too', () => {
    const [young, old] = ['inc_0000000000000001', 'inc_0000000000000002']
    const unit = new Unit([
      incident(young, { resolvedAtMs: startMs + 10 * dayMs }),
      incident(old, { resolvedAtMs: startMs }),
      incident('inc_0000000000000003', { resolvedAtMs: null }),
    ])
    const outputs = unit.tick(startMs + 31 * dayMs)

    expect(outputs).toMatchObject([
      { topic: topics.incidents, key: old, partitionBy: old, value: null },
    ])
    expect(unit.has(`incident/${old}`)).toBe(false)
    expect(unit.has(`incident/${young}`)).toBe(true)
    expect(unit.tick(startMs + 33 * dayMs)).toEqual([])
  })

  it('forgets services unheard for 7 days and edges not seen for a day', () => {
    const unit = new Unit()
    unit.say(spoken(stock, startMs), spoken(checkout, startMs + 7 * dayMs))
    unit.say({ kind: 'edge', caller: checkout, callee: stock, atMs: startMs })
    unit.tick(startMs + dayMs)
    expect([unit.edges.length, unit.has(`service/${stock}`)]).toEqual([1, true])

    unit.tick(startMs + 7 * dayMs + hourMs)
    expect([unit.edges.length, unit.has(`service/${stock}`)]).toEqual([0, false])
    expect(unit.has(`service/${checkout}`)).toBe(true)

    unit.say({ kind: 'edge', caller: checkout, callee: stock, atMs: startMs })
    expect(unit.edges, 'what was last seen long ago is no edge').toEqual([])
  })

  it('looks at most once an hour of tick time, also after it was opened again', () => {
    const state = { ...emptyEnvironment(), nowMs: startMs, forgottenMs: startMs }
    const entries = [
      { group: '', key: 'unit', value: encodeUnit(state) },
      incident('inc_0000000000000001', { resolvedAtMs: startMs - 40 * dayMs }),
    ]
    const unit = new Unit(entries)
    unit.tick(startMs + hourMs - 1)
    expect(unit.has('incident/inc_0000000000000001')).toBe(true)
    unit.tick(startMs + hourMs)
    expect(unit.has('incident/inc_0000000000000001')).toBe(false)
  })

  it('comes to its end with an incident whose releases are forgotten', () => {
    const unit = new Unit([
      incident('inc_0000000000000001', { resolvedAtMs: startMs, releases: ['rel_gone'] }),
    ])
    const end = { kind: 'tick', unit: 'detect/0', atMs: startMs + dayMs, end: true } as const
    expect(unit.say(end)).toEqual([])
  })
})

function stored(id: string, atMs: number): StateEntry {
  const entry: ReleaseEntry = {
    finding: release(id, atMs),
    verdict: firstVerdict(),
    evidence: null,
    history: [],
    published: 1,
  }
  return { group: '', key: `release/${id}`, value: encode(entry) }
}

function openWith(id: string) {
  return { resolvedAtMs: null, releases: [id] }
}

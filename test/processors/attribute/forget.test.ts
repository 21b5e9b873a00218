import { describe, expect, it } from 'vitest'
import type { Finding } from '../../../src/contracts/findings.ts'
import { emptyEnvironment, encodeUnit } from '../../../src/processors/attribute/state.ts'
import {
  AttributeUnit,
  checkout,
  incident,
  release,
  startMs,
  stored,
  topics,
} from '../../support/attribute-unit.ts'

const hourMs = 3_600_000
const dayMs = 24 * hourMs
const stock = 'production/shop/stock'

const spoken = (service: string, atMs: number): Finding => ({
  kind: 'silence',
  service,
  atMs,
  silent: false,
})

describe('what attribute forgets', () => {
  it('forgets a release 30 days after its last word, where a newer one is current', () => {
    const unit = new AttributeUnit()
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
    const unit = new AttributeUnit()
    unit.say(release('rel_a', startMs), spoken(checkout, startMs))
    unit.tick(startMs + 40 * dayMs)

    expect([unit.has('release/rel_a'), unit.has(`service/${checkout}`)]).toEqual([false, false])
  })

  it('keeps 5,000 releases, the youngest, and never drops one of an open incident', () => {
    const releases = Array.from({ length: 5_010 }, (_, i) =>
      stored(`rel_${i}`, startMs + i * 1_000),
    )
    const unit = new AttributeUnit([
      incident('inc_0000000000000001', openWith('rel_0')),
      ...releases,
    ])
    unit.tick(startMs + hourMs * 2)

    const kept = [...unit.entries.keys()].filter((key) => key.startsWith('release/'))
    expect(kept).toHaveLength(5_000)
    expect(kept).toContain('release/rel_0')
    expect(kept).not.toContain('release/rel_10')
    expect(kept).toContain('release/rel_11')
  })

  it('keeps the releases of an open incident however old they are', () => {
    const lastChangeMs = startMs + 89.5 * dayMs
    const unit = new AttributeUnit([
      incident('inc_0000000000000001', { ...openWith('rel_a'), lastChangeMs }),
      stored('rel_a', startMs),
    ])
    unit.tick(startMs + 90 * dayMs)

    expect(unit.has('release/rel_a')).toBe(true)
  })

  it('forgets an incident 30 days after it was resolved, on the compacted topic too', () => {
    const [young, old] = ['inc_0000000000000001', 'inc_0000000000000002']
    const unit = new AttributeUnit([
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
    const unit = new AttributeUnit()
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
    const unit = new AttributeUnit(entries)
    unit.tick(startMs + hourMs - 1)
    expect(unit.has('incident/inc_0000000000000001')).toBe(true)
    unit.tick(startMs + hourMs)
    expect(unit.has('incident/inc_0000000000000001')).toBe(false)
  })

  it('comes to its end with an incident whose releases are forgotten', () => {
    const unit = new AttributeUnit([
      incident('inc_0000000000000001', { resolvedAtMs: startMs, releases: ['rel_gone'] }),
    ])
    const end = { kind: 'tick', unit: 'detect/0', atMs: startMs + dayMs, end: true } as const
    expect(unit.say(end)).toEqual([])
  })
})

function openWith(id: string) {
  return { resolvedAtMs: null, releases: [id] }
}

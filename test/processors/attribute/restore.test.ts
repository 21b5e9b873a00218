import { describe, expect, it } from 'vitest'
import type { Incident } from '../../../src/contracts/incident.ts'
import type { Release } from '../../../src/contracts/release.ts'
import { firstVerdict } from '../../../src/core/attribution/verdict.ts'
import { releaseRecord } from '../../../src/core/response/release-record.ts'
import type { Output } from '../../../src/processors/processor.ts'
import {
  AttributeUnit,
  incident as incidentEntry,
  release as finding,
  startMs,
  topics,
} from '../../support/attribute-unit.ts'

const minuteMs = 60_000
const hourMs = 60 * minuteMs
const id = 'inc_0000000000000001'

const regressed: Release = releaseRecord(
  finding('rel_00000000000000aa', startMs, { version: '1.1' }),
  { ...firstVerdict(), verdict: 'regressed', reason: 'worse', atMs: startMs },
  4,
)

/** As a predecessor published it: opened at `startMs`, revision 3. */
function published(more: Partial<Incident> = {}): Incident {
  const { value } = incidentEntry(id, { resolvedAtMs: null })
  const { incident } = JSON.parse(Buffer.from(value).toString()) as { incident: Incident }
  return { ...incident, regressions: [{ release: regressed, signals: [] }], ...more }
}

/** Findings below `offset` are gone. */
function unitWith(record: Incident, offset = 500): AttributeUnit {
  const unit = new AttributeUnit([], offset)
  unit.restore(topics.releases, `x@${regressed.id}`, regressed)
  unit.restore(topics.incidents, record.id, record)
  return unit
}

function incidentsOf(outputs: readonly Output[]): Incident[] {
  return outputs
    .filter(({ topic }) => topic === topics.incidents)
    .map(({ value }) => JSON.parse(Buffer.from(value!).toString()) as Incident)
}

describe('a unit of attribute without a checkpoint', () => {
  it('goes on with an open incident that the findings no longer tell, without saying it again', () => {
    const unit = unitWith(published())

    expect(unit.tick(startMs + 2 * hourMs)).toEqual([])
    expect(unit.has(`incident/${id}`)).toBe(true)
    expect(unit.has(`release/${regressed.id}`)).toBe(true)
  })

  it('closes it as expired, once, when nothing was heard for a day', () => {
    const unit = unitWith(published())
    unit.tick(startMs + 2 * hourMs)
    const closed = incidentsOf(unit.tick(startMs + 24 * hourMs))

    expect(closed).toMatchObject([{ id, revision: 4, state: 'resolved', resolution: 'expired' }])
    expect(incidentsOf(unit.tick(startMs + 25 * hourMs))).toEqual([])
  })

  it('resolves one that had recovered when its time has come', () => {
    const unit = unitWith(published({ state: 'recovered', resolution: 'recovered' }))
    unit.tick(startMs + minuteMs)

    expect(incidentsOf(unit.tick(startMs + 11 * minuteMs))).toMatchObject([
      { id, revision: 4, state: 'resolved' },
    ])
  })

  it('leaves alone what the findings that are kept will tell again', () => {
    const unit = unitWith(published())
    unit.tick(startMs - minuteMs)

    expect([...unit.entries.keys()].filter((key) => /incident|release/.test(key))).toEqual([])
  })

  it('leaves everything to the findings where they are kept from the first one on', () => {
    const unit = unitWith(published(), 0)
    unit.tick(startMs + 2 * hourMs)

    expect([...unit.entries.keys()].filter((key) => /incident|release/.test(key))).toEqual([])
  })

  it('knows nothing of an incident that its predecessor forgot', () => {
    const unit = unitWith(published())
    unit.restore(topics.incidents, id, null)
    unit.tick(startMs + 2 * hourMs)

    expect(unit.has(`incident/${id}`)).toBe(false)
  })
})

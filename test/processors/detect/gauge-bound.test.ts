/** What is kept of gauges is bounded, and counted where it is not kept. */
import { describe, expect, it } from 'vitest'
import { Dirty } from '../../../src/processors/detect/dirty.ts'
import { restoreServices } from '../../../src/processors/detect/entries.ts'
import { Fleet } from '../../../src/processors/detect/fleet.ts'
import { absorbGauge } from '../../../src/processors/detect/gauge-state.ts'
import { ServiceRun } from '../../../src/processors/detect/service-run.ts'
import { emptyService, type ServiceState } from '../../../src/processors/detect/service-state.ts'
import { detectDefaults } from '../../support/pipeline.ts'

const startMs = Date.parse('2026-11-20T00:00:00Z')
const minuteMs = 60_000

function absorb(state: ServiceState, dirty: Dirty, minute: number, series: string): void {
  const timeMs = startMs + (minute + 1) * minuteMs
  absorbGauge(
    state,
    {
      kind: 'gauge',
      service: state.key,
      version: null,
      arrivedMs: timeMs,
      instance: 1,
      points: [{ metric: series, series, unit: '', timeMs, value: minute }],
    },
    { dirty, gaugesMax: 3, hasRoom: () => true },
  )
}

describe('the gauges of a service', () => {
  it('beyond the limit are counted and left out, while the others are heard', () => {
    const state = emptyService('production/-/pool')
    const dirty = new Dirty()
    for (const name of ['a', 'b', 'c', 'd']) absorb(state, dirty, 0, name)

    expect([...state.gauges.track.series.keys()]).toEqual(['a', 'b', 'c'])
    expect(state.counts.gauges).toBe(1)
  })

  it('give the place of the one unheard for longest to a new one, which is counted', () => {
    const state = emptyService('production/-/pool')
    const dirty = new Dirty()
    for (const name of ['a', 'b', 'c']) absorb(state, dirty, 0, name)
    for (const name of ['a', 'c']) absorb(state, dirty, 90, name)
    absorb(state, dirty, 90, 'd')

    expect([...state.gauges.track.series.keys()]).toEqual(['a', 'c', 'd'])
    expect(state.counts.gauges).toBe(1)
  })

  it('are closed minutes for hours and hours for a fortnight, where no request ever came', () => {
    const state = emptyService('production/-/pool')
    const dirty = new Dirty()
    const entries = new Map<string, { group: string; key: string; value: Uint8Array }>()
    const run = new ServiceRun(state, {
      settings: detectDefaults,
      dirty,
      heard: () => true,
      lost: () => false,
      bucketClosed: () => undefined,
      counted: () => undefined,
      fleet: new Fleet(),
    })
    for (let minute = 0; minute < 16 * 1_440; minute++) {
      absorb(state, dirty, minute, 'a')
      const ratesMs = startMs + (minute + 1) * minuteMs
      run.advance({ ratesMs, kindsMs: ratesMs, endMs: null })
      if (minute % 30 !== 0) continue
      const { puts, deletes, deletedGroups } = dirty.take()
      for (const [name, { group }] of entries)
        if (deletedGroups.includes(group)) entries.delete(name)
      for (const { group, key } of deletes) entries.delete(`${group} ${key}`)
      for (const entry of puts) entries.set(`${entry.group} ${entry.key}`, entry)
    }
    const { track, history } = state.gauges

    expect(track.closed.length).toBeLessThanOrEqual(4 * 60)
    expect(history.days.size).toBeLessThanOrEqual(16)
    expect(entries.size).toBeLessThanOrEqual(4 * 60 + 16 * 24 + 20)
    const { services } = restoreServices(entries.values())
    const again = services.get(state.key)!.gauges
    expect(again.history.days.size).toBe(history.days.size)
    expect(again.track.closed.length).toBeGreaterThan(120)
  })
})

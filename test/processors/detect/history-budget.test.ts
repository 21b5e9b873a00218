/** Counts of weeks within their bytes: the least traffic is let go of first, and counted. */
import { describe, expect, it } from 'vitest'
import { countBytes } from '../../../src/core/rollup/count-bytes.ts'
import { wholeService } from '../../../src/core/rollup/count-history.ts'
import { seriesBins, seriesElements } from '../../../src/core/rollup/count-series.ts'
import type { ReleaseState } from '../../../src/core/releases/release-state.ts'
import { Dirty } from '../../../src/processors/detect/dirty.ts'
import { HistoryBudget } from '../../../src/processors/detect/history-budget.ts'
import { emptyService, type ServiceState } from '../../../src/processors/detect/service-state.ts'
import { closeHour } from '../../support/closed-hours.ts'
import { DetectUnit } from '../../support/detect-unit.ts'
import { minuteOfLatency } from '../../support/latency-minutes.ts'
import { seededRandom } from '../../support/random.ts'

const hourMs = 3_600_000
const minuteMs = 60_000
const startMs = Date.parse('2026-06-01T00:00:00Z')

function service(name: string, requests: number, routes: readonly string[]): ServiceState {
  const state = emptyService(`production/shop/${name}`)
  const random = seededRandom(requests)
  for (let hour = 0; hour < 3; hour++) closeHour(state, { hour, random, requests, routes })
  return state
}

const bytesOf = ({ past }: ServiceState) =>
  countBytes(past.counts.spans) + countBytes(past.counts.metrics)
const seriesOf = ({ past }: ServiceState) =>
  [...past.counts.metrics.hours.values()].flatMap(({ series }) => [...series.keys()])

describe('the counts of weeks', () => {
  const build = () => [service('a', 20, ['x', 'y']), service('b', 60, ['z'])]

  function kept(bytesMax: number): ServiceState[] {
    const states = build()
    const fleet = { fitsChanged: () => {} }
    const budget = new HistoryBudget({ bytesMax, dirty: new Dirty(), fleet })
    budget.keep(states.map((state) => ({ state })))
    return states
  }

  it('are all kept while there is room', () => {
    const all = build().reduce((sum, state) => sum + bytesOf(state), 0)
    expect(kept(all)).toEqual(build())
  })

  it('are let go of by series, least traffic first and a service after its routes, until they fit', () => {
    const whole = build().reduce((sum, state) => sum + bytesOf(state), 0)
    const order: string[] = []
    for (let bytesMax = whole; bytesMax > 0; bytesMax -= 500) {
      const states = kept(bytesMax)
      expect(states.reduce((sum, state) => sum + bytesOf(state), 0)).toBeLessThanOrEqual(bytesMax)
      const left = states.flatMap((state) =>
        seriesOf(state).map((name) => `${state.key.at(-1)} ${name}`),
      )
      for (const each of ['a x', 'a y', 'a ', 'b z', 'b ']) {
        if (!left.includes(each) && !order.includes(each)) order.push(each)
      }
      expect(states.reduce((sum, { counts }) => sum + counts.history, 0)).toBe(order.length)
    }
    expect(order).toHaveLength(5)
    expect(order.indexOf('a ')).toBeGreaterThan(order.indexOf('a x'))
    expect(order.slice(3)).toEqual(['b z', 'b '])
  })

  it('that were let go of are gone with their fits and thresholds, the others as they were', () => {
    const states = build()
    const [a] = states
    const known = { fit: {} as never, atMs: 0 }
    a!.past.fits.set('errors metrics x', known).set('errors metrics ', known)
    const bytesMax = states.reduce((sum, state) => sum + bytesOf(state), 0) - 1
    const told: unknown[] = []
    const dirty = { service: () => {}, past: (_: unknown, each: unknown) => told.push(each) }
    const budget = new HistoryBudget({ bytesMax, dirty, fleet: { fitsChanged: () => {} } })
    budget.keep(states.map((state) => ({ state })))
    const history = a!.past.counts.metrics
    const gone = seriesOf(a!).includes('x') ? 'y' : 'x'
    expect([...a!.past.fits.keys()]).toEqual(
      gone === 'x' ? ['errors metrics '] : ['errors metrics x', 'errors metrics '],
    )
    expect(seriesElements(history, gone)!.elements.every((each) => each === null)).toBe(true)
    expect([seriesBins(history, gone), history.latency.thresholds.has(gone)]).toEqual([[], false])
    expect(seriesBins(history, wholeService)).toHaveLength(18)
    expect(told).toHaveLength(1)
  })

  it.each([
    { ended: false, left: [wholeService], why: 'while it lasts' },
    { ended: true, left: [], why: 'and go when it is over' },
  ])('that a watch is built from stay $why', ({ ended, left }) => {
    const state = service('a', 20, ['x', 'y'])
    state.releases = [{ watch: { source: 'metrics', ended } } as ReleaseState]
    const fleet = { fitsChanged: () => {} }
    new HistoryBudget({ bytesMax: 1, dirty: new Dirty(), fleet }).keep([{ state }])
    expect([...new Set(seriesOf(state))]).toEqual(left)
  })

  it('stay within them hour after hour, are counted, and are the same to another owner (seed 4)', async () => {
    const run = async (reopens: boolean) => {
      const random = seededRandom(4)
      let dropped = 0
      const overflow = (limit: string, count: number) => {
        if (limit === 'history') dropped += count
      }
      const unit = new DetectUnit({ settings: { historyBytesMax: 12_000 }, observer: { overflow } })
      for (let atMs = startMs; atMs < startMs + 9 * hourMs; atMs += minuteMs) {
        for (const [at, name] of ['a', 'b', 'c'].entries()) {
          const shape = { version: '1', median: 0.05, random, requests: 20 * (at + 1) }
          unit.tell(minuteOfLatency({ ...shape, atMs, service: `production/shop/${name}` }))
        }
        unit.tick(atMs + minuteMs)
        if (reopens && (atMs - startMs) % (2 * hourMs) === 95 * minuteMs) await unit.reopen()
      }
      await unit.commit()
      const { entries } = await unit.store.open(unit.unit, 0)
      const kept = [...entries].filter(({ group }) => group.startsWith('past/'))
      return {
        dropped,
        kept: kept
          .map(({ group, key, value }) => `${group} ${key} ${Buffer.from(value).toString()}`)
          .sort(),
      }
    }
    const once = await run(false)
    expect(once.dropped).toBeGreaterThan(0)
    expect(once.kept.some((each) => each.startsWith('past/production/shop/c'))).toBe(true)
    expect(once.kept.some((each) => each.startsWith('past/production/shop/a'))).toBe(false)
    expect((await run(true)).kept).toEqual(once.kept)
  })
})

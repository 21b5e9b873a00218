/** What counts as a restart: what restarts again within the hour, in one place and one version. */
import { describe, expect, it } from 'vitest'
import { absorbRestarts, absorbStart } from '../../../src/processors/detect/absorb-restarts.ts'
import { Dirty } from '../../../src/processors/detect/dirty.ts'
import { emptyService, type ServiceState } from '../../../src/processors/detect/service-state.ts'

const startMs = Date.parse('2026-11-20T00:00:00Z')
const series = 'k8s.container.restarts'

type Told = readonly [minute: number, value: number, more?: { version?: string; instance?: number }]

function counted(told: readonly Told[], absorb: typeof absorbRestarts = absorbRestarts): number {
  const state = emptyService('production/shop/checkout')
  for (const [minute, value, { version = '1', instance = 7 } = {}] of told) {
    const point = { series, timeMs: startMs + minute * 60_000, value }
    absorb(state, { point, version, instance }, new Dirty())
  }
  return sum(state)
}

function sum({ gauges }: ServiceState): number {
  let total = 0
  for (const versions of gauges.track.open.values()) {
    for (const all of versions.values()) {
      for (const [value] of all.get(series)?.values() ?? []) total += value
    }
  }
  return total
}

describe('a counter of restarts', () => {
  it.each<{ what: string; told: readonly Told[]; count: number }>([
    {
      what: 'that stays',
      told: [
        [1, 0],
        [2, 0],
        [3, 0],
      ],
      count: 0,
    },
    {
      what: 'that was high before it was heard',
      told: [
        [1, 40],
        [2, 40],
      ],
      count: 0,
    },
    {
      what: 'that rises once',
      told: [
        [1, 0],
        [2, 1],
        [3, 1],
      ],
      count: 0,
    },
    {
      what: 'that rises again within the hour',
      told: [
        [1, 0],
        [2, 1],
        [30, 2],
      ],
      count: 1,
    },
    {
      what: 'that rises again after more',
      told: [
        [1, 0],
        [2, 1],
        [63, 2],
      ],
      count: 0,
    },
    {
      what: 'that rises by three at once',
      told: [
        [1, 0],
        [2, 3],
      ],
      count: 2,
    },
    {
      what: 'that was cleared away, and rises',
      told: [
        [1, 7],
        [2, 8],
        [3, 1],
        [4, 2],
      ],
      count: 1,
    },
    {
      what: 'that comes out of order',
      told: [
        [1, 0],
        [3, 2],
        [2, 1],
        [4, 2],
      ],
      count: 1,
    },
    {
      what: 'of two containers, once each',
      told: [
        [1, 0],
        [1, 0, { instance: 8 }],
        [2, 1],
        [3, 1, { instance: 8 }],
      ],
      count: 0,
    },
    {
      what: 'of another version in the same place',
      told: [
        [1, 0],
        [2, 1],
        [3, 5, { version: '2' }],
        [4, 6, { version: '2' }],
      ],
      count: 0,
    },
  ])('$what counts $count', ({ told, count }) => {
    expect(counted(told)).toBe(count)
  })
})

describe('the start of a process', () => {
  const at = (minute: number) => startMs + minute * 60_000

  it.each<[what: string, told: readonly Told[], count: number]>([
    [
      'counts from the second later one on',
      [
        [1, at(0)],
        [2, at(0)],
        [5, at(4)],
        [9, at(8)],
        [10, at(8)],
      ],
      1,
    ],
    [
      'is one where container and runtime begin one after the other',
      [
        [1, at(0)],
        [6, at(4)],
        [7, at(4.5)],
        [8, at(4)],
        [9, at(4.5)],
      ],
      0,
    ],
  ])('%s', (_, told, count) => {
    expect(counted(told, absorbStart)).toBe(count)
  })
})

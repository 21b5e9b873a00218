/** CPU time as it is taken in: increments over the minutes that they cover, nothing of a start or a restart. */
import { describe, expect, it } from 'vitest'
import type { Gauge } from '../../../src/contracts/service-events.ts'
import { openToMs } from '../../../src/processors/detect/closing-times.ts'
import { Dirty } from '../../../src/processors/detect/dirty.ts'
import { absorbGauge, isFedByGauges } from '../../../src/processors/detect/gauge-state.ts'
import { emptyService, type ServiceState } from '../../../src/processors/detect/service-state.ts'

const startMs = Date.parse('2026-11-20T00:00:00Z')
const at = (seconds: number) => startMs + seconds * 1_000
const name = 'process.cpu.time'

interface Told {
  readonly s: number
  readonly value: number
  readonly part?: string
  readonly sinceS?: number
  readonly fromS?: number
}

function take(told: readonly Told[], state = emptyService('production/shop/checkout')) {
  const points = told.map(
    ({ s, value, part = 'a', sinceS = -3_600, fromS }): Gauge['points'][number] => ({
      metric: name,
      series: name,
      unit: 's',
      timeMs: at(s),
      value,
      use: 'cpu',
      ...(fromS === undefined
        ? { totalSinceMs: at(sinceS), part }
        : { counted: true, fromMs: at(fromS) }),
    }),
  )
  for (const point of points) {
    absorbGauge(
      state,
      {
        kind: 'gauge',
        service: state.key,
        version: '1',
        instance: 7,
        arrivedMs: point.timeMs,
        points: [point],
      },
      { dirty: new Dirty(), gaugesMax: 60, hasRoom: () => true },
    )
  }
  return state
}

/** Seconds of CPU by minute. */
function minutes({ gauges }: ServiceState): Record<number, number> {
  const open = [...gauges.track.open].flatMap(([atMs, versions]): [number, number][] => {
    const points = versions.get('1')?.get(name)?.get(7)
    return points === undefined ? [] : [[(atMs - startMs) / 60_000, points[0]]]
  })
  return Object.fromEntries(open)
}

describe('a running total of CPU time', () => {
  it('gives its increment to the minutes that it covers, in proportion', () => {
    const state = take([
      { s: 20, value: 100 },
      { s: 80, value: 106 },
    ])

    expect(minutes(state)).toEqual({ 0: 4, 1: 2 })
  })

  it('is only a base at first, however lately the process began', () => {
    expect(minutes(take([{ s: 30, value: 9, sinceS: 0 }]))).toEqual({})
  })

  it.each([
    { what: 'a smaller value', again: { s: 180, value: 3 } },
    { what: 'a later start', again: { s: 180, value: 500, sinceS: 130 } },
  ])('is only a base again with $what', ({ again }) => {
    const before = [
      { s: 60, value: 100 },
      { s: 120, value: 106 },
    ]
    const after = { ...again, s: 240, value: again.value + 2 }

    expect(minutes(take([...before, again, after]))).toEqual({ 1: 6, 3: 2 })
  })

  it('is the sum of its parts: modes, and processes', () => {
    const state = take([
      { s: 60, value: 100, part: 'user' },
      { s: 60, value: 10, part: 'system' },
      { s: 120, value: 106, part: 'user' },
      { s: 120, value: 11, part: 'system' },
    ])

    expect(minutes(state)).toEqual({ 1: 7 })
  })

  it('may come as deltas', () => {
    expect(minutes(take([{ s: 80, value: 6, fromS: 20 }]))).toEqual({ 0: 4, 1: 2 })
  })

  it('that was silent for long grew nobody knows when', () => {
    const state = take([
      { s: 60, value: 100 },
      { s: 1_260, value: 200 },
      { s: 1_320, value: 203 },
    ])

    expect(minutes(state)).toEqual({ 21: 3 })
  })

  it('alone makes no service that is fed by gauges, and ends no recording later', () => {
    const state = take([
      { s: 60, value: 100 },
      { s: 120, value: 106 },
    ])

    expect(isFedByGauges(state)).toBe(false)
    expect(openToMs(state)).toBe(0)
  })
})

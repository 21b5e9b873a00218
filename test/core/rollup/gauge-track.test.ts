import { describe, expect, it } from 'vitest'
import {
  addHour,
  emptyGaugeHistory,
  foldHours,
  gaugeDayMs,
  hourOf,
  seriesBetween,
} from '../../../src/core/rollup/gauge-history.ts'
import {
  addReading,
  closeNextGauges,
  emptyGaugeTrack,
  type GaugeKind,
  type GaugeTrack,
  nextGaugeClosing,
  totalOf,
} from '../../../src/core/rollup/gauge-track.ts'
import { seededRandom, shuffled } from '../../support/random.ts'

const minuteMs = 60_000
const startMs = Date.parse('2026-11-20T00:00:00Z')

function trackOf(kind: GaugeKind): GaugeTrack {
  const track = emptyGaugeTrack()
  track.series.set('m', { metric: 'm', unit: '', kind, base: null, lastMs: 0, minutes: 0 })
  return track
}

const reading = (value: number, { instance = 1, atMs = 30_000, version = '' } = {}) => ({
  version,
  series: 'm',
  instance,
  timeMs: startMs + atMs,
  value,
})

const rules = (graceMs = 10_000) => {
  let seq = 0
  return { graceMs, silenceMs: 3_600_000, nextSeq: () => seq++, endMs: null }
}

const closeAll = (track: GaugeTrack) => {
  const closing = rules()
  for (;;) if (closeNextGauges(track, Number.MAX_SAFE_INTEGER, closing) === null) return
}

describe('a minute of a gauge', () => {
  const points = [
    reading(1, { instance: 1 }),
    reading(3, { instance: 1, atMs: 40_000 }),
    reading(10, { instance: 2 }),
  ]

  it('is the mean of each instance, then of the instances', () => {
    const track = trackOf('value')
    for (const each of points) addReading(track, each)
    closeAll(track)

    expect(totalOf(track, track.closed[0]!, 'm')).toBe(6)
  })

  it('of a count is what all instances counted', () => {
    const track = trackOf('count')
    for (const each of points) addReading(track, each)
    closeAll(track)

    expect(totalOf(track, track.closed[0]!, 'm')).toBe(14)
  })

  it('is the same in any order of its points (seed 1)', () => {
    const random = seededRandom(1)
    const many = Array.from({ length: 40 }, (_, i) => reading(random() * 100, { instance: i }))
    const totals = Array.from({ length: 5 }, () => {
      const track = trackOf('value')
      for (const each of shuffled(many, random)) addReading(track, each)
      closeAll(track)
      return totalOf(track, track.closed[0]!, 'm')
    })

    expect(new Set(totals).size).toBe(1)
  })

  it.each([
    { atMs: 60_000, minute: 0, why: 'a point on the boundary ends the minute before it' },
    { atMs: 60_001, minute: 1, why: 'a millisecond later is the next' },
  ])('at $atMs ms holds the point in minute $minute: $why', ({ atMs, minute }) => {
    expect(addReading(trackOf('value'), reading(1, { atMs }))).toBe(startMs + minute * minuteMs)
  })

  it('takes nothing once it has closed', () => {
    const track = trackOf('value')
    addReading(track, reading(1))
    closeAll(track)

    expect(addReading(track, reading(2))).toBeNull()
  })

  it('closes a minute and the grace behind its end', () => {
    const track = trackOf('value')
    addReading(track, reading(1))

    expect(nextGaugeClosing(track, 10_000)!.atMs).toBe(startMs + 2 * minuteMs + 10_000)
    expect(closeNextGauges(track, startMs + 2 * minuteMs + 9_999, rules())).toBeNull()
    expect(closeNextGauges(track, startMs + 2 * minuteMs + 10_000, rules())).not.toBeNull()
  })
})

describe('two weeks of minutes', () => {
  /** Minutes of values, with holes. */
  function filled(seed: number, minutes: number): { track: GaugeTrack; values: number[] } {
    const random = seededRandom(seed)
    const track = trackOf('value')
    const values = Array.from({ length: minutes }, () =>
      random() < 0.1 ? Number.NaN : 1e6 + 10 * random(),
    )
    values.forEach((value, t) => {
      if (!Number.isNaN(value)) addReading(track, reading(value, { atMs: (t + 1) * minuteMs }))
    })
    closeAll(track)
    return { track, values }
  }

  it('read the same from the history as from the closed minutes (seed 2)', () => {
    const { track, values } = filled(2, 300)
    const read = (from: GaugeTrack, history = emptyGaugeHistory()) => [
      ...seriesBetween({ history, track: from }, 'm', startMs, startMs + 300 * minuteMs),
    ]
    const closed = read(track)
    const history = emptyGaugeHistory()
    foldHours(history, track, startMs + 300 * minuteMs)

    expect(read({ ...track, closed: [] }, history)).toEqual(closed)
    closed.forEach((value, t) => {
      if (Number.isNaN(values[t]!)) expect(value).toBeNaN()
      else expect(Math.abs(value - values[t]!)).toBeLessThan(1e-5)
    })
  })

  it('are the same after their hours were written and read (seed 3)', () => {
    const { track } = filled(3, 180)
    const history = emptyGaugeHistory()
    const hours = foldHours(history, track, startMs + 180 * minuteMs)
    const again = emptyGaugeHistory()
    for (const hourMs of hours) addHour(again, track, hourMs, hourOf(history, track, hourMs))

    expect(hours).toHaveLength(3)
    expect(again.days.get(startMs)).toEqual(history.days.get(startMs))
    expect(startMs % gaugeDayMs).toBe(0)
  })

  it('leave out what was written of a series that began anew', () => {
    const { track } = filled(4, 60)
    const history = emptyGaugeHistory()
    const [hourMs] = foldHours(history, track, startMs + 60 * minuteMs)
    const written = hourOf(history, track, hourMs!)
    const again = emptyGaugeHistory()
    track.series.get('m')!.base = -1
    addHour(again, track, hourMs!, written)

    expect(again.days.size).toBe(0)
  })
})

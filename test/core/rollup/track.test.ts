import { describe, expect, it } from 'vitest'
import { difference } from '../../../src/core/rollup/difference.ts'
import { addRow, versionCells } from '../../../src/core/rollup/cells.ts'
import { stepOf } from '../../../src/core/rollup/spacing.ts'
import {
  type ClosingRules,
  closeNext,
  emptyTrack,
  openCells,
  trackSpacing,
  type TrackName,
} from '../../../src/core/rollup/track.ts'

const rules = (heard = true, endMs: number | null = null): ClosingRules => {
  let seq = 0
  return { graceMs: 10_000, silenceMs: 3_600_000, heard: () => heard, nextSeq: () => seq++, endMs }
}
const row = { requests: 1, errors: 0, unanswered: 0, latency: null }

function track(name: TrackName, timesMs: readonly number[]) {
  const made = emptyTrack(name)
  for (const atMs of timesMs) addRow(versionCells(openCells(made, atMs)!, '1').routes, 'GET /', row)
  return made
}

describe('a track of spans', () => {
  it.each([
    { watermarkMs: 19_999, closes: false, why: 'grace has a millisecond to go' },
    { watermarkMs: 20_000, closes: true, why: 'the watermark reached end + grace' },
  ])('closes its window at watermark $watermarkMs: $closes, $why', ({ watermarkMs, closes }) => {
    expect(closeNext(track('spans', [5_000]), watermarkMs, rules()) !== null).toBe(closes)
  })

  it('counts what comes after its window closed as late, and does not add it', () => {
    const spans = track('spans', [5_000])
    closeNext(spans, 20_000, rules())

    expect(openCells(spans, 9_999)).toBeNull()
    expect(openCells(spans, 10_000)).not.toBeNull()
    expect(spans.late).toBe(1)
  })

  it.each([
    { heard: true, missing: false, why: 'others were heard: nobody asked this service' },
    { heard: false, missing: true, why: 'nothing at all arrived: nothing is known' },
  ])('has an empty window that is missing $missing, for $why', ({ heard, missing }) => {
    const spans = track('spans', [5_000])
    closeNext(spans, 30_000, rules(heard))

    expect(closeNext(spans, 30_000, rules(heard))).toMatchObject({ startMs: 10_000, missing })
  })

  it('rests an hour after its last traffic, and wakes with the next record', () => {
    const spans = track('spans', [5_000])
    let closed = 0
    while (closeNext(spans, 10_000_000, rules()) !== null) closed++

    expect(closed).toBe(361)
    addRow(versionCells(openCells(spans, 20_000_000)!, '1').routes, 'GET /', row)
    expect(closeNext(spans, 20_100_000, rules())).toMatchObject({ startMs: 20_000_000 })
  })
})

describe('a track of metrics', () => {
  it('waits for its spacing before it closes anything', () => {
    const metrics = track('metrics', [59_999])
    expect(closeNext(metrics, 200_000, rules())).toBeNull()

    trackSpacing(metrics, 60_000)
    expect(closeNext(metrics, 130_000, rules())).toMatchObject({ startMs: 0, endMs: 60_000 })
  })

  it('puts points every 15 s into buckets of 15 s by their end', () => {
    const metrics = track('metrics', [14_999, 29_999, 44_999])
    trackSpacing(metrics, 15_000)
    const starts = Array.from({ length: 3 }, () => closeNext(metrics, 200_000, rules())!.startMs)

    expect(starts).toEqual([0, 15_000, 30_000])
  })

  it('takes a bucket without points as missing, never as zero', () => {
    const metrics = track('metrics', [9_999, 29_999])
    trackSpacing(metrics, 10_000)
    const buckets = Array.from({ length: 3 }, () => closeNext(metrics, 200_000, rules())!)

    expect(buckets.map(({ missing }) => missing)).toEqual([false, true, false])
  })
})

describe('stepOf', () => {
  it.each([
    { seen: [10_002, 9_998, 10_001], step: 10_000 },
    { seen: [14_000, 16_000], step: 15_000 },
    { seen: [60_000, 60_000, 300_000], step: 60_000 },
    { seen: [], step: null },
  ])('of $seen is $step', ({ seen, step }) => {
    expect(stepOf(seen)).toBe(step)
  })
})

describe('difference', () => {
  const point = (timeMs: number, count: number, startMs = 1_000) => ({
    timeMs,
    count,
    startMs,
    latency: null,
  })

  it.each([
    {
      before: undefined,
      now: point(11_000, 5),
      kind: 'delta',
      count: 5,
      why: 'it began a spacing ago',
    },
    { before: undefined, now: point(61_000, 5), kind: 'base', why: 'it began long ago' },
    { before: point(11_000, 5), now: point(21_000, 9), kind: 'delta', count: 4, why: 'it went on' },
    {
      before: point(11_000, 5),
      now: point(11_000, 9),
      kind: 'out-of-order',
      why: 'it is not newer',
    },
    {
      before: point(21_000, 5),
      now: point(11_000, 1),
      kind: 'out-of-order',
      why: 'older is no reset',
    },
    {
      before: point(11_000, 5),
      now: point(21_000, 3),
      kind: 'delta',
      count: 3,
      why: 'it fell: a reset',
    },
    {
      before: point(11_000, 5),
      now: point(21_000, 9, 12_000),
      kind: 'delta',
      count: 9,
      why: 'its start changed: a reset',
    },
  ])('answers $kind: $why', ({ before, now, kind, count }) => {
    expect(difference(before, now, 10_000)).toMatchObject(
      count === undefined ? { kind } : { kind, count },
    )
  })
})

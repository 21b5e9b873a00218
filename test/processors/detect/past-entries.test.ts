/** The past of a service in its entries. */
import { expect, it } from 'vitest'
import type { BucketCells } from '../../../src/core/rollup/cells.ts'
import { foldCountHours } from '../../../src/core/rollup/count-history.ts'
import type { Bucket } from '../../../src/core/rollup/track.ts'
import {
  emptyPast,
  foldPast,
  restoreCounts,
  restorePast,
  storePast,
} from '../../../src/processors/detect/past-state.ts'

const hourMs = 3_600_000
const minuteMs = 60_000
const startMs = Date.parse('2026-06-01T00:00:00Z')

function minute(atMs: number): Bucket {
  const latency = { scale: 3, offset: -9, counts: [3, 2, 1], zero: 0, sum: 0, min: null, max: null }
  const cell = { requests: 6, errors: 1, unanswered: 0, latency }
  const cells: BucketCells = new Map([
    ['1', { instances: new Set([1]), routes: new Map([['GET /', cell]]) }],
  ])
  const rest = { seq: 0, completeness: 1, missing: false, cells }
  return { ...rest, startMs: atMs, endMs: atMs + minuteMs }
}

const minutesFrom = (fromMs: number) =>
  Array.from({ length: 60 }, (_, at) => minute(fromMs + at * minuteMs))

it('comes back from its entries byte for byte', () => {
  const past = emptyPast()
  const entries = new Map<string, unknown>()
  for (let hour = 0; hour < 30; hour++) {
    const atMs = startMs + hour * hourMs
    const told = { closed: minutesFrom(atMs), closedToMs: atMs + hourMs }
    for (const { key, store } of foldPast(past, 'metrics', told).puts) entries.set(key, store())
  }
  const again = emptyPast()
  restorePast(again, JSON.parse(JSON.stringify(storePast(past))))
  for (const [key, value] of entries) {
    if (value !== null) restoreCounts(again, key, JSON.parse(JSON.stringify(value)))
  }
  expect(again).toEqual(past)
  const nextMs = startMs + 30 * hourMs
  for (const each of [past, again]) {
    foldCountHours(each.counts.metrics, minutesFrom(nextMs), nextMs + hourMs)
  }
  expect(again).toEqual(past)
})

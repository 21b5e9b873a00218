import { expect, it } from 'vitest'
import { latencyQuantiles } from '../../../src/core/detection/parameters.ts'
import { wholeService } from '../../../src/core/rollup/count-history.ts'
import { packCounts } from '../../../src/core/rollup/packed-counts.ts'
import { requestsBefore } from '../../../src/processors/detect/request-minutes.ts'
import { emptyService } from '../../../src/processors/detect/service-state.ts'

const hourMs = 3_600_000
const minuteMs = 60_000
const startMs = Date.parse('2026-06-01T00:00:00Z')

const unknown = latencyQuantiles.map(() => -1)

/** As many rows of as many requests, nothing else known of them. */
const hourOf = (stepMs: number, requests: number) => {
  const rows = Array.from({ length: hourMs / stepMs }, () => [requests, 0, ...unknown]).flat()
  return { stepMs, series: new Map([[wholeService, packCounts(rows)]]) }
}

it('knows the minutes before a watch, whatever the spacing of those after it', () => {
  const state = emptyService('production/shop/checkout')
  const { hours } = state.past.counts.metrics
  hours.set(startMs, hourOf(minuteMs, 7))
  const asked = () =>
    requestsBefore(
      state,
      { source: 'metrics', fromMs: startMs + 2 * hourMs },
      { fromMs: startMs, toMs: startMs + hourMs, seq: 0 },
    )
  expect([...asked()]).toEqual(Array.from({ length: 60 }, () => 7))
  hours.set(startMs + hourMs, hourOf(5 * minuteMs, 35))
  expect([...asked()]).toEqual(Array.from({ length: 60 }, () => 7))
})

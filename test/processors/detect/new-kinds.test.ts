import { describe, expect, it } from 'vitest'
import { emptyService } from '../../../src/processors/detect/service-state.ts'
import { Watch } from '../../../src/processors/detect/watch.ts'
import type { WatchFacts } from '../../../src/core/releases/release-state.ts'

const startMs = Date.parse('2026-11-20T00:00:00Z')
const windowMs = 10_000
const limits = { watchMs: 3_600_000, metrics: [], watchMaxMs: 86_400_000 }

const facts: WatchFacts = {
  startMs,
  source: 'spans',
  stepMs: windowMs,
  callsStepMs: windowMs,
  mode: 'split',
  newVersion: '2',
  oldVersion: '1',
  routes: [],
  callers: [],
  weakHistory: false,
  steps: [],
  handoverMs: null,
  endMs: startMs + limits.watchMaxMs,
  ended: false,
}

/** What a watch that has just opened tells of one kind of error first seen at `firstMs`. */
const kindsOf = (firstMs: number) => {
  const state = emptyService('production/shop/checkout')
  state.kinds.set('4f1c', {
    fingerprint: '4f1c',
    type: 'RangeError',
    template: 'no price in <n>',
    frames: [{ function: 'price', file: 'src/prices.ts', line: 12, inApp: true }],
    route: 'POST /orders',
    firstMs,
    lastMs: startMs,
    traces: 5,
    exemplars: [],
  })
  const watch = new Watch(state, 'r1', facts, limits)
  return watch.finding(false).kinds.map(({ type, frames }) => [type, frames.length])
}

describe('an error kind is new with a release', () => {
  it.each([
    { began: 'at its start', firstMs: startMs, told: [['RangeError', 1]] },
    {
      began: 'in the window before, its request ending later',
      firstMs: startMs - 1,
      told: [['RangeError', 1]],
    },
    { began: 'a whole window before', firstMs: startMs - windowMs, told: [['RangeError', 1]] },
    { began: 'earlier than that', firstMs: startMs - windowMs - 1, told: [] },
    { began: 'the day before', firstMs: startMs - 86_400_000, told: [] },
  ])('when it began $began: $told.length', ({ firstMs, told }) => {
    expect(kindsOf(firstMs)).toEqual(told)
  })
})

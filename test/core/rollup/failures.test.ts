import { describe, expect, it } from 'vitest'
import {
  addFailed,
  addKinds,
  countKinds,
  emptyFailureWindow,
} from '../../../src/core/rollup/failures.ts'
import type { Failed, Kinds } from '../../../src/contracts/service-events.ts'

const failed = (traces: string[]): Failed => ({
  kind: 'failed',
  service: 'production/shop/checkout',
  version: '1.1',
  startMs: 0,
  arrivedMs: 0,
  traces,
  routes: traces.map(() => 'POST /orders'),
  exemplars: [],
  cut: 0,
})
const kinds = (fingerprint: string, traces: string[], stack = false, frames = 0): Kinds => ({
  kind: 'kinds',
  service: 'production/shop/checkout',
  version: '1.1',
  startMs: 0,
  arrivedMs: 0,
  fingerprint,
  type: 'NullPointerException',
  template: 'x',
  frames: Array.from({ length: frames }, () => ({
    file: 'PriceService.java',
    line: 23,
    function: null,
    inApp: true,
  })),
  stack,
  route: null,
  traces,
  exemplars: traces.slice(0, 1),
  instances: [1],
})

describe('countKinds', () => {
  it('counts a failure once, by the record that has the stack, however many records tell of it', () => {
    const window = emptyFailureWindow()
    addFailed(window, failed(['t1', 't2']))
    addKinds(window, kinds('log', ['t1', 't2']))
    addKinds(window, kinds('span', ['t1', 't2'], true, 5))
    addKinds(window, kinds('short', ['t1'], true, 2))

    expect(countKinds(window, undefined, undefined)).toMatchObject([
      { fingerprint: 'span', version: '1.1', traces: 2 },
    ])
  })

  it('leaves out exceptions of traces that did not fail', () => {
    const window = emptyFailureWindow()
    addFailed(window, failed(['t1']))
    addKinds(window, kinds('handled', ['t2', 't3'], true))

    expect(countKinds(window, undefined, undefined)).toEqual([])
  })

  it('finds the failed span in a neighbouring window, and does not count twice', () => {
    const [before, window] = [emptyFailureWindow(), emptyFailureWindow()]
    addFailed(before, failed(['t1', 't2']))
    addKinds(before, kinds('span', ['t1'], true))
    addKinds(window, kinds('span', ['t1', 't2'], true))

    expect(countKinds(window, before, undefined)).toMatchObject([{ traces: 1 }])
  })
})

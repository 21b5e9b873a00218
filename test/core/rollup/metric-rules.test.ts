import { describe, expect, it } from 'vitest'
import {
  globMatches,
  isCounted,
  type MetricRule,
  perOf,
  ruleFor,
} from '../../../src/core/rollup/metric-rules.ts'

describe('globs of metrics', () => {
  it.each([
    { glob: 'shop.orders', name: 'shop.orders', hit: true, why: 'the name itself' },
    { glob: 'shop.*', name: 'shop.orders.placed', hit: true, why: 'any text' },
    { glob: 'shop.?', name: 'shop.ab', hit: false, why: 'one character is one' },
    { glob: 'shop.orders', name: 'shopXorders', hit: false, why: 'a dot is a dot' },
    { glob: 'orders', name: 'shop.orders', hit: false, why: 'the whole name is meant' },
    { glob: 'POST /orders', name: 'POST /orders', hit: true, why: 'a route is a name too' },
    { glob: '*(a|b)*', name: 'a', hit: false, why: 'no regular expression' },
  ])('$glob and $name: $hit, $why', ({ glob, name, hit }) => {
    expect(globMatches(glob, name)).toBe(hit)
  })

  it('the first rule that matches holds', () => {
    const rules: MetricRule[] = [
      { match: 'a.secret', signal: 'ignore' },
      { match: 'a.*', signal: 'gauge', direction: 'up' },
    ]
    expect(ruleFor(rules, 'a.secret')!.signal).toBe('ignore')
    expect(ruleFor(rules, 'a.b')!.signal).toBe('gauge')
    expect(ruleFor(rules, 'b')).toBeNull()
  })

  it('requests are those of the service, also where a metric has that name', () => {
    expect(isCounted([{ match: 'orders', signal: 'business' }], 'requests')).toBe(false)
  })

  it('a counter is counted by itself as a business counter, and as the exposure of one', () => {
    const rules: MetricRule[] = [{ match: 'paid', signal: 'business', exposure: 'baskets' }]
    expect(['paid', 'baskets', 'other'].map((name) => isCounted(rules, name))).toEqual([
      true,
      true,
      false,
    ])
  })
})

it.each([
  [{}, 'request'],
  [{ exposure: 'requests' }, 'request'],
  [{ exposure: 'POST /orders' }, 'POST /orders'],
  [{ exposure: 'shop.carts' }, 'shop.carts'],
])('a counter with %j is told per %s', (told, per) => {
  expect(perOf({ match: 'shop.orders', signal: 'business', ...told })).toBe(per)
})

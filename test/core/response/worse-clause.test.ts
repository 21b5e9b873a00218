/** What a title says got worse. */
import { describe, expect, it } from 'vitest'
import type { StreamEvidence } from '../../../src/contracts/findings.ts'
import { worseClause } from '../../../src/core/response/severity.ts'

const counted = {
  baseline: { events: 20, exposure: 4000 },
  observed: { events: 65, exposure: 1000 },
}

const clause = (told: Partial<StreamEvidence> & Pick<StreamEvidence, 'signal'>) =>
  worseClause({
    scope: { route: null, caller: null, metric: null },
    ratio: 13,
    latency: null,
    ...counted,
    ...told,
  } as StreamEvidence)

const slow = (beforeSeconds: number | null, afterSeconds: number | null) =>
  clause({
    signal: 'latency',
    latency: { quantile: 0.5, thresholdSeconds: 0.0125, beforeSeconds, afterSeconds },
  })

describe('what got worse', () => {
  it('is told with its share before and now', () => {
    expect(clause({ signal: 'errors' })).toBe('errors 0.5 % → 6.5 %')
    expect(clause({ signal: 'availability' })).toBe('failed calls 0.5 % → 6.5 %')
  })

  it('is told with its share alone where nothing was served before', () => {
    const baseline = { events: 0, exposure: 0 }

    expect(clause({ signal: 'errors', baseline })).toBe('errors 6.5 %')
    expect(clause({ signal: 'availability', baseline })).toBe('failed calls 6.5 %')
  })

  it('is a quantile of the latency where that shows it', () => {
    expect(slow(0.0101, 0.0251)).toBe('p50 latency 10 ms → 25 ms')
    expect(slow(null, 0.0251)).toBe('p50 latency ×13.0')
  })

  it('is the share of slow requests where the quantile does not show it', () => {
    expect(slow(0.0101, 0.0104)).toBe('slower than 13 ms 0.5 % → 6.5 %')
  })
})

describe('a business counter that fell', () => {
  const counter = {
    signal: 'business',
    scope: { route: null, caller: null, metric: 'shop.orders', fingerprint: null },
    baseline: { events: 988, exposure: 1000 },
    observed: { events: 550, exposure: 1000 },
  } as const

  it('is told per one of what it is counted by', () => {
    const per = 'POST /orders'
    expect(clause({ ...counter, per })).toBe('shop.orders 0.988 → 0.55 per POST /orders')
  })
})

/** Which points of a metric are refused, and the reason that is counted. */
import { describe, expect, it } from 'vitest'
import { foldJson, metricsOf, nanos, t0Ms } from '../../../support/otlp-messages.ts'
import { explicit, histogram, point, type PointParts } from './metric-points.ts'

describe('refusing points', () => {
  const one = (more: object, parts: PointParts = {}) =>
    foldJson(metricsOf([histogram([{ ...explicit(parts), ...more }])])).counts.points

  it.each([
    { more: { sum: 'NaN' }, reason: 'not-finite', why: 'a division by zero in an exporter' },
    { more: { max: 'Infinity' }, reason: 'not-finite', why: 'no duration is endless' },
    { more: { sum: 1e308 }, reason: 'too-large', why: 'two of them are no number any more' },
    { more: { sum: -1 }, reason: 'negative', why: 'no duration is negative' },
    { more: { bucketCounts: ['1', '-2', '0'] }, reason: 'negative', why: 'no count is negative' },
    {
      more: { bucketCounts: ['1', '2'] },
      reason: 'wrong-shape',
      why: 'one bucket more than bounds',
    },
    { more: { explicitBounds: [0.5, 0.25] }, reason: 'wrong-shape', why: 'bounds rise' },
    { more: { flags: 1 }, reason: 'no-value', why: 'a staleness marker' },
    { more: { timeUnixNano: undefined }, reason: 'no-time', why: 'it belongs to no window' },
    { more: { count: {} }, reason: 'wrong-type', why: 'a count is a number' },
    {
      more: { startTimeUnixNano: nanos(t0Ms + 20_000) },
      reason: 'wrong-start',
      why: 'it starts after its end',
    },
    { more: { timeUnixNano: nanos(t0Ms + 80_000) }, reason: 'ahead', why: 'its clock is wrong' },
  ])('refuses $more as $reason: $why', ({ more, reason }) => {
    expect(one(more)).toEqual({ seen: 1, accepted: 0, refused: { [reason]: 1 } })
  })

  it.each([
    { value: 1e31, refused: { 'too-large': 1 }, why: 'no sum of its squares is a number' },
    { value: -Number.MAX_VALUE, refused: { 'too-large': 1 }, why: '"not set", in some exporters' },
    { value: 2 ** 64, refused: {}, why: 'a counter of 64 bits at its end' },
  ])('of a gauge with $value refuses $refused: $why', ({ value, refused }) => {
    const metric = {
      name: 'pool.free',
      gauge: { dataPoints: [point({ more: { asDouble: value } })] },
    }
    expect(foldJson(metricsOf([metric])).counts.points.refused).toEqual(refused)
  })

  it('refuses a request counter below zero', () => {
    const metric = {
      name: 'shop.requests',
      sum: {
        aggregationTemporality: 1,
        isMonotonic: true,
        dataPoints: [point({ more: { asInt: '-1' } })],
      },
    }
    expect(foldJson(metricsOf([metric])).counts.points.refused).toEqual({ negative: 1 })
  })

  it('refuses a histogram without a temporality: it cannot be read', () => {
    const folded = foldJson(metricsOf([histogram([explicit()], { temporality: 0 })]))
    expect(folded.counts.points).toEqual({ seen: 1, accepted: 0, refused: { 'no-temporality': 1 } })
  })
})

import { describe, expect, it } from 'vitest'
import { gaugeClause } from '../../../src/core/attribution/verdict-words.ts'

const moved = { usual: 0.2, shift: 0.1, low: 0.1, high: 0.1, detectable: null, excluded: null }

describe('a gauge that moved', () => {
  it.each([
    {
      gauge: { ...moved, own: 'cpu' as const, unit: 's/{request}' },
      words: 'CPU per request 200 ms → 300 ms (m)',
      why: 'Culprit made it of CPU time',
    },
    {
      gauge: { ...moved, unit: 's/{request}' },
      words: 'm 0.2 → 0.3 s/{request}',
      why: 'a house may measure anything by the request',
    },
    {
      gauge: { ...moved, own: 'restarts' as const, unit: '{restart}/h' },
      words: 'restarts 0.2 → 0.3 an hour and instance (m)',
      why: 'Culprit counted them',
    },
    {
      gauge: { ...moved, unit: '{restart}/h' },
      words: 'm 0.2 → 0.3 {restart}/h',
      why: 'a house may restart what is no instance',
    },
    {
      gauge: { ...moved, usual: 5, shift: 0.001, unit: '' },
      words: 'm 5 → 5.001',
      why: 'as many digits as it takes',
    },
    {
      gauge: { ...moved, usual: 1.5e11, shift: 2e8, unit: 'By' },
      words: 'm 1.500e+11 → 1.502e+11 By',
      why: 'of large values too',
    },
    {
      gauge: { ...moved, usual: 5, shift: 0, unit: '' },
      words: 'm 5 → 5',
      why: 'there is no difference',
    },
  ])('is told as $words: $why', ({ gauge, words }) => {
    expect(gaugeClause('m', gauge)).toBe(words)
  })
})

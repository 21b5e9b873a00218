import { describe, expect, it } from 'vitest'
import type { EvidenceFinding, StreamEvidence } from '../../../src/contracts/findings.ts'
import { gaugeClause, inconclusiveReason } from '../../../src/core/attribution/verdict-words.ts'

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

describe('what is said of too little data', () => {
  const stream = (signal: 'errors' | 'latency', excluded: number | null) =>
    ({
      signal,
      scope: { route: null },
      excludes: excluded === null ? [] : [{ theta: excluded, logE: 9 }],
      detectable: 1.84,
    }) as unknown as StreamEvidence
  const said = (...streams: StreamEvidence[]) =>
    inconclusiveReason({ streams } as unknown as EvidenceFinding, 'too little data')

  it('is what would have shown in errors', () => {
    expect(said(stream('errors', null), stream('latency', 2))).toBe(
      'too little data; in errors ×1.8 or more would have shown',
    )
  })

  it('is why it is not cleared, where more errors are excluded', () => {
    expect(said(stream('errors', 2), stream('latency', null))).toBe(
      'too little data; in errors more than ×2 is excluded, in latency ×1.8 or more would have shown',
    )
  })

  it('is of errors alone where no latency is known', () => {
    expect(said(stream('errors', 2))).toBe('too little data; in errors more than ×2 is excluded')
  })
})

import { describe, expect, it } from 'vitest'
import type { StreamEvidence } from '../../../src/contracts/findings.ts'
import { headlineOf } from '../../../src/core/response/headline.ts'

const stream = (signal: string, route: string | null) =>
  ({ signal, scope: { route } }) as unknown as StreamEvidence

describe('the headline of an incident', () => {
  it.each([
    [
      'the worst, where that is a route',
      [
        ['errors', 'POST /orders'],
        ['errors', null],
      ],
      0,
    ],
    [
      'the one route behind its service',
      [
        ['latency', null],
        ['latency', 'POST /orders'],
      ],
      1,
    ],
    [
      'the service, where several routes got worse',
      [
        ['errors', null],
        ['errors', 'A'],
        ['errors', 'B'],
      ],
      0,
    ],
    [
      'the service, where the route got worse in another way',
      [
        ['errors', null],
        ['latency', 'A'],
      ],
      0,
    ],
  ] as const)('is %s', (_, rows, expected) => {
    const loud = rows.map(([signal, route]) => stream(signal, route))
    expect(headlineOf(loud)).toBe(loud[expected])
  })

  it('is missing where nothing got worse', () => {
    expect(headlineOf([])).toBeUndefined()
  })
})

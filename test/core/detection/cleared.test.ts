/** A release is cleared by evidence of each of its own signals: what only one of them excludes is not excluded. */
import { describe, expect, it } from 'vitest'
import type { StreamEvidence } from '../../../src/contracts/findings.ts'
import { materialRatio } from '../../../src/core/detection/equivalence.ts'
import { judgeRelease, leastExcluded } from '../../../src/core/detection/judge.ts'
import { clearRatios, materialRatioMax } from '../../../src/core/detection/parameters.ts'

const scope = { route: null, fingerprint: null, metric: null, caller: null }
const [sure, unsure] = [4, 1]

/** Excludes `from` and every greater ratio; nothing where it is null. */
function stream(
  signal: StreamEvidence['signal'],
  from: number | null,
  over: Partial<StreamEvidence> = {},
): StreamEvidence {
  const excludes = [...clearRatios, materialRatioMax].map((theta) => ({
    theta,
    logE: from !== null && theta >= from ? sure : unsure,
  }))
  const told = { signal, scope, mode: 'split', logE: -1, weight: 0.4, excludes, materialRatio: 1 }
  return { ...told, ...over } as StreamEvidence
}

const stateOf = (...streams: StreamEvidence[]) =>
  judgeRelease({ logE: -1, streams, final: true, missing: 0 }).state

describe('a release whose watch has ended', () => {
  it('is cleared where errors and latency each exclude a doubling', () => {
    expect(stateOf(stream('errors', 2), stream('latency', 1.5))).toBe('cleared')
    expect(leastExcluded([stream('errors', 2), stream('latency', 1.2)])).toBe(2)
    expect(leastExcluded([stream('errors', 1.5), stream('latency', 1.2)])).toBe(1.5)
  })

  it.each(['errors', 'latency'] as const)('is inconclusive where %s exclude nothing', (open) => {
    const other = open === 'errors' ? 'latency' : 'errors'
    expect(stateOf(stream(open, null), stream(other, 1.2))).toBe('inconclusive')
    expect(stateOf(stream(open, 3), stream(other, 1.2))).toBe('inconclusive')
  })

  it('is not held up by its routes, its callers or what carries no weight', () => {
    const own = [stream('errors', 2), stream('latency', 2)]
    const route = stream('errors', null, { scope: { ...scope, route: 'GET /' } })
    const callers = stream('availability', null)
    const none = stream('errors', null, { weight: 0 })
    expect(stateOf(...own, route, callers, none)).toBe('cleared')
  })

  it('is cleared by what callers see where nothing else is known', () => {
    expect(stateOf(stream('availability', 2))).toBe('cleared')
    expect(stateOf(stream('traffic', 1.2))).toBe('inconclusive')
  })

  it('need not exclude so few more errors that they would not matter', () => {
    const few = stream('errors', 5, { materialRatio: 5 })
    expect(stateOf(few, stream('latency', 1.5))).toBe('cleared')
    expect(stateOf({ ...few, materialRatio: 3 }, stream('latency', 1.5))).toBe('inconclusive')
  })
})

describe('the ratio from which errors matter', () => {
  it.each([
    { events: 600, perMinute: 100, ratio: 1.5, why: 'one a minute: half of it more' },
    { events: 6_000, perMinute: 100, ratio: 1.05, why: 'ten a minute' },
    { events: 0, perMinute: 100, ratio: materialRatioMax, why: 'none ever: a bound all the same' },
  ])('is $ratio of $events in 60,000 requests at $perMinute a minute ($why)', (told) => {
    const ratio = materialRatio({ events: told.events, exposure: 60_000 }, told.perMinute)
    expect(ratio).toBeCloseTo(told.ratio, 2)
  })
})

/** A release is cleared by evidence of each of its own signals: what only one of them excludes is not excluded. */
import { describe, expect, it } from 'vitest'
import type { StreamEvidence } from '../../../src/contracts/findings.ts'
import { materialExclusion, materialRatio } from '../../../src/core/detection/material.ts'
import { judgeRelease, leastExcluded } from '../../../src/core/detection/judge.ts'
import { clearRatios } from '../../../src/core/detection/parameters.ts'

const scope = { route: null, fingerprint: null, metric: null, caller: null }
const [sure, unsure] = [4, 1]

/** Excludes `from` and every greater ratio; nothing where it is null. */
function stream(
  signal: StreamEvidence['signal'],
  from: number | null,
  over: Partial<StreamEvidence> = {},
): StreamEvidence {
  const excludes = [...clearRatios, 5].map((theta) => ({
    theta,
    logE: from !== null && theta >= from ? sure : unsure,
  }))
  const observed = { events: 9, exposure: 900 }
  const told = { signal, scope, observed, logE: -1, weight: 0.4, excludes, materialRatio: 1 }
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

  it('says that there is nothing to compare with where nothing is known of before', () => {
    const { state, why } = judgeRelease({
      logE: -1,
      streams: [stream('new-error', null), stream('traffic', null)],
      final: true,
      missing: 0,
    })
    expect(state).toBe('inconclusive')
    expect(why).toContain('nothing is known of the time before')
  })

  it('need not exclude so few more errors that they would not matter', () => {
    const few = stream('errors', 5, { materialRatio: 5 })
    expect(stateOf(few, stream('latency', 1.5))).toBe('cleared')
    expect(stateOf({ ...few, materialRatio: 3 }, stream('latency', 1.5))).toBe('inconclusive')
  })
})

describe('errors that are few', () => {
  const watched = (events: number, perMinute: number, observed = 0) => ({
    usual: { events, exposure: 60_000 },
    observed: { events: observed, exposure: 60 * perMinute },
    minutes: 60,
  })

  it.each([
    { events: 600, perMinute: 100, ratio: 1.5, why: 'one a minute: half of it more' },
    { events: 6_000, perMinute: 100, ratio: 1.05, why: 'ten a minute' },
    {
      events: 600,
      perMinute: 10,
      ratio: 2,
      why: 'of ten requests a minute a tenth of one is much',
    },
    { events: 0, perMinute: 100, ratio: 601, why: 'none ever' },
  ])('matter from $ratio times as many on ($why)', ({ events, perMinute, ratio }) => {
    expect(materialRatio(watched(events, perMinute))).toBeCloseTo(ratio, 1)
  })

  it('are excluded where there were none, in an hour of a hundred requests a minute', () => {
    const { theta, logE } = materialExclusion(watched(0, 100), 0.3)
    expect(theta).toBeGreaterThan(100)
    expect(logE).toBeCloseTo(0.3 * 30, 6)
    expect(materialExclusion(watched(0, 100, 5), 0.3).logE).toBeLessThan(0)
  })

  it('are not excluded by a request a minute, nor by none', () => {
    expect(materialExclusion(watched(0, 1), 0.3).logE).toBeLessThan(1)
    expect(materialExclusion(watched(0, 0), 0.3).logE).toBe(0)
  })
})

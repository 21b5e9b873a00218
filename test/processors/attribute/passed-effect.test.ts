/** An effect that has passed by the time of the ranking was a hit all the same. */
import { describe, expect, it } from 'vitest'
import type { EvidenceFinding, StreamEvidence } from '../../../src/contracts/findings.ts'
import { firstVerdict } from '../../../src/core/attribution/verdict.ts'
import { rank } from '../../../src/core/attribution/rank.ts'
import { attributionInput } from '../../../src/processors/attribute/question.ts'
import type { EnvironmentState, ReleaseEntry } from '../../../src/processors/attribute/state.ts'
import { Peaks } from '../../../src/processors/detect/peaks.ts'
import { release, startMs } from '../../support/attribute-unit.ts'

const minuteMs = 60_000
const [front, search, pay] = [
  'production/shop/front',
  'production/shop/search',
  'production/shop/pay',
]

const stream = (logE: number, over: Partial<StreamEvidence> = {}): StreamEvidence =>
  ({
    signal: 'latency',
    scope: { route: null, fingerprint: null, metric: null, caller: null },
    mode: 'forecast',
    logE,
    weight: 1,
    onset: null,
    ...over,
  }) as StreamEvidence

function entry(service: string, told: StreamEvidence): ReleaseEntry {
  const finding = release(`rel ${service}`, startMs, { service })
  const evidence = { kind: 'evidence', service, streams: [told], kinds: [] }
  return {
    finding,
    verdict: firstVerdict(),
    evidence: evidence as unknown as EvidenceFinding,
    history: [],
    published: 0,
  }
}

/** All three were released at once; the front calls the other two, and is slow. */
function suspectsWhere(searched: StreamEvidence): string[] {
  const reach = [entry(front!, stream(6)), entry(search!, searched), entry(pay!, stream(-0.3))]
  const state = {
    edges: new Map([
      [`${front} ${search}`, startMs],
      [`${front} ${pay}`, startMs],
    ]),
    services: new Map(),
    releases: new Map(reach.map((each) => [each.finding.id, each])),
  } as unknown as EnvironmentState
  const { suspects } = rank(attributionInput(state, reach, startMs), { afterMs: 10 * minuteMs })
  return suspects.flatMap(({ id }) => id ?? [])
}

describe('a stream that was hit after the onset and is quiet again', () => {
  it('speaks for its release by what it said at its loudest', () => {
    const peak = { logE: 5, atMs: startMs + 5 * minuteMs }
    expect(suspectsWhere(stream(-0.1, { peak }))[0]).toBe(`rel ${search}`)
    expect(suspectsWhere(stream(-0.1))[0]).toBe(`rel ${front}`)
  })

  it('says nothing of an incident that began later', () => {
    const peak = { logE: 5, atMs: startMs - minuteMs }
    expect(suspectsWhere(stream(-0.1, { peak }))[0]).toBe(`rel ${front}`)
  })
})

describe('the peak of a stream', () => {
  it('is told once it has passed, of the loudest moment, and only if that was suspicious', () => {
    const peaks = new Peaks()
    const told = [1, 4, 7, 5, 2, 0].map((logE, k) => {
      peaks.note('loud', logE, startMs + k)
      return peaks.passed('loud', stream(logE))
    })
    const peak = { logE: 7, atMs: startMs + 2 }
    expect(told).toEqual([undefined, undefined, undefined, undefined, peak, peak])
    peaks.note('quiet', 2, startMs)
    expect(peaks.passed('quiet', stream(0))).toBeUndefined()
  })
})

/** Stack traces speak of a regression whose errors have risen; every service has a few errors at any time. */
import { describe, expect, it } from 'vitest'
import type { EvidenceFinding, StreamEvidence } from '../../../src/contracts/findings.ts'
import { firstVerdict } from '../../../src/core/attribution/verdict.ts'
import { attributionInput } from '../../../src/processors/attribute/question.ts'
import type { EnvironmentState, ReleaseEntry } from '../../../src/processors/attribute/state.ts'
import { release, startMs } from '../../support/attribute-unit.ts'

const shop = 'production/shop/shop'
const scope = { route: null, fingerprint: null, metric: null, caller: null }
const frame = { file: 'shop/orders.js', line: 7, function: 'total', inApp: true }
const kind = { fingerprint: 'kd_1', type: 'Error', template: 'broken pipe', frames: [frame] }

const stream = (
  signal: StreamEvidence['signal'],
  logE: number,
  over: Partial<StreamEvidence> = {},
) => ({ signal, scope, mode: 'forecast', logE, weight: 1, onset: null, ...over }) as StreamEvidence

function kindsAsked(...streams: StreamEvidence[]): string[] {
  const evidence = { kind: 'evidence', service: shop, streams, kinds: [kind] }
  const entry: ReleaseEntry = {
    finding: release('rel_1', startMs, { service: shop }),
    verdict: firstVerdict(),
    evidence: evidence as unknown as EvidenceFinding,
    history: [],
    published: 0,
  }
  const state = { edges: new Map(), services: new Map() } as unknown as EnvironmentState
  return attributionInput(state, [entry], startMs).kinds.map(({ fingerprint }) => fingerprint)
}

describe('error kinds first seen after a release', () => {
  it.each(['errors', 'new-error', 'availability'] as const)(
    'are asked where %s speaks',
    (signal) => {
      expect(kindsAsked(stream(signal, 5), stream('business', 0))).toEqual(['kd_1'])
    },
  )

  it('are asked where errors spoke since the onset and are quiet again', () => {
    const peak = { logE: 5, atMs: startMs + 60_000 }
    expect(kindsAsked(stream('errors', 0, { peak }))).toEqual(['kd_1'])
  })

  it.each(['business', 'latency', 'gauge', 'traffic'] as const)(
    'say nothing of a regression of %s alone',
    (signal) => {
      expect(kindsAsked(stream('errors', 0.5), stream(signal, 30))).toEqual([])
    },
  )
})

/** A regressed release whose effect has gone (detection reference, section 12). */
import { describe, expect, it } from 'vitest'
import type { EvidenceFinding, StreamEvidence } from '../../../src/contracts/findings.ts'
import {
  decideVerdict,
  firstVerdict,
  type VerdictState,
} from '../../../src/core/attribution/verdict.ts'
import { judgeDefaults } from '../../../src/core/detection/judge.ts'

const onsetMs = Date.parse('2026-01-01T00:00:00Z')
const minuteMs = 60_000
const scope = { route: null, fingerprint: null, metric: null, caller: null }
const regressed: VerdictState = {
  ...firstVerdict(),
  verdict: 'regressed',
  regressedAtMs: onsetMs,
  onsetMs,
}

const counts = { events: 40, exposure: 10_000 }
const stream = (over: Partial<StreamEvidence>): StreamEvidence => ({
  signal: 'errors',
  scope,
  mode: 'forecast',
  logE: 1,
  weight: 0.4,
  probability: 1,
  ratio: 4,
  low: 3,
  high: 5,
  excessPerMinute: 10,
  recovered: null,
  recoveredForMs: null,
  excludes: [],
  onset: null,
  baseline: counts,
  observed: counts,
  detectable: null,
  latency: null,
  ...over,
})
const back = { recovered: 1, recoveredForMs: judgeDefaults.recoveredForMs }
const unsure = { recovered: 0.5, recoveredForMs: 0 }

function verdictOf(streams: readonly StreamEvidence[]): string {
  const evidence = { atMs: onsetMs + 40 * minuteMs, logE: 1, streams, final: false }
  const vetoes = { shared: [], massSilence: false, undone: true }
  return decideVerdict(regressed, evidence as unknown as EvidenceFinding, vetoes).verdict
}

describe('a regressed release whose evidence has gone', () => {
  const caller = stream({ signal: 'availability', scope: { ...scope, caller: 'front' }, ...unsure })
  const route = stream({ scope: { ...scope, route: 'POST /orders' }, ...unsure })

  it('has recovered when the whole service has, whatever its parts are sure of', () => {
    expect(verdictOf([stream(back), caller, route])).toBe('recovered')
  })

  it('has recovered while only callers still speak of it', () => {
    expect(verdictOf([stream(back), { ...caller, logE: 5 }])).toBe('recovered')
  })

  it('has not while a route still speaks of it', () => {
    expect(verdictOf([stream(back), { ...route, logE: 5 }])).toBe('regressed')
  })

  it('has not while the whole service has not', () => {
    expect(verdictOf([stream(unsure), caller, route])).toBe('regressed')
  })

  it('goes by a part where nothing of the whole had spoken', () => {
    const whole = stream({})

    expect(verdictOf([whole, { ...route, ...back }])).toBe('recovered')
    expect(verdictOf([whole, route])).toBe('regressed')
  })
})

/** A version that has gone takes its effect with it, if what came after is as before. */
import { describe, expect, it } from 'vitest'
import type { StreamEvidence } from '../../../src/contracts/findings.ts'
import { Aftermath } from '../../../src/core/detection/aftermath.ts'
import { judgeDefaults } from '../../../src/core/detection/judge.ts'

const stepMs = 10_000
const steps = judgeDefaults.recoveredForMs / stepMs
/** Half a percent of the requests. */
const usual = { events: 500, exposure: 100_000 }

const evidence = (over: Partial<StreamEvidence> = {}): StreamEvidence =>
  ({
    signal: 'errors',
    scope: { route: null, fingerprint: null, metric: null, caller: null },
    mode: 'forecast',
    logE: 9,
    recovered: 0.1,
    recoveredForMs: 0,
    latency: null,
    ...over,
  }) as StreamEvidence

function after(buckets: number, errorsEach: number, slowEach = [500, 100, 50, 10]): Aftermath {
  const aftermath = new Aftermath()
  for (let k = 0; k < buckets; k++) {
    const slow = { slowOfService: slowEach, measuredOfService: 1000 }
    aftermath.note({ n: 1000, e: errorsEach, ...slow }, stepMs, 1000)
  }
  return aftermath
}

const recoveredIn = (aftermath: Aftermath, stream: StreamEvidence) =>
  aftermath.complete(stream, () => usual).recovered

describe('the aftermath of a release that has gone', () => {
  it('is a recovery when errors are as before for as long as a recovery takes', () => {
    expect(recoveredIn(after(steps, 5), evidence())).toBe(1)
    expect(after(steps, 5).complete(evidence(), () => usual).recoveredForMs).toBe(steps * stepMs)
    expect(recoveredIn(after(steps - 1, 5), evidence())).toBe(0.1)
  })

  it('is none while there are more errors than a quarter above the usual', () => {
    expect(recoveredIn(after(steps, 10), evidence())).toBe(0.1)
    expect(recoveredIn(after(20 * steps, 7), evidence())).toBe(0.1)
    expect(recoveredIn(after(20 * steps, 6), evidence())).toBe(1)
  })

  it('allows for errors that come in clusters', () => {
    expect(recoveredIn(after(steps, 8), evidence())).toBe(1)
    expect(recoveredIn(after(steps, 9), evidence())).toBe(0.1)
  })

  it('is one of a stream that had spoken and whose evidence has gone meanwhile', () => {
    expect(recoveredIn(after(steps, 5), evidence({ logE: 1 }))).toBe(1)
    expect(recoveredIn(after(steps, 5), evidence({ logE: 1, recovered: null }))).toBeNull()
  })

  it('begins anew when the version is back', () => {
    const aftermath = after(steps, 5)
    aftermath.reset()
    expect(aftermath.goneForMs).toBe(0)
    expect(recoveredIn(aftermath, evidence())).toBe(0.1)
  })

  it('asks latency for its own quantile', () => {
    const slow = evidence({
      signal: 'latency',
      latency: { quantile: 0.99 } as StreamEvidence['latency'],
    })
    expect(recoveredIn(after(steps, 50), slow)).toBe(1)
    expect(recoveredIn(after(steps, 0, [500, 100, 50, 30]), slow)).toBe(0.1)
  })

  it('needs no comparison where both versions ran side by side, and says nothing of quiet streams', () => {
    expect(recoveredIn(after(steps, 900), evidence({ mode: 'split' }))).toBe(1)
    expect(recoveredIn(after(steps, 5), evidence({ logE: 0, recovered: null }))).toBeNull()
  })

  it('knows no usual level of traffic, callers, gauges and business counters', () => {
    for (const signal of ['traffic', 'availability', 'gauge', 'business'] as const) {
      expect(recoveredIn(after(steps, 5), evidence({ signal }))).toBe(0.1)
    }
    expect(after(steps, 5).complete(evidence(), () => null).recovered).toBe(0.1)
  })
})

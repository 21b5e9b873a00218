/** A service that has next to no errors, a fault that passes: the incident ends. A point every 30 s. */
import { describe, expect, it } from 'vitest'
import { deploymentLine, metricLines, type Version } from '../support/otlp-lines.ts'
import { replayLines } from '../support/run-replay.ts'
import { toldVerdicts } from '../support/told-verdicts.ts'

const startMs = Date.parse('2026-11-20T10:00:00Z')
const minuteS = 60
const releasedS = 120 * minuteS

/** Errors of `rate` from minute `from` to `to` after the release, else `usual`. */
async function verdictsOf(
  seed: number,
  usual: number,
  fault: { readonly rate: number; readonly from: number; readonly to: number },
) {
  const seconds = releasedS + 100 * minuteS
  const [fromS, toS] = [releasedS + fault.from * minuteS, releasedS + fault.to * minuteS]
  const version = { version: '1.1', rps: 20 }
  const versions: Version[] = [
    { version: '1.0', rps: 20, fromS: 0, toS: releasedS, errorRate: usual },
    { ...version, fromS: releasedS, toS: fromS, errorRate: usual },
    { ...version, fromS, toS, errorRate: fault.rate },
    { ...version, fromS: toS, toS: seconds, errorRate: usual },
  ]
  const lines = metricLines({
    seed,
    startMs,
    seconds,
    versions: versions.filter((each) => each.fromS < each.toS),
    everyS: 30,
    temporality: 'delta',
  })
  const event = deploymentLine({ atMs: startMs + releasedS * 1000, version: '1.1' })
  return toldVerdicts(await replayLines([lines, [event]]), '1.1').map(({ verdict, at }) => ({
    verdict,
    minute: (Date.parse(at) - startMs) / 60_000 - releasedS / minuteS,
  }))
}

describe('a fault that passes in a service without errors', () => {
  it.each([
    [1, 0],
    [2, 0.0001],
    [3, 0.0002],
  ])('is over within half an hour of its end (seed %i, usually %d)', async (seed, usual) => {
    const told = await verdictsOf(seed, usual, { rate: 0.06, from: 0, to: 20 })
    expect(told.map(({ verdict }) => verdict)).toContain('regressed')
    const back = told.find(({ verdict }) => verdict === 'recovered')
    expect(back?.minute).toBeLessThanOrEqual(50)
    expect(told.at(-1)!.verdict).toBe('recovered')
  })

  it.each([4, 5])('is over also when it lasted half a minute (seed %i)', async (seed) => {
    const told = await verdictsOf(seed, 0, { rate: 0.2, from: 10, to: 10.5 })
    expect(['recovered', 'transient']).toContain(told.at(-1)!.verdict)
  })

  it.each([6, 7])('is not over while it goes on with fewer errors (seed %i)', async (seed) => {
    const told = await verdictsOf(seed, 0, { rate: 0.004, from: 0, to: 100 })
    expect(told.map(({ verdict }) => verdict)).toContain('regressed')
    expect(told.map(({ verdict }) => verdict)).not.toContain('recovered')
  })
})

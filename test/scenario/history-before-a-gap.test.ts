/** A point every five minutes, hours without telemetry before the release, and a deployment inside a point. */
import { describe, expect, it } from 'vitest'
import { deploymentLine, metricLines } from '../support/otlp-lines.ts'
import { replayLines } from '../support/run-replay.ts'
import { toldVerdicts } from '../support/told-verdicts.ts'

const startMs = Date.parse('2021-11-20T10:00:00Z')
const minuteS = 60
const hourS = 3_600
/** Telemetry is back ten minutes before the first point of the new version. */
const backS = 11 * hourS
const shownS = backS + 10 * minuteS
/** Inside the point before the last one that bears the old version's name. */
const deployedS = shownS - 6 * minuteS

function lines(seed: number, failing: number) {
  const rps = 2.6
  const seconds = shownS + 20 * minuteS
  const versions = [
    { version: '1.0', fromS: 0, toS: 3 * hourS, rps, errorRate: 0 },
    { version: '1.0', fromS: backS, toS: deployedS, rps, errorRate: 0 },
    { version: '1.0', fromS: deployedS, toS: shownS, rps, errorRate: failing / 2 },
    { version: '1.1', fromS: shownS, toS: shownS + 15 * minuteS, rps, errorRate: failing },
    { version: '1.1', fromS: shownS + 15 * minuteS, toS: seconds, rps, errorRate: 0 },
  ]
  return metricLines({ seed, startMs, seconds, versions, everyS: 300, temporality: 'delta' })
}

async function verdictsOf(seed: number, failing: number): Promise<string[]> {
  const event = deploymentLine({ atMs: startMs + deployedS * 1000, version: '1.1' })
  const told = toldVerdicts(await replayLines([lines(seed, failing), [event]]), '1.1')
  return told.map(({ verdict }) => verdict)
}

describe('the history of a service with a gap before its release', () => {
  it.each([1, 2, 3, 4, 5])('shows that a twentieth failing is new (seed %i)', async (seed) => {
    expect(await verdictsOf(seed, 0.05)).toContain('regressed')
  })

  it.each([1, 2, 3, 4, 5])('alarms of nothing where nothing fails (seed %i)', async (seed) => {
    const verdicts = await verdictsOf(seed, 0)
    expect(verdicts).not.toContain('regressed')
    expect(verdicts).not.toContain('suspicious')
  })
})

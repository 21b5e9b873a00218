/** A service that has next to no errors, a fault that passes: the incident ends. A point every 30 s. */
import { describe, expect, it } from 'vitest'
import type { Version } from '../support/otlp-lines.ts'
import { minuteS, namesOf, releasedS, verdictsOfRelease } from '../support/watched-release.ts'

/** Errors of `rate` from minute `from` to `to` after the release, else `usual`. */
function verdictsOf(
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
  return verdictsOfRelease([{ seed, everyS: 30, versions }], { seconds })
}

describe('a fault that passes in a service without errors', () => {
  it.each([
    [1, 0],
    [2, 0.0001],
    [3, 0.0002],
  ])('is over within half an hour of its end (seed %i, usually %d)', async (seed, usual) => {
    const told = await verdictsOf(seed, usual, { rate: 0.06, from: 0, to: 20 })
    expect(namesOf(told)).toContain('regressed')
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
    expect(namesOf(told)).toContain('regressed')
    expect(namesOf(told)).not.toContain('recovered')
  })
})

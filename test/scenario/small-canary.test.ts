/** A canary of one or five percent of the traffic is there, however small; and gone when its share of before is gone. */
import { describe, expect, it } from 'vitest'
import type { Version } from '../support/otlp-lines.ts'
import { endS, minuteS, namesOf, releasedS, verdictsOfRelease } from '../support/watched-release.ts'

const rps = 60

async function verdictsOf(seed: number, share: number, errorRate: number, untilS = endS) {
  const old = { version: '1.0', errorRate: 0.01 }
  const versions: Version[] = [
    { ...old, fromS: 0, toS: releasedS, rps },
    { ...old, fromS: releasedS, toS: untilS, rps: rps * (1 - share) },
    { ...old, fromS: untilS, toS: endS, rps },
    { version: '1.1', fromS: releasedS, toS: untilS, rps: rps * share, errorRate },
  ]
  return namesOf(await verdictsOfRelease([{ seed, everyS: 30, versions }], { strategy: 'canary' }))
}

describe('a small canary', () => {
  it.each([
    [1, 0.01, 0.1],
    [2, 0.01, 0.1],
    [3, 0.01, 0.3],
    [1, 0.05, 0.06],
    [4, 0.05, 0.06],
    [5, 0.05, 0.06],
  ])('is regressed and stays so (seed %i, share %d, errors %d)', async (seed, share, errors) => {
    const verdicts = await verdictsOf(seed, share, errors)
    expect(verdicts).toContain('regressed')
    expect(verdicts).not.toContain('transient')
    expect(verdicts).not.toContain('recovered')
  })

  it.each([1, 2, 3])('has recovered when it is taken away (seed %i)', async (seed) => {
    const verdicts = await verdictsOf(seed, 0.05, 0.1, releasedS + 30 * minuteS)
    expect(verdicts).toContain('regressed')
    expect(verdicts.at(-1)).toBe('recovered')
  })
})

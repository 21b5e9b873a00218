/** A source that changes how often it tells, in the midst of a watch: no change of traffic, and nothing is missing. */
import { describe, expect, it } from 'vitest'
import {
  alarmMinute,
  endS,
  minuteS,
  releasedS,
  type Told,
  verdictsOfRelease,
} from '../support/watched-release.ts'

/** A point every `before` seconds, from so many minutes after the release on every `after`. */
function told(
  seed: number,
  { before, after, atMinute }: { before: number; after: number; atMinute: number },
  errorRate = 0.01,
) {
  const rps = 30
  const changeS = releasedS + atMinute * minuteS
  const versions = [
    { version: '1.0', rps, fromS: 0, toS: releasedS, errorRate: 0.01 },
    { version: '1.1', rps, fromS: releasedS, toS: endS, errorRate },
  ]
  const within = (everyS: number, fromS: number, toS: number): Told => ({
    seed: seed + everyS,
    everyS,
    versions: versions.map((each) => ({
      ...each,
      fromS: Math.max(fromS, each.fromS),
      toS: Math.min(toS, each.toS),
    })),
  })
  return verdictsOfRelease([within(before, 0, changeS), within(after, changeS, endS)])
}

const saidOf = (verdicts: Awaited<ReturnType<typeof told>>) =>
  verdicts.map(({ verdict, release }) => `${verdict}: ${release.reason}`).join('\n')

describe('a source whose spacing changes in a watch', () => {
  it.each([
    [1, 60, 15],
    [2, 60, 15],
    [3, 300, 60],
    [4, 15, 60],
    [5, 15, 60],
  ])(
    'alarms of nothing, and misses nothing (seed %i, %i s to %i s)',
    async (seed, before, after) => {
      const said = saidOf(await told(seed, { before, after, atMinute: 20 }))
      expect(said).not.toContain('regressed')
      expect(said).not.toContain('telemetry is missing')
    },
  )

  it.each([
    [6, 15, 60],
    [7, 60, 15],
  ])('finds what the release does (seed %i, %i s to %i s)', async (seed, before, after) => {
    const verdicts = await told(seed, { before, after, atMinute: 0 }, 0.06)
    const alarm = verdicts.find(({ verdict }) => verdict === 'regressed')
    // Until the new spacing is known three of four buckets are empty, and a while after that they count as missing.
    expect(alarmMinute(verdicts)).toBeLessThanOrEqual(20)
    expect(alarm!.signals.some(({ signal }) => signal === 'errors')).toBe(true)
  })
})

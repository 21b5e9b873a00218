/** When trouble before a release excuses what comes after it, by what its early monitors say. */
import { describe, expect, it } from 'vitest'
import { type EarlyStream, PreTrend } from '../../../src/core/detection/pre-trend.ts'

const releasedAtMs = 30 * 60_000
const [quiet, loud] = [0, 5]

/** Says what it is told: its log E, and the minute of its onset after the release. */
interface Said {
  readonly logE: number
  readonly onsetMinute?: number
}

function early(group: 'errors' | 'latency', atRelease: number): EarlyStream<Said> {
  let said: Said = { logE: atRelease }
  return {
    group,
    member: '',
    traffic: 1,
    get logE() {
      return said.logE
    },
    push: (next) => {
      said = next
    },
    startAgain: () => undefined,
    evidence: () => {
      const atMs = releasedAtMs + (said.onsetMinute ?? 0) * 60_000
      return { onset: { atMs, fromMs: atMs, toMs: atMs } }
    },
  }
}

/** log E before the release as the release of log E 20 is told it, after one more bucket of each stream. */
function told(streams: readonly EarlyStream<Said>[], ...after: readonly Said[]): number | null {
  const trend = new PreTrend(streams, [], releasedAtMs)
  streams.forEach((stream, i) => stream.push(after[i]!))
  return trend.logE(20, (_, find) => find())
}

describe('what had spoken before a release', () => {
  it('excuses it while it lasts', () => {
    expect(told([early('errors', loud)], { logE: 9, onsetMinute: -10 })).toBeGreaterThan(2)
  })

  it('excuses it also when it has ended and nothing began since', () => {
    expect(told([early('errors', loud)], { logE: quiet })).toBeGreaterThan(2)
  })

  it('excuses nothing where all that is seen began with the release', () => {
    expect(told([early('errors', loud)], { logE: 9, onsetMinute: 0 })).toBeNull()
  })

  it('excuses nothing where it has ended and another signal began with the release', () => {
    const streams = [early('errors', quiet), early('latency', loud)]
    expect(told(streams, { logE: 9, onsetMinute: 1 }, { logE: quiet })).toBeNull()
  })

  it('excuses it where one of two began before', () => {
    const streams = [early('errors', loud), early('latency', loud)]
    const after = [
      { logE: 9, onsetMinute: 1 },
      { logE: 9, onsetMinute: -10 },
    ]
    expect(told(streams, ...after)).toBeGreaterThan(2)
  })
})

describe('what had not spoken before a release', () => {
  const quietly = (...after: readonly Said[]) =>
    told(
      after.map((_, i) => early(i === 0 ? 'errors' : 'latency', quiet)),
      ...after,
    )

  it('excuses it where what is seen surely began before', () => {
    expect(quietly({ logE: 9, onsetMinute: -3 })).toBeGreaterThan(2)
  })

  it('excuses it where that is so of one of two', () => {
    const after = [
      { logE: 9, onsetMinute: 1 },
      { logE: 9, onsetMinute: -3 },
    ]
    expect(quietly(...after)).toBeGreaterThan(2)
  })

  it.each([0, 1])('excuses nothing where it began %i minutes after it', (onsetMinute) => {
    expect(quietly({ logE: 9, onsetMinute })).toBeLessThan(2)
  })

  it('excuses nothing where nothing is seen', () => {
    expect(quietly({ logE: 1, onsetMinute: -3 })).toBeLessThan(2)
  })
})

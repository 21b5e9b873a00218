/**
 * Errors that were there before the release are not its doing; an incident that has passed does not excuse what the
 * release does after it (detection reference, section 12, the pre-trend). A point every 15 s where not said otherwise.
 */
import { describe, expect, it } from 'vitest'
import type { Version } from '../support/otlp-lines.ts'
import {
  alarmMinute,
  endS,
  minuteS,
  namesOf,
  releasedS,
  verdictsOfRelease,
} from '../support/watched-release.ts'

const [usual, worse] = [0.01, 0.06]

/** Error rates from so many minutes after the release on, of all traffic. */
type Course = readonly (readonly [fromMinute: number, errorRate: number])[]

function allAtOnce(course: Course): Version[] {
  const steps = [[-120, usual], ...course] as const
  return steps.flatMap(([fromMinute, errorRate], i) => {
    const next = steps[i + 1]
    const fromS = releasedS + fromMinute * minuteS
    const toS = next === undefined ? endS : releasedS + next[0] * minuteS
    const part = { rps: 30, errorRate }
    return [
      { version: '1.0', fromS, toS: Math.min(toS, releasedS), ...part },
      { version: '1.1', fromS: Math.max(fromS, releasedS), toS, ...part },
    ]
  })
}

/** An incident of both versions until ten minutes after the release, in which the canary fares much worse. */
function canary(): Version[] {
  const overS = releasedS + 10 * minuteS
  return [
    { version: '1.0', fromS: 0, toS: releasedS - 15 * minuteS, rps: 30, errorRate: usual },
    { version: '1.0', fromS: releasedS - 15 * minuteS, toS: releasedS, rps: 30, errorRate: 0.03 },
    { version: '1.0', fromS: releasedS, toS: overS, rps: 24, errorRate: 0.03 },
    { version: '1.0', fromS: overS, toS: endS, rps: 24, errorRate: usual },
    { version: '1.1', fromS: releasedS, toS: overS, rps: 6, errorRate: 0.24 },
    { version: '1.1', fromS: overS, toS: endS, rps: 6, errorRate: 0.08 },
  ]
}

const told = (seed: number, versions: readonly Version[], everyS = 15) =>
  verdictsOfRelease([{ seed, everyS, versions }])

describe('errors before a release of all traffic at once', () => {
  it.each([1, 2, 3])('are not blamed on it when they go on (seed %i)', async (seed) => {
    const verdicts = await told(seed, allAtOnce([[-20, worse]]))

    expect(namesOf(verdicts)).not.toContain('regressed')
    expect(
      verdicts.some(({ release }) => release.reason?.includes('began before the release')),
    ).toBe(true)
  })

  it.each([1, 2, 3])(
    'are not blamed on it though they had hardly begun (seed %i)',
    async (seed) => {
      const verdicts = await told(
        seed,
        allAtOnce([
          [-3, 0.04],
          [45, usual],
        ]),
      )

      expect(namesOf(verdicts)).not.toContain('regressed')
    },
  )

  it.each([1, 2, 3])('excuse nothing when they had passed (seed %i)', async (seed) => {
    const verdicts = await told(
      seed,
      allAtOnce([
        [-15, 0.03],
        [-1, usual],
        [0, 0.12],
      ]),
    )

    expect(alarmMinute(verdicts)).toBeLessThanOrEqual(10)
  })

  it.each([1, 2, 3])('excuse nothing when it makes them many more (seed %i)', async (seed) => {
    const verdicts = await told(
      seed,
      allAtOnce([
        [-15, 0.03],
        [0, 0.15],
      ]),
    )

    // Until then it may be another incident on top of them.
    expect(alarmMinute(verdicts)).toBeLessThanOrEqual(20)
  })

  it.each([1, 2, 3])('are not found anew in a quiet hour after it (seed %i)', async (seed) => {
    const verdicts = await told(
      seed,
      allAtOnce([
        [-25, worse],
        [-10, usual],
      ]),
    )

    expect(namesOf(verdicts)).not.toContain('regressed')
  })
})

describe('telemetry that does not name its version', () => {
  const unnamed = (beganMinute: number): Version[] =>
    allAtOnce([[beganMinute, 0.06]]).map((each) => ({ ...each, version: null }))

  it.each([1, 2])(
    'is worse from a minute and a half before a deployment that was told at its end (seed %i)',
    async (seed) => {
      // Until it has lasted longer than incidents do.
      expect(alarmMinute(await told(seed, unnamed(-1.5)))).toBeLessThanOrEqual(25)
    },
  )

  it.each([1, 2])('was worse before it for certain (seed %i)', async (seed) => {
    expect(namesOf(await told(seed, unnamed(-4)))).not.toContain('regressed')
  })
})

describe('an incident of two routes that began before a release', () => {
  const onTwo = (course: Course): Version[] => [
    ...allAtOnce(course).map((each) => ({ ...each, route: 'POST /orders', rps: 20 })),
    ...allAtOnce(course).map(({ errorRate, ...each }) => {
      return { ...each, errorRate: errorRate / 2, route: 'POST /cart', rps: 10 }
    }),
  ]

  it.each([1, 2, 3])('is not blamed on it when it ends (seed %i)', async (seed) => {
    const verdicts = await told(
      seed,
      onTwo([
        [-10, 0.08],
        [40, usual],
      ]),
      60,
    )

    expect(namesOf(verdicts)).not.toContain('regressed')
  })
})

describe('errors before a canary', () => {
  it.each([1, 2, 3])(
    'are shared with the old version and excuse nothing (seed %i)',
    async (seed) => {
      expect(alarmMinute(await told(seed, canary()))).toBeLessThanOrEqual(5)
    },
  )
})

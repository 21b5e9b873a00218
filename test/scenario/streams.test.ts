/** Requests through replay in the shapes that others will bring, one sentence a promise. */
import { describe, expect, it } from 'vitest'
import { deploymentLine, metricLines, spanLines, type Version } from '../support/otlp-lines.ts'
import { type Line, replayLines } from '../support/run-replay.ts'
import { toldVerdicts, type ToldVerdict } from '../support/told-verdicts.ts'

const startMs = Date.parse('2021-11-20T10:00:00Z')
const hourS = 3_600
const minuteMs = 60_000

const toldOf = (lines: readonly Line[], version = '1.1') => toldVerdicts(lines, version)

const minuteOf = ({ at }: ToldVerdict) => (Date.parse(at) - startMs) / minuteMs

/** Version 1.1 takes over at `atS`. */
const allAtOnce = (atS: number, toS: number, rps: number, rates: [number, number]): Version[] => [
  { version: '1.0', fromS: 0, toS: atS, rps, errorRate: rates[0] },
  { version: '1.1', fromS: atS, toS, rps, errorRate: rates[1] },
]

const event = (atS: number, service = 'checkout') => [
  deploymentLine({ atMs: startMs + atS * 1000, version: '1.1', service }),
]

describe('errors of a release', () => {
  it('that five services share are external (seed 30)', async () => {
    const seconds = 1.5 * hourS
    const services = Array.from({ length: 5 }, (_, i) =>
      spanLines({
        seed: 30 + i,
        startMs,
        seconds,
        service: `svc${i}`,
        versions:
          i === 0
            ? allAtOnce(hourS, seconds, 10, [0.005, 0.08])
            : [
                { version: '3.0', fromS: 0, toS: hourS, rps: 10, errorRate: 0.005 },
                { version: '3.0', fromS: hourS, toS: seconds, rps: 10, errorRate: 0.08 },
              ],
      }),
    )
    const lines = await replayLines([...services, event(hourS, 'svc0')])
    const told = toldOf(lines)

    expect(told.at(-1)!.verdict).toBe('external')
    expect(told.map(({ verdict }) => verdict)).not.toContain('regressed')
    expect(lines.filter(({ type }) => type === 'alert')).toEqual([])
    expect(told.at(-1)!.release.reason).toContain('svc')
  })

  it.each([
    { everyS: 60, temporality: 'delta' },
    { everyS: 60, temporality: 'cumulative' },
    { everyS: 300, temporality: 'delta' },
    { everyS: 300, temporality: 'cumulative' },
  ] as const)(
    'that grow tenfold are found at a point every $everyS s, $temporality (seed 6)',
    async ({ everyS, temporality }) => {
      const seconds = 6 * hourS
      const versions = allAtOnce(4 * hourS, seconds, 5, [0.005, 0.05])
      const lines = metricLines({ seed: 6, startMs, seconds, versions, everyS, temporality })
      const told = toldOf(await replayLines([lines, event(4 * hourS)]))

      expect(told.at(-1)!.verdict).toBe('regressed')
      const found = told.find(({ verdict }) => verdict === 'regressed')!
      expect(minuteOf(found)).toBeLessThanOrEqual(4 * 60 + 15)
    },
  )
})

describe('a gap of telemetry', () => {
  const seconds = 2 * hourS
  const all = spanLines({
    seed: 4,
    startMs,
    seconds,
    versions: allAtOnce(2400, seconds, 10, [0.01, 0.01]),
  })

  it('in the middle of a watch is no alarm, and is said (seed 4)', async () => {
    const told = toldOf(
      await replayLines([all.filter((_, s) => s < 3_000 || s >= 4_500), event(2400)]),
    )

    expect(told.map(({ verdict }) => verdict)).not.toContain('regressed')
    expect(told.at(-1)!.release.reason).toMatch(/telemetry/)
  })

  it('to its end leaves it inconclusive for want of telemetry (seed 4)', async () => {
    const beside = spanLines({
      seed: 5,
      startMs,
      seconds,
      service: 'front',
      versions: [{ version: '7.0', fromS: 0, toS: 2_700, rps: 5, errorRate: 0.01 }],
    })
    const later = spanLines({
      seed: 6,
      startMs: startMs + seconds * 1000,
      seconds: 30,
      service: 'front',
      versions: [{ version: '7.0', fromS: 0, toS: 30, rps: 5, errorRate: 0.01 }],
    })
    const told = toldOf(
      await replayLines([all.filter((_, s) => s < 2_700), beside, later, event(2400)]),
    )

    expect(told.map(({ verdict }) => verdict)).not.toContain('regressed')
    expect(told.at(-1)!.verdict).toBe('inconclusive')
    expect(told.at(-1)!.release.reason).toMatch(/telemetry/)
  })
})

describe('one request in 50 seconds', () => {
  it('is inconclusive, with the effect that would have shown (seed 7)', async () => {
    const seconds = 3 * hourS
    const sparse = spanLines({
      seed: 7,
      startMs,
      seconds,
      versions: allAtOnce(1.5 * hourS, seconds, 0.02, [0.01, 0.01]),
    })
    const beside = spanLines({
      seed: 8,
      startMs,
      seconds,
      service: 'front',
      versions: [{ version: '7.0', fromS: 0, toS: seconds, rps: 2, errorRate: 0.01 }],
    })
    const told = toldOf(await replayLines([sparse, beside, event(1.5 * hourS)]))

    const last = told.at(-1)!
    expect(last.verdict).toBe('inconclusive')
    expect(last.release.reason).toMatch(/×[\d.]+ or more would have shown/)
    const errors = last.signals.find(
      ({ signal, scope }) => signal === 'errors' && scope.route === null,
    )
    expect(errors!.detectable).toBeGreaterThan(1)
  })
})

describe('a cure', () => {
  it('at minute 20 of the release is recovered by minute 28 (seed 5)', async () => {
    const seconds = 1.5 * hourS
    const versions: Version[] = [
      ...allAtOnce(1_200, 2_400, 50, [0.01, 0.1]),
      { version: '1.1', fromS: 2_400, toS: seconds, rps: 50, errorRate: 0.01 },
    ]
    const told = toldOf(
      await replayLines([spanLines({ seed: 5, startMs, seconds, versions }), event(1_200)]),
    )

    expect(told.map(({ verdict }) => verdict)).toContain('regressed')
    const cured = told.find(({ verdict }) => verdict === 'recovered')!
    expect(minuteOf(cured)).toBeLessThanOrEqual(20 + 28)
  })
})

describe('events and versions out of the ordinary have a stated verdict:', () => {
  const seconds = 1.5 * hourS
  const harmless = (fromS: number) => allAtOnce(fromS, seconds, 10, [0.01, 0.01])
  const spans = (versions: Version[], seed = 11) => spanLines({ seed, startMs, seconds, versions })
  const told = async (files: readonly (readonly string[])[], version?: string) =>
    toldOf(await replayLines(files), version)
  const deployed = (atS: number, version = '1.1', id = `d-${version}-${atS}`) =>
    deploymentLine({ atMs: startMs + atS * 1000, version, id })

  it('a new service without a baseline (seed 11)', async () => {
    const fresh: Version[] = [{ version: '1.1', fromS: 0, toS: seconds, rps: 10, errorRate: 0.01 }]
    const all = await told([spans(fresh), [deployed(30)]])

    expect(all.at(-1)!.final).toBe(true)
    expect(['inconclusive', 'cleared']).toContain(all.at(-1)!.verdict)
  })

  it.each([
    { what: 'told ten minutes early', events: [deployed(1_200)] },
    { what: 'told ten minutes late', events: [deployed(2_400)] },
    { what: 'told twice', events: [deployed(1_800, '1.1', 'one'), deployed(1_805, '1.1', 'two')] },
    { what: 'never told', events: [] },
  ])('a harmless deployment $what is one release, and no alarm (seed 12)', async ({ events }) => {
    const lines = await replayLines([spans(harmless(1_800), 12), events])
    const all = toldOf(lines)

    expect(new Set(all.map(({ release }) => release.id)).size).toBe(1)
    expect(all.map(({ verdict }) => verdict)).not.toContain('regressed')
    expect(all.at(-1)!.final).toBe(true)
  })

  it.each([
    {
      name: 'two releases within a minute: the one that breaks it is found',
      nextS: 1_840,
      seed: 13,
    },
    { name: 'a release during the watch of another: each has its verdict', nextS: 3_000, seed: 14 },
  ])('$name (seed $seed)', async ({ nextS, seed }) => {
    const versions: Version[] = [
      { version: '1.0', fromS: 0, toS: 1_800, rps: 10, errorRate: 0.01 },
      { version: '1.1', fromS: 1_800, toS: nextS, rps: 10, errorRate: 0.01 },
      { version: '1.2', fromS: nextS, toS: seconds, rps: 10, errorRate: 0.15 },
    ]
    const events = [deployed(1_800), deployed(nextS, '1.2')]
    const lines = await replayLines([spans(versions, seed), events])

    expect(toldOf(lines, '1.2').at(-1)!.verdict).toBe('regressed')
    expect(toldOf(lines, '1.1').at(-1)!.verdict).not.toBe('regressed')
  })

  it('a version that comes and goes (seed 15)', async () => {
    const versions: Version[] = Array.from({ length: 8 }, (_, i) => ({
      version: i % 2 === 0 ? '1.0' : '1.1',
      fromS: i * 600,
      toS: (i + 1) * 600,
      rps: 10,
      errorRate: 0.01,
    }))
    const all = await told([spans(versions, 15), [deployed(600)]])

    expect(all.map(({ verdict }) => verdict)).not.toContain('regressed')
    expect(all.at(-1)!.final).toBe(true)
  })

  it('a change of sampling to a tenth, where there are but spans, is a stop of traffic at most (seed 16)', async () => {
    const versions: Version[] = [
      { version: '1.0', fromS: 0, toS: 1_800, rps: 20, errorRate: 0.02 },
      { version: '1.1', fromS: 1_800, toS: 2_400, rps: 20, errorRate: 0.02 },
      { version: '1.1', fromS: 2_400, toS: seconds, rps: 2, errorRate: 0.02 },
    ]
    const all = await told([spans(versions, 16), [deployed(1_800)]])
    const loud = all.flatMap(({ signals }) =>
      signals.filter(({ state }) => state === 'regressed').map(({ signal }) => signal),
    )

    expect(new Set(loud)).not.toContain('errors')
    expect(new Set(loud)).not.toContain('latency')
    expect(all.at(-1)!.final).toBe(true)
  })

  it('a source that changes from spans to metrics (seed 17)', async () => {
    const versions = harmless(1_800)
    const early = spanLines({ seed: 17, startMs, seconds: 3_000, versions })
    const late = metricLines({
      seed: 18,
      startMs,
      seconds,
      versions,
      everyS: 60,
      temporality: 'delta',
    }).slice(50)
    const all = await told([early, late, [deployed(1_800)]])

    expect(all.map(({ verdict }) => verdict)).not.toContain('regressed')
    expect(all.at(-1)!.final).toBe(true)
  })

  it('a counter that is reset in the middle of a watch (seed 19)', async () => {
    const half = (fromS: number, toS: number, seed: number) =>
      metricLines({
        seed,
        startMs: startMs + fromS * 1000,
        seconds: toS - fromS,
        versions: allAtOnce(fromS === 0 ? 1_800 : 0, toS - fromS, 10, [0.01, 0.01]),
        everyS: 60,
        temporality: 'cumulative',
      })
    const all = await told([half(0, 3_000, 19), half(3_000, seconds, 20), [deployed(1_800)]])

    expect(all.map(({ verdict }) => verdict)).not.toContain('regressed')
    expect(all.at(-1)!.final).toBe(true)
  })
})

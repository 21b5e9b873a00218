/** The main job on synthetic streams, one sentence a promise. Times are minutes of event time. */
import { describe, expect, it } from 'vitest'
import { deploymentLine, metricLines, spanLines, type Version } from '../support/otlp-lines.ts'
import { Pipeline } from '../support/pipeline.ts'

const startMs = Date.parse('2026-11-20T10:00:00Z')
const minuteMs = 60_000

type Timed = [text: string, atMs: number]

/** A line arrives at the end of the second that its spans ended in. */
const everySecond = (lines: string[], aheadMs = 0): Timed[] =>
  lines.map((text) => {
    const endNs = /"endTimeUnixNano":"(\d+)"/.exec(text)![1]!
    const second = Math.floor(Number(endNs.slice(0, -6)) / 1000)
    return [text, second * 1000 + 999 - aheadMs]
  })

function run(inputs: readonly Timed[][], endMs: number): Pipeline {
  const pipeline = new Pipeline()
  const all = inputs.flat().sort((a, b) => a[1] - b[1] || (a[0] < b[0] ? -1 : 1))
  for (const [text, atMs] of all) {
    pipeline.line(text, atMs)
    pipeline.tick(atMs)
  }
  pipeline.tick(endMs, 0, true)
  return pipeline
}

const spans = (seed: number, minutes: number, versions: readonly Version[], service = 'checkout') =>
  everySecond(
    spanLines({ seed, startMs, seconds: minutes * 60, service, versions }),
    versions[0]!.aheadMs,
  )

const event = (options: Parameters<typeof deploymentLine>[0], arrivesMs = options.atMs): Timed => [
  deploymentLine(options),
  arrivesMs,
]

const verdictsOf = (pipeline: Pipeline) =>
  pipeline.verdicts.filter(({ final }) => final).map(({ verdict }) => verdict)

const canary = (rate: number): Version[] => [
  { version: '1.0', fromS: 0, toS: 900, rps: 32, errorRate: 0.01 },
  { version: '1.1', fromS: 300, toS: 900, rps: 8, errorRate: rate },
]

const allAtOnce = (rate: number, version: string | null = '1.1'): Version[] => [
  { version: version === null ? null : '1.0', fromS: 0, toS: 1200, rps: 20, errorRate: 0.01 },
  { version, fromS: 1200, toS: 1980, rps: 20, errorRate: rate },
]

describe('a release that makes its service worse', () => {
  it('is regressed as a canary, with an interval that holds the truth (seed 1)', () => {
    const { verdicts } = run(
      [spans(1, 15, canary(0.08)), [event({ atMs: startMs + 5 * minuteMs, version: '1.1' })]],
      startMs + 15 * minuteMs,
    )

    const last = verdicts.at(-1)!
    expect(last.verdict).toBe('regressed')
    const { effect } = last.signals.find(({ signal }) => signal === 'errors')!
    expect(effect!.low).toBeLessThanOrEqual(8)
    expect(effect!.high).toBeGreaterThanOrEqual(8)
  })

  it.each([
    { version: '1.1', why: 'its version is in the telemetry' },
    { version: null, why: 'no telemetry of the service has a version' },
  ])('is regressed within 10 min all at once: $why (seed 2)', ({ version }) => {
    const { verdicts } = run(
      [
        spans(2, 33, allAtOnce(0.1, version)),
        [event({ atMs: startMs + 20 * minuteMs, version: '1.1' })],
      ],
      startMs + 33 * minuteMs,
    )

    const found = verdicts.find(({ verdict }) => verdict === 'regressed')
    expect(found).toBeDefined()
    expect(found!.atMs - startMs).toBeLessThanOrEqual(30 * minuteMs)
  })

  const atMs = startMs + 20 * minuteMs
  it.each([
    { name: 'missing', events: [] },
    { name: 'early', events: [event({ atMs: atMs - 2 * minuteMs, version: '1.1' })] },
    { name: 'on time', events: [event({ atMs, version: '1.1' })] },
    {
      name: 'twice',
      events: [
        event({ atMs, version: '1.1', id: 'one' }),
        event({ atMs, version: '1.1', id: 'one' }, atMs + minuteMs),
      ],
    },
    {
      name: 'twice under two ids',
      events: [
        event({ atMs, version: '1.1', id: 'one' }),
        event({ atMs: atMs + 1_000, version: '1.1', id: 'two' }),
      ],
    },
    { name: 'late', events: [event({ atMs, version: '1.1' }, atMs + 5 * minuteMs)] },
  ])('is one release and regressed, its event $name (seed 3)', ({ events }) => {
    const pipeline = run([spans(3, 33, allAtOnce(0.12)), events], startMs + 33 * minuteMs)

    expect(new Set(pipeline.verdicts.map(({ release }) => release.id)).size).toBe(1)
    expect(verdictsOf(pipeline)).toEqual(['regressed'])
  })
})

describe('a release that does no harm', () => {
  it.each([1, 2, 3])('raises nothing (seed %i)', (seed) => {
    const pipeline = run(
      [
        spans(seed, 33, allAtOnce(0.01)),
        [event({ atMs: startMs + 20 * minuteMs, version: '1.1' })],
      ],
      startMs + 33 * minuteMs,
    )

    expect(pipeline.emitted.filter(({ topic }) => topic === 'culprit.alerts')).toEqual([])
    expect(verdictsOf(pipeline)).toHaveLength(1)
    expect(['cleared', 'inconclusive']).toContain(verdictsOf(pipeline)[0])
  })
})

describe('traffic', () => {
  const stops: Version[] = [
    { version: '1.0', fromS: 0, toS: 1200, rps: 20, errorRate: 0.01 },
    { version: '1.1', fromS: 1200, toS: 1380, rps: 20, errorRate: 0.01 },
  ]
  const other: Version[] = [{ version: '3.0', fromS: 0, toS: 1980, rps: 10, errorRate: 0.01 }]
  const deployed = [event({ atMs: startMs + 20 * minuteMs, version: '1.1' })]

  it('that stops after a release is its regression, when others go on (seed 4)', () => {
    const pipeline = run(
      [spans(4, 33, stops), spans(5, 33, other, 'stock'), deployed],
      startMs + 33 * minuteMs,
    )

    expect(verdictsOf(pipeline)).toEqual(['regressed'])
    const [first] = pipeline.verdicts.at(-1)!.signals
    expect(first).toMatchObject({ signal: 'traffic', state: 'regressed' })
  })

  it('is not what is missing when all telemetry has a gap (seed 4)', () => {
    const back: Version[] = [
      ...stops,
      { version: '1.1', fromS: 1560, toS: 1980, rps: 20, errorRate: 0.01 },
    ]
    const pipeline = run([spans(4, 33, back), deployed], startMs + 33 * minuteMs)

    expect(pipeline.emitted.filter(({ topic }) => topic === 'culprit.alerts')).toEqual([])
  })
})

describe('telemetry', () => {
  it('of a host whose clock is 200 s ahead changes nothing (seed 6)', () => {
    const right = spans(6, 15, canary(0.08))
    const wrong: Version = {
      version: '1.0',
      fromS: 0,
      toS: 900,
      rps: 5,
      errorRate: 0.5,
      aheadMs: 200_000,
    }
    const deployed = [event({ atMs: startMs + 5 * minuteMs, version: '1.1' })]
    const ends = startMs + 15 * minuteMs
    const of = (pipeline: Pipeline) =>
      pipeline.verdicts.map(({ verdict, atMs, evidence }) => [verdict, atMs, evidence])

    expect(of(run([right, spans(7, 15, [wrong]), deployed], ends))).toEqual(
      of(run([right, deployed], ends)),
    )
  })

  it.each([10, 15, 60])(
    'every %i s, delta or cumulative, gives the same verdicts (seed 8)',
    (everyS) => {
      const versions = allAtOnce(0.12)
      const lines = (temporality: 'delta' | 'cumulative'): Timed[] =>
        metricLines({ seed: 8, startMs, seconds: 1980, versions, everyS, temporality }).map(
          (text, i) => [text, startMs + (i + 1) * everyS * 1000],
        )
      const deployed = [event({ atMs: startMs + 20 * minuteMs, version: '1.1' })]
      const of = (temporality: 'delta' | 'cumulative') =>
        run([lines(temporality), deployed], startMs + 33 * minuteMs).verdicts.map(
          ({ verdict, atMs, evidence }) => [verdict, atMs, evidence?.toFixed(6)],
        )

      expect(of('delta').at(-1)![0]).toBe('regressed')
      expect(of('cumulative')).toEqual(of('delta'))
    },
  )
})

/** Gauges of unknown meaning through replay: a service of which nothing else is known, and one release. */
import { describe, expect, it } from 'vitest'
import { gaugeLines, gaugeValues, normals } from '../support/gauge-lines.ts'
import { deploymentLine } from '../support/otlp-lines.ts'
import { type Line, replayLines } from '../support/run-replay.ts'
import { toldVerdicts, type ToldVerdict } from '../support/told-verdicts.ts'

const startMs = Date.parse('2024-03-04T00:00:00Z')
const dayMinutes = 1_440
const minuteMs = 60_000
const seeds = Array.from({ length: 20 }, (_, i) => i + 1)

const toldOf = (lines: readonly Line[], version = '2') => toldVerdicts(lines, version)

/** Days of a gauge, a release behind them, and 70 minutes more. */
async function released(
  values: readonly (number | null)[],
  {
    days,
    metric = 'metric_17',
    everyMs = minuteMs,
  }: { readonly days: number; readonly metric?: string; readonly everyMs?: number },
): Promise<ToldVerdict[]> {
  const atMs = startMs + days * dayMinutes * minuteMs
  const lines = gaugeLines({ startMs, values, metric, everyMs, namespace: null })
  const event = deploymentLine({ atMs, version: '2', namespace: null })
  return toldOf(await replayLines([lines, [event]]))
}

const verdictsOf = (told: readonly ToldVerdict[]) => told.map(({ verdict }) => verdict)

describe('what each release changes', () => {
  const minutes = dayMinutes + 70
  const ofMinutes = (value: (minute: number) => number) =>
    Array.from({ length: minutes }, (_, minute) => value(minute))

  it.each([
    ['process.uptime', ofMinutes((minute) => 60 * (minute % dayMinutes))],
    ['age', ofMinutes((minute) => 60_000 * (minute % dayMinutes))],
    [
      'process_start_time_seconds',
      ofMinutes((minute) => (minute < dayMinutes ? 1.7e9 : 1.70009e9)),
    ],
    ['build_number', ofMinutes((minute) => (minute < dayMinutes ? 417 : 418))],
  ])('is no alarm: %s', async (metric, values) => {
    const told = await released(values, { days: 1, metric })

    expect(verdictsOf(told)).not.toContain('regressed')
    expect(verdictsOf(told)).not.toContain('suspicious')
  })
})

describe('a gauge of three days, and a release', () => {
  const shape = (seed: number, by: number) =>
    gaugeValues({
      seed,
      minutes: 3 * dayMinutes + 70,
      season: seed % 2 === 0 ? 8 : 0,
      jump: { atMinute: 3 * dayMinutes, by },
    })

  it.each(seeds)('regresses it with a jump (seed %i)', async (seed) => {
    const told = await released(shape(seed, seed % 3 === 0 ? -12 : 12), { days: 3 })

    expect(told.at(-1)!.verdict).toBe('regressed')
    const [signal] = told.at(-1)!.signals
    expect(signal).toMatchObject({ signal: 'gauge', state: 'regressed', mode: 'forecast' })
    expect(signal!.scope.metric).toBe('metric_17')
    const { shift, low, high } = signal!.gauge!
    expect(Math.sign(shift)).toBe(seed % 3 === 0 ? -1 : 1)
    expect(low).toBeLessThanOrEqual(shift)
    expect(high).toBeGreaterThanOrEqual(shift)
  })

  it.each(seeds)('is silent of it without one (seed %i)', async (seed) => {
    const told = await released(shape(seed, 0), { days: 3 })

    expect(verdictsOf(told)).not.toContain('regressed')
    expect(verdictsOf(told)).not.toContain('suspicious')
    expect(told).toHaveLength(1)
  })
})

describe('which way is bad', () => {
  const jumped = (by: number) =>
    gaugeValues({
      seed: 3,
      minutes: 2 * dayMinutes + 70,
      jump: { atMinute: 2 * dayMinutes, by },
    })

  it.each([
    { metric: 'payment.success_ratio', by: -15, verdict: 'regressed', why: 'fewer successes' },
    {
      metric: 'payment.success_ratio',
      by: 15,
      verdict: 'cleared',
      why: 'more of them are no harm',
    },
    { metric: 'queue.lag', by: 15, verdict: 'regressed', why: 'a longer queue' },
    { metric: 'queue.lag', by: -15, verdict: 'cleared', why: 'a shorter one is no harm' },
    { metric: 'metric_17', by: -15, verdict: 'regressed', why: 'nothing is known of it' },
  ])('is told by the name $metric: by $by it is $verdict: $why (seed 3)', async (each) => {
    const told = await released(jumped(each.by), { days: 2, metric: each.metric })

    expect(told.at(-1)!.verdict).toBe(each.verdict)
  })
})

describe('a gauge that comes back', () => {
  it('20 minutes after the release is recovered (seed 5)', async () => {
    const values = gaugeValues({
      seed: 5,
      minutes: dayMinutes + 100,
      jump: { atMinute: dayMinutes, toMinute: dayMinutes + 20, by: 15 },
    })
    const told = await released(values, { days: 1 })

    expect(verdictsOf(told)).toContain('regressed')
    const cured = told.find(({ verdict }) => verdict === 'recovered')!
    expect(Date.parse(cured.at) - startMs).toBeLessThanOrEqual((dayMinutes + 28) * minuteMs)
    expect(told.at(-1)!.verdict).toBe('recovered')
  })
})

describe('a gauge that had moved before the release', () => {
  it.each([1, 2, 3, 4, 5, 6])('five minutes before is no doing of it (seed %i)', async (seed) => {
    const values = gaugeValues({
      seed,
      minutes: 3 * dayMinutes + 75,
      jump: { atMinute: 3 * dayMinutes - 5, by: 12 },
    })
    const told = await released(values, { days: 3 })

    expect(verdictsOf(told)).toEqual(['suspicious', 'inconclusive'])
    expect(told.at(-1)!.release.reason).toContain('it began before the release')
  })
})

it.each([1, 2])('a disk that goes on filling as it did is no alarm (seed %i)', async (seed) => {
  const normal = normals(seed)
  const length = 3 * dayMinutes + 75
  const values = Array.from({ length }, (_, t) => 1e11 + 2e7 * t + 5e6 * normal())
  const told = await released(values, { days: 3, metric: 'disk.used' })

  expect(verdictsOf(told)).toEqual(['cleared'])
})

describe('slower and sparser gauges', () => {
  const five = (seed: number, by: number) =>
    gaugeValues({ seed, minutes: 3 * 288 + 14, jump: { atMinute: 3 * 288, by } })

  it.each([
    { by: 12, verdict: 'regressed' },
    { by: 0, verdict: 'cleared' },
  ])('every five minutes are judged too: by $by, $verdict (seed 4)', async ({ by, verdict }) => {
    const told = await released(five(4, by), { days: 3, everyMs: 300_000 })

    expect(told.at(-1)!.verdict).toBe(verdict)
  })

  it('with every third minute missing are no different (seed 6)', async () => {
    const values = gaugeValues({
      seed: 6,
      minutes: 2 * dayMinutes + 70,
      jump: { atMinute: 2 * dayMinutes, by: 15 },
    }).map((value, i) => (i % 3 === 1 ? null : value))

    expect((await released(values, { days: 2 })).at(-1)!.verdict).toBe('regressed')
  })
})

describe('what is no ordinary gauge has a stated verdict:', () => {
  const of = (value: (t: number) => number | null) =>
    Array.from({ length: dayMinutes + 70 }, (_, t) => value(t))
  const normal = normals(9)

  it.each([
    { what: 'a constant', values: of(() => 42), verdict: 'cleared' },
    {
      what: 'a constant that changes',
      values: of((t) => (t < 1_440 ? 42 : 43)),
      verdict: 'regressed',
    },
    { what: 'few levels', values: of((t) => [1, 1, 2, 1, 0][(t * 7) % 5]!), verdict: 'cleared' },
    { what: 'mostly zero', values: of((t) => (t % 97 === 0 ? 3 : 0)), verdict: 'cleared' },
    { what: 'below zero', values: of(() => -100 + 3 * normal()), verdict: 'cleared' },
    {
      what: 'below zero with a fall',
      values: of((t) => (t < 1_440 ? -100 : -120) + 3 * normal()),
      verdict: 'regressed',
    },
    {
      what: 'silence from the release on',
      values: of((t) => (t < 1_440 ? normal() : null)),
      verdict: 'unjoined',
    },
    {
      what: 'silence five minutes after it',
      values: of((t) => (t < 1_445 ? normal() : null)),
      verdict: 'inconclusive',
    },
    {
      what: 'its first minutes only',
      values: of((t) => (t < 1_435 ? null : normal())),
      verdict: 'inconclusive',
    },
  ])('$what is $verdict', async ({ values, verdict }) => {
    const told = await released(values, { days: 1 })

    expect(told.at(-1)).toMatchObject({ verdict, final: true })
    expect(told.at(-1)!.release.reason).not.toBe('')
  })

  it('values that are no numbers are refused and counted', async () => {
    const lines = gaugeLines({ startMs, values: of(() => 5), namespace: null }).map((line, i) =>
      i % 2 === 0 ? line : line.replace('"asDouble":5', '"asDouble":"NaN"'),
    )
    const event = deploymentLine({
      atMs: startMs + 1_440 * minuteMs,
      version: '2',
      namespace: null,
    })
    const all = await replayLines([lines, [event]])

    expect(toldOf(all).at(-1)!.verdict).toBe('cleared')
    expect(all.at(-1)!['refused']).toEqual({ 'not-finite': 755 })
  })
})

describe('two versions side by side, twelve instances', () => {
  const run = async (by: number) => {
    const files = Array.from({ length: 12 }, (_, i) => {
      const fresh = i >= 9
      const apart = 1.5 * normals(300 + i)()
      const level = 50 + apart + (fresh ? by : 0)
      const values = gaugeValues({ seed: 200 + i, minutes: fresh ? 60 : 240, drift: 0.5, level })
      return gaugeLines({
        startMs: startMs + (fresh ? 180 * minuteMs : 0),
        values,
        version: fresh ? '2' : '1',
        instance: `i${i}`,
        metric: 'pool.fill',
        namespace: null,
      })
    })
    const event = deploymentLine({ atMs: startMs + 180 * minuteMs, version: '2', namespace: null })
    return toldOf(await replayLines([...files, [event]]))
  }

  it('are compared with each other: a difference regresses the new one (seed 200)', async () => {
    const told = await run(12)

    expect(told.at(-1)!.verdict).toBe('regressed')
    expect(told.at(-1)!.signals[0]).toMatchObject({ signal: 'gauge', mode: 'split' })
  })

  it('are silent while they are no further apart than instances are (seed 200)', async () => {
    expect(verdictsOf(await run(0))).toEqual(['cleared'])
  })
})

describe('many gauges of one service', () => {
  it('pay for each other, and the one that jumped is named (seed 100)', async () => {
    const files = Array.from({ length: 24 }, (_, i) =>
      gaugeLines({
        startMs,
        values: gaugeValues({
          seed: 100 + i,
          minutes: dayMinutes + 70,
          jump: { atMinute: dayMinutes, by: i === 7 ? 15 : 0 },
        }),
        metric: `metric_${i}`,
        namespace: null,
      }),
    )
    const event = deploymentLine({
      atMs: startMs + dayMinutes * minuteMs,
      version: '2',
      namespace: null,
    })
    const told = toldOf(await replayLines([...files, [event]]))

    const last = told.at(-1)!
    expect(last.verdict).toBe('regressed')
    expect(last.release.reason).toContain('metric_7 ')
    const states = last.signals.map(({ state }) => state)
    expect(states.filter((state) => state === 'regressed')).toHaveLength(1)
    expect(states).toHaveLength(24)
  })
})

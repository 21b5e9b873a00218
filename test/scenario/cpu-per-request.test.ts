/**
 * CPU per request through the whole pipeline: a release that spends more on the same requests, and what only looks
 * like one. Three instances, requests and CPU time once a minute, as metrics are exported by default.
 */
import { describe, expect, it } from 'vitest'
import { deploymentLine } from '../support/otlp-lines.ts'
import { HouseMinutes, houseLoad, type Load } from '../support/house-minutes.ts'
import { Pipeline } from '../support/pipeline.ts'

const startMs = Date.parse('2026-11-20T00:00:00Z')
const minuteMs = 60_000
const seeds = Array.from({ length: 10 }, (_, i) => i + 1)

interface World extends Load {
  /** Minutes before the release. */
  readonly before: number
  readonly after?: number
  readonly instances?: number
  readonly metric?: string
  /** Share of the instances that the release reaches; 1 is all at once. */
  readonly share?: number
  readonly versioned?: boolean
}

function run(world: World): Pipeline {
  const { before, after = 75, instances = 3, share = 1, versioned = true } = world
  const pipeline = new Pipeline()
  const minutes = new HouseMinutes(world.metric)
  const load = houseLoad(world)
  const renewed = Math.round(share * instances)
  for (let minute = 0; minute < before + after; minute++) {
    const endMs = startMs + (minute + 1) * minuteMs
    load.next()
    const processes = Array.from({ length: instances }, (_, i) => {
      const fresh = minute >= before && i < renewed
      const version = fresh ? '2' : '1'
      return {
        id: `${version}-${i}`,
        version: versioned ? version : null,
        sinceMs: startMs + (fresh ? before : 0) * minuteMs,
        ...load.of(minute, version, 1 / instances),
      }
    })
    if (minute === before) {
      pipeline.line(deploymentLine({ atMs: endMs - minuteMs, version: '2' }), endMs)
    }
    pipeline.line(minutes.line(endMs, processes), endMs)
    pipeline.tick(endMs)
  }
  pipeline.tick(startMs + (before + after + 1) * minuteMs, 0, true)
  return pipeline
}

const words = ({ verdicts }: Pipeline) => verdicts.map(({ verdict }) => verdict)
const loud = (pipeline: Pipeline) =>
  words(pipeline).filter((each) => each === 'regressed' || each === 'suspicious')
const statesOfCpu = ({ verdicts }: Pipeline) =>
  verdicts.flatMap(({ signals }) =>
    signals.flatMap(({ gauge, state }) => (gauge?.unit === 's/{request}' ? [state] : [])),
  )
const steady = () => 3_000
/** Traffic of a day: three times as much at its busiest as at night. */
const ofDay = (minute: number) => 3_000 + 1_500 * Math.sin((2 * Math.PI * minute) / 1_440)

describe('a release that costs half as much CPU again, with the same traffic and no errors', () => {
  it.each(seeds)('is regressed by it (seed %i)', (seed) => {
    const cost = (_: number, version: string) => (version === '2' ? 0.015 : 0.01)
    const pipeline = run({ seed, before: 300, requests: steady, cost })

    const { release, verdict, signals } = pipeline.verdicts.at(-1)!
    expect(verdict).toBe('regressed')
    expect(release.reason).toContain('CPU')
    expect(signals[0]).toMatchObject({
      signal: 'gauge',
      state: 'regressed',
      mode: 'forecast',
      scope: { metric: 'process.cpu.time' },
      gauge: { own: 'cpu', unit: 's/{request}' },
    })
  })
})

describe('traffic that doubles with a release, at the same cost', () => {
  it.each(seeds)('is no alarm (seed %i)', (seed) => {
    const requests = (minute: number) => (minute < 300 ? 1 : 2) * steady()

    expect(loud(run({ seed, before: 300, requests }))).toEqual([])
  })
})

describe('traffic that halves with a release, with idle CPU', () => {
  it.each(seeds.slice(0, 5))('is told by the traffic, not by CPU (seed %i)', (seed) => {
    const requests = (minute: number) => (minute < 300 ? 2 : 1) * steady()
    const pipeline = run({ seed, before: 300, requests, idle: 10 })

    expect(statesOfCpu(pipeline)).not.toContain('suspicious')
    expect(statesOfCpu(pipeline)).not.toContain('regressed')
  })
})

describe('a day of traffic over idle CPU', () => {
  it.each(seeds)('is no alarm, whenever the release comes (seed %i)', (seed) => {
    const before = 1_440 + seed * 71
    const pipeline = run({ seed, before, requests: ofDay, idle: 4, after: 65 })

    expect(loud(pipeline)).toEqual([])
    expect(statesOfCpu(pipeline)).toContain('cleared')
  })
})

describe('what CPU is told by', () => {
  const dearer = (_: number, version: string) => (version === '2' ? 0.02 : 0.01)
  const world = { seed: 7, before: 240, requests: steady, cost: dearer }

  it.each(['jvm.cpu.time', 'process_cpu_seconds_total', 'container.cpu.time', 'k8s.pod.cpu.time'])(
    'may be %s (seed 7)',
    (metric) => {
      const { signals, verdict } = run({ ...world, metric }).verdicts.at(-1)!

      expect(verdict).toBe('regressed')
      expect(signals[0]!.scope.metric).toBe(metric)
    },
  )

  it('is one of both versions where they are side by side (seed 7)', () => {
    const pipeline = run({ ...world, instances: 8, share: 0.25 })

    expect(pipeline.verdicts.at(-1)).toMatchObject({ verdict: 'regressed' })
    expect(pipeline.verdicts.at(-1)!.signals[0]).toMatchObject({
      mode: 'split',
      scope: { metric: 'process.cpu.time' },
    })
  })

  it('is no alarm of two versions that cost the same (seed 7)', () => {
    const pipeline = run({ ...world, cost: () => 0.01, instances: 8, share: 0.25 })

    expect(loud(pipeline)).toEqual([])
    expect(statesOfCpu(pipeline).length).toBeGreaterThan(0)
  })

  it('needs no versions (seed 7)', () => {
    const cost = (minute: number) => (minute < 240 ? 0.01 : 0.02)
    const pipeline = run({ ...world, cost, versioned: false })

    expect(pipeline.verdicts.at(-1)).toMatchObject({ verdict: 'regressed' })
  })

  it('is not judged below one request a second (seed 7)', () => {
    const pipeline = run({ ...world, requests: () => 40 })

    expect(statesOfCpu(pipeline)).toEqual([])
  })

  it('is not judged in the first hour of a service (seed 7)', () => {
    expect(statesOfCpu(run({ ...world, before: 45 }))).toEqual([])
  })
})

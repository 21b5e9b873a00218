/**
 * Restarts through the whole pipeline: pods of a new version that crash again and again, and what only looks like it.
 * Requests and CPU time once a minute from the processes; restarts every 30 s, as the cluster's receiver tells them.
 */
import { describe, expect, it } from 'vitest'
import { deploymentLine } from '../support/otlp-lines.ts'
import { HouseMinutes, houseLoad, restartsLine } from '../support/house-minutes.ts'
import { Pipeline } from '../support/pipeline.ts'
import { seededRandom } from '../support/random.ts'

const startMs = Date.parse('2026-11-20T08:00:00Z')
const minuteMs = 60_000
const stepMs = 30_000
const releaseMs = startMs + 120 * minuteMs
const seeds = Array.from({ length: 10 }, (_, i) => i + 1)

interface Pod {
  readonly id: string
  readonly version: string
  readonly fromMs: number
  readonly toMs?: number
  /** When its container was started again. */
  readonly restartsMs?: readonly number[]
  /** It never serves a request. */
  readonly unready?: boolean
}

interface World {
  readonly seed: number
  readonly pods: readonly Pod[]
  /** Whether the cluster tells of restarts, or only the processes do. */
  readonly cluster?: boolean
  readonly releases?: readonly [version: string, atMs: number][]
}

const isUp = ({ fromMs, toMs = Infinity }: Pod, atMs: number) => atMs > fromMs && atMs <= toMs

function run({ seed, pods, cluster = true, releases = [['2', releaseMs]] }: World): Pipeline {
  const pipeline = new Pipeline()
  const minutes = new HouseMinutes()
  const load = houseLoad({ seed, requests: () => 900 })
  const restarted = ({ restartsMs = [] }: Pod, atMs: number) =>
    restartsMs.filter((each) => each <= atMs)
  for (let atMs = startMs + stepMs; atMs <= releaseMs + 65 * minuteMs; atMs += stepMs) {
    const up = pods.filter((pod) => isUp(pod, atMs))
    for (const [version, at] of releases) {
      if (at > atMs - stepMs && at <= atMs) {
        pipeline.line(deploymentLine({ atMs: at, version }), atMs)
      }
    }
    if (cluster) {
      const told = up.map((pod) => ({ ...pod, restarts: restarted(pod, atMs).length }))
      pipeline.line(restartsLine(atMs, told), atMs)
    }
    if (atMs % minuteMs === 0) {
      load.next()
      const ready = up.filter(({ unready }) => unready !== true)
      const processes = ready.map((pod) => {
        const sinceMs = restarted(pod, atMs).at(-1) ?? pod.fromMs
        const count = load.of((atMs - startMs) / minuteMs, pod.version, 1 / ready.length)
        // Every process has an id of its own; the pod stays.
        return { ...pod, id: `${pod.id}-${sinceMs}`, pod: pod.id, sinceMs, ...count }
      })
      pipeline.line(minutes.line(atMs, processes), atMs)
    }
    pipeline.tick(atMs)
  }
  pipeline.tick(releaseMs + 66 * minuteMs, 0, true)
  return pipeline
}

/** As the kubelet does it: soon at first, then every five minutes. */
function crashLoop(seed: number, fromMs: number): number[] {
  const random = seededRandom(seed)
  const times: number[] = []
  let atMs = fromMs
  for (let backOffMs = 10_000; atMs < fromMs + 60 * minuteMs; ) {
    atMs += Math.round((20 + 40 * random()) * 1000) + backOffMs
    times.push(atMs)
    backOffMs = Math.min(300_000, 2 * backOffMs)
  }
  return times
}

const range = (count: number) => Array.from({ length: count }, (_, i) => i)
const old = (count: number, toMs?: number): Pod[] =>
  range(count).map((i) => ({
    id: `old-${i}`,
    version: '1',
    fromMs: startMs,
    ...(toMs === undefined ? {} : { toMs }),
  }))
const fresh = (count: number, more: (i: number) => Partial<Pod> = () => ({})): Pod[] =>
  range(count).map((i) => ({ id: `new-${i}`, version: '2', fromMs: releaseMs, ...more(i) }))

const loud = ({ verdicts }: Pipeline) =>
  verdicts.filter(({ verdict }) => verdict === 'regressed' || verdict === 'suspicious')
const minutesTo = (pipeline: Pipeline, wanted: string) => {
  const told = pipeline.verdicts.find(({ verdict }) => verdict === wanted)
  return told === undefined ? Infinity : (told.atMs - releaseMs) / minuteMs
}

describe('a new version whose pods crash again and again, at the same traffic without errors', () => {
  it.each(seeds)('is regressed by its restarts, within minutes (seed %i)', (seed) => {
    const restartsMs = (i: number) => crashLoop(100 * seed + i, releaseMs)
    const pods = [...old(3, releaseMs), ...fresh(3, (i) => ({ restartsMs: restartsMs(i) }))]
    const pipeline = run({ seed, pods })

    expect(minutesTo(pipeline, 'regressed')).toBeLessThanOrEqual(8)
    const { release, signals } = loud(pipeline).at(-1)!
    expect(release.reason).toContain('restarts')
    expect(signals[0]).toMatchObject({
      signal: 'gauge',
      scope: { metric: 'k8s.container.restarts' },
      gauge: { own: 'restarts', unit: '{restart}/h', usual: 0 },
    })
  })

  it('is found beside the old one too (seed 1)', () => {
    const restartsMs = (i: number) => crashLoop(i, releaseMs)
    const pods = [...old(6), ...fresh(2, (i) => ({ restartsMs: restartsMs(i) }))]
    const pipeline = run({ seed: 1, pods })

    expect(minutesTo(pipeline, 'regressed')).toBeLessThanOrEqual(8)
    expect(loud(pipeline).at(-1)!.release.reason).toContain('restarts')
  })

  it('is found in the only pod of a service (seed 1)', () => {
    const pods = [
      ...old(1, releaseMs),
      ...fresh(1, () => ({ restartsMs: crashLoop(1, releaseMs) })),
    ]
    const pipeline = run({ seed: 1, pods })

    expect(minutesTo(pipeline, 'suspicious')).toBeLessThanOrEqual(12)
    expect(minutesTo(pipeline, 'regressed')).toBeLessThanOrEqual(35)
  })

  it('has recovered when it no longer does, half an hour later at most (seed 1)', () => {
    const stopMs = releaseMs + 10 * minuteMs
    const restartsMs = (i: number) => crashLoop(i, releaseMs).filter((atMs) => atMs < stopMs)
    const pods = [...old(3, releaseMs), ...fresh(3, (i) => ({ restartsMs: restartsMs(i) }))]

    expect(minutesTo(run({ seed: 1, pods }), 'recovered')).toBeLessThanOrEqual(40)
  })

  it('is found though it never becomes ready and the old one serves all (seed 1)', () => {
    const restartsMs = (i: number) => crashLoop(i, releaseMs)
    const pods = [...old(3), ...fresh(3, (i) => ({ restartsMs: restartsMs(i), unready: true }))]
    const pipeline = run({ seed: 1, pods })

    expect(pipeline.verdicts.at(-1)).toMatchObject({ verdict: 'regressed' })
    expect(minutesTo(pipeline, 'regressed')).toBeLessThanOrEqual(20)
  })

  it('is found where only its processes tell, in pods that stay (seed 1)', () => {
    const every = (i: number) => range(20).map((n) => releaseMs + (3 * n + 2) * minuteMs + i)
    const pods = [...old(3, releaseMs), ...fresh(3, (i) => ({ restartsMs: every(i) }))]
    const pipeline = run({ seed: 1, pods, cluster: false })

    expect(loud(pipeline).at(-1)!.signals[0]!.scope.metric).toBe('instance.restarts')
    expect(minutesTo(pipeline, 'regressed')).toBeLessThanOrEqual(25)
  })
})

describe('what starts only once', () => {
  const healthy = [...old(3, releaseMs), ...fresh(3)]
  const laterMs = releaseMs + 20 * minuteMs
  const once = fresh(3, (i) => ({ restartsMs: [laterMs + i * minuteMs] }))
  const again: Pod[] = fresh(6).map((pod, i) =>
    i < 3
      ? { ...pod, toMs: laterMs + i * minuteMs }
      : { ...pod, fromMs: laterMs + (i - 3) * minuteMs },
  )

  it.each(
    [
      { what: 'a release that goes well', pods: healthy },
      {
        what: 'a rolling restart of the new version, in new pods',
        pods: [...old(3, releaseMs), ...again],
      },
      { what: 'a rolling restart in place', pods: [...old(3, releaseMs), ...once] },
      {
        what: 'a scale-out from three to nine',
        pods: [
          ...healthy,
          ...fresh(6).map((pod, i) => ({ ...pod, id: `more-${i}`, fromMs: laterMs })),
        ],
      },
    ].flatMap((each) => seeds.map((seed) => ({ ...each, seed }))),
  )('is no alarm: $what (seed $seed)', ({ pods, seed }) => {
    expect(loud(run({ seed, pods, cluster: seed % 2 === 0 }))).toEqual([])
  })
})

describe('restarts that are not the release’s doing', () => {
  it('are those of both versions alike (seed 2)', () => {
    const fromMs = releaseMs + 10 * minuteMs
    const loops = (pods: Pod[]) =>
      pods.map((pod, i): Pod => ({ ...pod, restartsMs: crashLoop(i + pod.id.length, fromMs) }))

    expect(loud(run({ seed: 2, pods: [...loops(old(6)), ...loops(fresh(2))] }))).toEqual([])
  })

  it('are usual: a container that crashes every ten minutes in both versions (seed 3)', () => {
    const every = range(20).map((n) => startMs + (10 * n + 5) * minuteMs)
    const of = (pod: Pod): Pod => ({ ...pod, restartsMs: every.filter((at) => isUp(pod, at)) })
    const pods = [...old(3, releaseMs), ...fresh(3)].map(of)

    expect(loud(run({ seed: 3, pods }))).toEqual([])
  })
})

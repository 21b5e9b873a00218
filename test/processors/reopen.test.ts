import { describe, expect, it } from 'vitest'
import { hashFacts } from '../../src/core/kernel/ids.ts'
import { deploymentLine, spanLines } from '../support/otlp-lines.ts'
import { Pipeline } from '../support/pipeline.ts'
import { seededRandom } from '../support/random.ts'

const startMs = Date.parse('2026-11-20T10:00:00Z')

/** Ten minutes of a canary that goes wrong, with a second service beside it. */
const lines = (seed: number): [text: string, atMs: number][] => {
  const canary = spanLines({
    seed,
    startMs,
    seconds: 600,
    versions: [
      { version: '1.0', fromS: 0, toS: 600, rps: 12, errorRate: 0.01 },
      { version: '1.1', fromS: 180, toS: 600, rps: 6, errorRate: 0.3 },
    ],
  })
  const stock = spanLines({
    seed: seed + 1,
    startMs,
    seconds: 600,
    service: 'stock',
    versions: [{ version: '3.0', fromS: 0, toS: 600, rps: 5, errorRate: 0.01 }],
  })
  const timed = (all: string[]) =>
    all.map((text, i): [string, number] => [text, startMs + i * 1000 + 999])
  const event = deploymentLine({ atMs: startMs + 185_000, version: '1.1' })
  return [...timed(canary), ...timed(stock), [event, startMs + 185_000] as [string, number]].sort(
    (a, b) => a[1] - b[1] || (a[0] < b[0] ? -1 : 1),
  )
}

function run(
  seed: number,
  reopenAt: (i: number) => boolean,
  { partitions = 1, end = true } = {},
): Pipeline {
  const pipeline = new Pipeline({ keepsCheckpoints: true, partitions })
  for (const [i, [text, atMs]] of lines(seed).entries()) {
    pipeline.line(text, atMs)
    pipeline.tick(atMs)
    if (reopenAt(i)) pipeline.engine.reopen()
  }
  pipeline.tick(startMs + 601_000, 0, end)
  return pipeline
}

describe('the pipeline, opened again from its checkpoints', () => {
  it.each([1, 2])('goes on to the same bytes wherever it was cut (seed %i)', (seed) => {
    const whole = run(seed, () => false)
    const random = seededRandom(seed)
    const cut = run(seed, () => random() < 0.02)

    expect(whole.emitted.some(({ topic }) => topic === 'culprit.alerts')).toBe(true)
    // Hashes first: a difference is told by its place, not by megabytes.
    const marks = ({ emitted }: Pipeline) =>
      emitted.map(({ topic, text }) => `${topic} ${hashFacts([text])}`)
    expect(marks(cut)).toEqual(marks(whole))
  })

  it('decides the same however many partitions the topics have (seed 3)', () => {
    const of = (pipeline: Pipeline) =>
      pipeline.verdicts.map(({ release, verdict, evidence }) => [release.id, verdict, evidence])
    const never = () => false
    const one = of(run(3, never, { end: false }))
    expect(one.length).toBeGreaterThan(0)
    expect(of(run(3, never, { partitions: 4, end: false }))).toEqual(one)
  })
})

import { describe, expect, it } from 'vitest'
import { deploymentLine, spanLines } from '../support/otlp-lines.ts'
import { Pipeline } from '../support/pipeline.ts'

const startMs = Date.parse('2026-11-20T10:00:00Z')
const traffic = spanLines({
  seed: 1,
  startMs,
  seconds: 8,
  versions: [{ version: '1', fromS: 0, toS: 8, rps: 20, errorRate: 0 }],
})

function ended(lines: readonly string[]): Pipeline {
  const pipeline = new Pipeline()
  lines.forEach((line, i) => {
    pipeline.line(line, startMs + i * 1000)
    pipeline.tick(startMs + i * 1000)
  })
  pipeline.tick(startMs + lines.length * 1000, 0, true)
  return pipeline
}

describe('a deployment shortly before the input ends', () => {
  it.each([
    { lines: [] as string[], service: 'ghost', why: 'without any telemetry' },
    { lines: traffic, service: 'ghost', why: 'of a service that telemetry does not show' },
    { lines: traffic, service: 'checkout', why: 'of a version that telemetry does not show' },
  ])('is said to be unjoined $why', ({ lines, service }) => {
    const { verdicts } = ended([deploymentLine({ atMs: startMs, version: '9', service }), ...lines])
    const last = verdicts.filter(({ final }) => final)
    expect(last.map(({ release, verdict }) => [release.service.name, verdict])).toEqual([
      [service, 'unjoined'],
    ])
  })
})

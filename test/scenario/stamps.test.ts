/** Spans with coarse time stamps, and nothing else in the file (contract section 9, *Any spacing*). */
import { describe, expect, it } from 'vitest'
import { deploymentLine, spanLines } from '../support/otlp-lines.ts'
import { Pipeline } from '../support/pipeline.ts'

const startMs = Date.parse('2026-11-20T10:00:00Z')
const minuteMs = 60_000

function coarse(text: string, stampMs: number): string {
  return text.replace(/"(startTimeUnixNano|endTimeUnixNano)":"(\d+)"/g, (_, name, digits) => {
    const atMs = Math.floor(Number(BigInt(digits) / 1_000_000n) / stampMs) * stampMs
    return `"${name}":"${atMs}000000"`
  })
}

function run(stampMs: number, errorRate: number): Pipeline {
  const pipeline = new Pipeline()
  const lines = spanLines({
    seed: 3,
    startMs,
    seconds: 80 * 60,
    versions: [
      { version: '1.0', fromS: 0, toS: 3_600, rps: 12, errorRate: 0.01 },
      { version: '1.1', fromS: 3_600, toS: 4_800, rps: 12, errorRate },
    ],
  })
  const event = deploymentLine({ atMs: startMs + 60 * minuteMs, version: '1.1' })
  for (const [second, text] of lines.entries()) {
    const atMs = Math.floor((startMs + second * 1_000) / stampMs) * stampMs
    if (second === 3_600) pipeline.line(event, startMs + 60 * minuteMs)
    pipeline.tick(atMs, second === 0 ? 0 : 1)
    pipeline.line(coarse(text, stampMs), atMs)
  }
  pipeline.tick(startMs + 80 * minuteMs, 1, true)
  return pipeline
}

const last = ({ verdicts }: Pipeline) => {
  const told = verdicts.filter(({ final }) => final).at(-1)!
  return [told.release.version, told.verdict]
}

describe('spans whose time stamps are', () => {
  it.each([
    { stampMs: 1_000, unit: 'seconds' },
    { stampMs: minuteMs, unit: 'minutes' },
  ])('$unit tell a bad release', ({ stampMs }) => {
    const pipeline = run(stampMs, 0.2)

    expect(pipeline.verdicts.map(({ verdict }) => verdict)).toContain('regressed')
    expect(last(pipeline)).toEqual(['1.1', 'regressed'])
  })

  it('minutes raise nothing for a good one', () => {
    expect(run(minuteMs, 0.01).verdicts.map(({ verdict }) => verdict)).not.toContain('regressed')
  })
})

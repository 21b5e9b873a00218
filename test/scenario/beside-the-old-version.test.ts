/**
 * A canary beside the old version, with a caller whose failed calls are counted before against after: what both
 * versions suffer is not the new one's doing (detection reference, section 12). One point a minute.
 */
import { describe, expect, it } from 'vitest'
import { metricBlock, metricPoint } from '../support/metric-block.ts'
import { deploymentLine, poisson } from '../support/otlp-lines.ts'
import { Pipeline } from '../support/pipeline.ts'
import { seededRandom } from '../support/random.ts'

const startMs = Date.parse('2026-11-20T10:00:00Z')
const minuteMs = 60_000
const releasedAt = 100
const callsPerMinute = 6_000
const canaryShare = 0.2

type Outcome = { readonly ok: number; readonly failed: number }

function told(
  service: string,
  version: string,
  side: 'client' | 'server',
  calls: Outcome,
  endMs: number,
) {
  const to = { 'server.address': 'pay' }
  return metricBlock(service, version, `http.${side}.request.duration`, [
    metricPoint(endMs, calls.ok, to),
    metricPoint(endMs, calls.failed, { ...to, 'error.type': '500' }),
  ])
}

/** Error rates of the old and the new version, so many minutes after the release. */
type Rates = (minutes: number) => { readonly old: number; readonly fresh: number }

function run(seed: number, rates: Rates): Pipeline {
  const random = seededRandom(seed)
  const drawn = (calls: number, rate: number): Outcome => {
    const failed = Math.min(calls, poisson(random, calls * rate))
    return { ok: calls - failed, failed }
  }
  const pipeline = new Pipeline()
  for (let minute = 1; minute <= releasedAt + 65; minute++) {
    const endMs = startMs + minute * minuteMs
    const after = minute - releasedAt
    const { old, fresh } = after > 0 ? rates(after) : { old: 0.005, fresh: 0 }
    const share = after > 0 ? canaryShare : 0
    const one = drawn(callsPerMinute * share, fresh)
    const zero = drawn(callsPerMinute * (1 - share), old)
    const seen = { ok: one.ok + zero.ok, failed: one.failed + zero.failed }
    const resourceMetrics = [
      told('front', '1', 'client', seen, endMs),
      told('pay', '1', 'server', zero, endMs),
      ...(share > 0 ? [told('pay', '2', 'server', one, endMs)] : []),
    ]
    pipeline.line(JSON.stringify({ resourceMetrics }), endMs)
    pipeline.tick(endMs)
    if (after === 0) {
      pipeline.line(deploymentLine({ atMs: endMs, version: '2', service: 'pay' }), endMs)
    }
  }
  pipeline.tick(startMs + (releasedAt + 66) * minuteMs, 0, true)
  return pipeline
}

const saidOf = ({ verdicts }: Pipeline) =>
  verdicts.filter(({ release }) => release.service.name === 'pay').map(({ verdict }) => verdict)

describe('a canary beside the old version', () => {
  it.each([1, 2, 3])('is not blamed for what both suffer at once (seed %i)', (seed) => {
    const pipeline = run(seed, (minutes) => {
      const rate = minutes < 10 ? 0.005 : 0.03
      return { old: rate, fresh: rate }
    })

    expect(saidOf(pipeline)).toContain('external')
    expect(saidOf(pipeline)).not.toContain('regressed')
    const first = pipeline.verdicts.find(({ verdict }) => verdict === 'external')!
    expect(first.release.reason).toContain('the old version')
  })

  it.each([1, 2, 3])('is blamed for what it alone does (seed %i)', (seed) => {
    const pipeline = run(seed, () => ({ old: 0.005, fresh: 0.05 }))

    expect(saidOf(pipeline)).toContain('regressed')
    expect(saidOf(pipeline)).not.toContain('external')
  })

  it.each([1, 2, 3])(
    'is blamed when it fares much worse than the old one in one incident (seed %i)',
    (seed) => {
      const pipeline = run(seed, (minutes) =>
        minutes < 10 ? { old: 0.005, fresh: 0.005 } : { old: 0.015, fresh: 0.12 },
      )

      expect(saidOf(pipeline)).toContain('regressed')
    },
  )
})

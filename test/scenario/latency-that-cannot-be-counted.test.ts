/**
 * Histograms whose buckets change at the release: requests slower than the frozen threshold cannot be counted in them,
 * and what cannot be counted is no request that was fast.
 */
import { describe, expect, it } from 'vitest'
import { metricBlock, metricPoint } from '../support/metric-block.ts'
import { deploymentLine, poisson } from '../support/otlp-lines.ts'
import { Pipeline } from '../support/pipeline.ts'
import { seededRandom } from '../support/random.ts'

const startMs = Date.parse('2026-11-20T10:00:00Z')
const minuteMs = 60_000
const releasedAt = 120
const requestsPerMinute = 1_800

const before = [0.05, 0.1, 0.25, 0.5, 1]
/** Shares of the requests in each bucket, the last one above all bounds. */
const fast = [0.4, 0.5, 0.09, 0.009, 0.0009, 0.0001]

interface Histogram {
  readonly bounds: readonly number[]
  readonly shares: readonly number[]
}

function run(seed: number, after: Histogram, newShare = 1): Pipeline {
  const random = seededRandom(seed)
  const pipeline = new Pipeline()
  const point = (endMs: number, requests: number, { bounds, shares }: Histogram) => {
    const bucketCounts = shares.map((share) => poisson(random, share * requests))
    const count = bucketCounts.reduce((sum, each) => sum + each, 0)
    const told = { explicitBounds: bounds, bucketCounts: bucketCounts.map(String) }
    return { ...metricPoint(endMs, count, { 'http.route': 'GET /' }), ...told }
  }
  const told = (version: string, each: ReturnType<typeof point>) =>
    metricBlock('shop', version, 'http.server.request.duration', [each])
  for (let minute = 1; minute <= releasedAt + 62; minute++) {
    const endMs = startMs + minute * minuteMs
    const share = minute > releasedAt ? newShare : 0
    const usual = { bounds: before, shares: fast }
    const resourceMetrics = [
      ...(share < 1 ? [told('1', point(endMs, requestsPerMinute * (1 - share), usual))] : []),
      ...(share > 0 ? [told('2', point(endMs, requestsPerMinute * share, after))] : []),
    ]
    pipeline.line(JSON.stringify({ resourceMetrics }), endMs)
    pipeline.tick(endMs)
    if (minute === releasedAt) {
      pipeline.line(deploymentLine({ atMs: endMs, version: '2', service: 'shop' }), endMs)
    }
  }
  pipeline.tick(startMs + (releasedAt + 63) * minuteMs, 0, true)
  return pipeline
}

/** Six times as slow, in bounds that hold no threshold from before. */
const slower = { bounds: [0.2, 0.4, 0.8, 1.6], shares: [0.05, 0.45, 0.4, 0.08, 0.02] }
const finalOf = ({ verdicts }: Pipeline) => verdicts.findLast(({ final }) => final)!

describe('latency that cannot be counted any more', () => {
  it.each([
    [1, 'all at once', 1],
    [2, 'all at once', 1],
    [3, 'beside the old version', 0.5],
    [4, 'beside the old version', 0.5],
  ])('clears nothing (seed %i, %s)', (seed, _, share) => {
    const last = finalOf(run(seed, slower, share))
    expect(last.verdict).toBe('inconclusive')
    expect(last.release.reason).toContain('of its latency nothing can be told since the release')
  })

  it.each([
    [5, 1],
    [6, 0.5],
  ])('is counted where the bounds stay (seed %i)', (seed, share) => {
    const same = { bounds: before, shares: [0.05, 0.15, 0.4, 0.3, 0.08, 0.02] }
    expect(run(seed, same, share).verdicts.map(({ verdict }) => verdict)).toContain('regressed')
    const harmless = { bounds: before, shares: fast }
    expect(finalOf(run(seed, harmless, share)).verdict).toBe('cleared')
  })
})

/**
 * A version that never becomes ready and is seen in its callers' failed calls alone (contract section 9):
 * client metrics of the front, once a minute; metrics of pay itself, while it reports.
 */
import { describe, expect, it } from 'vitest'
import { metricBlock, metricPoint } from '../support/metric-block.ts'
import { deploymentLine } from '../support/otlp-lines.ts'
import { Pipeline } from '../support/pipeline.ts'

const startMs = Date.parse('2026-11-20T10:00:00Z')
const minuteMs = 60_000
const deployedMs = startMs + 60 * minuteMs

interface Minute {
  /** Of 240 calls of the front. */
  readonly failed: number
  /** Requests that pay reports, by version. */
  readonly pay: Readonly<Record<string, number>>
}

function minuteLine(endMs: number, { failed, pay }: Minute): string {
  const name = 'http.client.request.duration'
  const calls = { 'server.address': 'pay' }
  const refused = { ...calls, 'error.type': 'ECONNREFUSED' }
  const seen = [metricPoint(endMs, 240 - failed, calls), metricPoint(endMs, failed, refused)]
  const own = Object.entries(pay).map(([version, count]) =>
    metricBlock('pay', version, 'http.server.request.duration', [metricPoint(endMs, count, {})]),
  )
  return JSON.stringify({ resourceMetrics: [metricBlock('front', '1', name, seen), ...own] })
}

function run(after: (minutes: number) => Minute): Pipeline {
  const pipeline = new Pipeline()
  for (let minutes = 1; minutes <= 90; minutes++) {
    const atMs = startMs + minutes * minuteMs
    const before = { failed: minutes % 9 === 0 ? 1 : 0, pay: { '1': 240 } }
    pipeline.line(minuteLine(atMs, minutes <= 60 ? before : after(minutes - 60)), atMs)
    pipeline.tick(atMs)
    if (atMs === deployedMs) {
      pipeline.line(deploymentLine({ atMs, version: '2', service: 'pay' }), atMs)
    }
  }
  pipeline.tick(startMs + 91 * minuteMs, 0, true)
  return pipeline
}

const lastWords = ({ verdicts }: Pipeline) =>
  verdicts
    .filter(({ final }) => final)
    .map(({ release, verdict }) => [release.service.name, release.version, verdict])

describe('a version that never becomes ready', () => {
  it.each([
    { why: 'takes a share of the calls', minute: { failed: 60, pay: { '1': 180 } } },
    { why: 'takes them all, and nothing of the service reports', minute: { failed: 240, pay: {} } },
  ])('is regressed by what its callers see: it $why', ({ minute }) => {
    const pipeline = run(() => minute)

    expect(lastWords(pipeline)).toEqual([['pay', '2', 'regressed']])
    const { signals } = pipeline.verdicts.at(-1)!
    expect(signals[0]).toMatchObject({
      signal: 'availability',
      scope: { caller: 'production/shop/front' },
    })
  })

  it('is unjoined where its callers see nothing', () => {
    expect(lastWords(run(() => ({ failed: 0, pay: { '1': 240 } })))).toEqual([
      ['pay', '2', 'unjoined'],
    ])
  })

  it('is one release with its event when it comes up after all', () => {
    const minute = (minutes: number): Minute =>
      minutes < 15 ? { failed: 60, pay: { '1': 180 } } : { failed: 0, pay: { '2': 240 } }

    expect(lastWords(run(minute))).toHaveLength(1)
  })
})

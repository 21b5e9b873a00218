/** A value that cannot be: one absurd point of a gauge must not hide what else a release does. */
import { expect, it } from 'vitest'
import { gaugeLines, gaugeValues } from '../support/gauge-lines.ts'
import { deploymentLine, metricLines } from '../support/otlp-lines.ts'
import { replayLines } from '../support/run-replay.ts'
import { toldVerdicts } from '../support/told-verdicts.ts'

const startMs = Date.parse('2026-11-17T00:00:00Z')
const releaseMinute = 180

it.each([
  { value: 1e154, what: 'an hour before', from: releaseMinute - 60, to: releaseMinute - 59 },
  {
    value: Number.MAX_VALUE,
    what: 'two minutes before',
    from: releaseMinute - 2,
    to: releaseMinute - 1,
  },
  { value: -Number.MAX_VALUE, what: 'throughout', from: 0, to: Infinity },
])('$value $what does not hide errors that rise (seed 1)', async ({ value, from, to }) => {
  const versions = [
    { version: null, fromS: 0, toS: releaseMinute * 60, rps: 20, errorRate: 0.01 },
    { version: null, fromS: releaseMinute * 60, toS: 4 * 3_600, rps: 20, errorRate: 0.06 },
  ]
  const requests = metricLines({
    seed: 1,
    startMs,
    seconds: 4 * 3_600,
    versions,
    everyS: 60,
    temporality: 'delta',
  })
  const values = gaugeValues({ seed: 1, minutes: 240 }).map((each, i) =>
    i >= from && i < to ? value * (i % 2 === 0 ? 1 : -1) : each,
  )
  const depth = gaugeLines({ startMs, values, metric: 'house.depth' })
  const event = deploymentLine({ atMs: startMs + releaseMinute * 60_000, version: '2' })
  const lines = await replayLines([requests, depth, [event]])

  const [signal] = toldVerdicts(lines, '2').at(-1)!.signals
  expect(signal).toMatchObject({ signal: 'errors', state: 'regressed' })
  expect((lines.at(-1)!['refused'] as Record<string, number>)['too-large']).toBeGreaterThan(0)
})

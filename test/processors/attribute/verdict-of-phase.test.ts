/** Verdicts that a deployment gets without evidence are told like any other. */
import { expect, it } from 'vitest'
import { deploymentLine, spanLines } from '../../support/otlp-lines.ts'
import { Pipeline } from '../../support/pipeline.ts'

const startMs = Date.parse('2026-11-20T10:00:00Z')
const minuteMs = 60_000

/** Traffic of version 1 for so many minutes; the deployment of version 9 comes after `arrivesS`. */
function verdictsOf(minutes: number, deployedMs: number, arrivesS: number) {
  const seconds = minutes * 60
  const versions = [{ version: '1', fromS: 0, toS: seconds, rps: 1, errorRate: 0 }]
  const pipeline = new Pipeline()
  spanLines({ seed: 1, startMs, seconds, versions }).forEach((line, i) => {
    const atMs = Number(/"endTimeUnixNano":"(\d+)\d{6}"/.exec(line)![1])
    if (i === arrivesS) pipeline.line(deploymentLine({ atMs: deployedMs, version: '9' }), atMs)
    pipeline.line(line, atMs)
    pipeline.tick(atMs)
  })
  pipeline.tick(startMs + seconds * 1000, 0, true)
  return pipeline.verdicts
    .filter(({ release }) => release.version === '9')
    .map(({ from, verdict, final }) => ({ from, verdict, final }))
}

it('of a release whose telemetry has not come in 10 min: unjoined, and so at the end', () => {
  expect(verdictsOf(15, startMs + minuteMs, 60)).toEqual([
    { from: 'watching', verdict: 'unjoined', final: false },
    { from: 'unjoined', verdict: 'unjoined', final: true },
  ])
})

it('of a release that is known two hours too late: inconclusive, once', () => {
  expect(verdictsOf(2, startMs - 130 * minuteMs, 60)).toEqual([
    { from: 'watching', verdict: 'inconclusive', final: true },
  ])
})

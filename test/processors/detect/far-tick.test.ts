import { describe, expect, it } from 'vitest'
import type { Finding } from '../../../src/contracts/findings.ts'
import type { ServiceEvent } from '../../../src/contracts/service-events.ts'
import { detectProcessor } from '../../../src/processors/detect/detect.ts'
import { topicNames } from '../../../src/processors/topics.ts'
import { detectDefaults } from '../../support/pipeline.ts'
import { deploymentOf, rollupOf } from '../../support/service-events.ts'

const topics = topicNames('culprit.')
const startMs = 1_700_000_000_000
const deployedMs = startMs + 30_000

/** A canary that fails, from 30 s on beside its predecessor; nothing of it has closed when ticks begin. */
function canary(): ServiceEvent[] {
  const events: ServiceEvent[] = [
    deploymentOf({ eventId: 'one', atMs: deployedMs, version: '2', previousVersion: '1' }),
  ]
  for (let atMs = startMs; atMs < startMs + 150_000; atMs += 10_000) {
    events.push(rollupOf('1', atMs))
    if (atMs < deployedMs) continue
    const rows = [{ route: 'POST /orders', requests: 9, errors: 6, unanswered: 0, latency: null }]
    events.push({ ...rollupOf('2', atMs), instances: [2], rows })
  }
  return events
}

/** What is told of the release, with a tick at each of these seconds. */
function told(tickSeconds: readonly number[]): string[] {
  const machine = detectProcessor(detectDefaults, topics).open('detect/0', [])
  const ticks = tickSeconds.map(
    (second): ServiceEvent => ({ kind: 'tick', units: { u: startMs + second * 1_000 } }),
  )
  return [...canary(), ...ticks].flatMap((event, offset) =>
    machine
      .apply({
        topic: topics.serviceEvents,
        partition: 0,
        offset,
        key: null,
        headers: { 'culprit-schema': 'service-events/1' },
        value: Buffer.from(JSON.stringify(event)),
        atMs: startMs,
      })
      .map(({ value }) => JSON.parse(Buffer.from(value!).toString()) as Finding)
      .flatMap((finding) =>
        finding.kind === 'evidence' && finding.release !== null
          ? [`${(finding.atMs - startMs) / 1_000} s ${finding.logE}`]
          : [],
      ),
  )
}

describe('a tick that goes far', () => {
  it('finds what near ticks find, of a deployment too that nothing had joined before', () => {
    const near = told(Array.from({ length: 160 }, (_, at) => at + 1))

    expect(near.length).toBeGreaterThan(1)
    expect(told([160])).toEqual(near)
  })
})

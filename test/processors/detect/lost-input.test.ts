import { describe, expect, it } from 'vitest'
import type { ServiceEvent } from '../../../src/contracts/service-events.ts'
import type { Bucket } from '../../../src/core/rollup/track.ts'
import { detectProcessor } from '../../../src/processors/detect/detect.ts'
import type { Machine } from '../../../src/processors/processor.ts'
import { topicNames } from '../../../src/processors/topics.ts'
import { detectDefaults } from '../../support/pipeline.ts'
import { rollupOf } from '../../support/service-events.ts'

const topics = topicNames('culprit.')
const startMs = 1_700_000_000_000

function machine(entries: Parameters<ReturnType<typeof detectProcessor>['open']>[1] = []) {
  const closed: Bucket[] = []
  const processor = detectProcessor(detectDefaults, topics, {
    bucketClosed: (_service, _track, bucket) => void closed.push(bucket),
  })
  return { machine: processor.open('detect/0', entries), closed }
}

function say(to: Machine, event: ServiceEvent, atMs: number): void {
  to.apply({
    topic: topics.serviceEvents,
    partition: 0,
    offset: 0,
    key: null,
    headers: { 'culprit-schema': 'service-events/1' },
    value: Buffer.from(JSON.stringify(event)),
    atMs,
  })
}

describe('input that retention removed', () => {
  it('makes the windows that it may have been in incomplete, and no others', () => {
    const { machine: before } = machine()
    say(before, rollupOf('1', startMs), startMs)
    say(before, { kind: 'tick', units: { u: startMs + 1_000 } }, startMs + 1_000)
    before.lost?.(100)
    const { puts } = before.takeChanges()
    const { machine: after, closed } = machine(puts)
    for (let atMs = startMs + 40_000; atMs < startMs + 100_000; atMs += 10_000) {
      say(after, rollupOf('1', atMs), atMs)
    }
    say(after, { kind: 'tick', units: { u: startMs + 110_000 } }, startMs + 110_000)

    const complete = closed.map(({ startMs: at, completeness, missing }) => [
      (at - startMs) / 1_000,
      missing ? 'missing' : completeness,
    ])
    expect(complete).toEqual([
      [0, 0],
      [10, 'missing'],
      [20, 'missing'],
      [30, 'missing'],
      [40, 1],
      [50, 1],
      [60, 1],
      [70, 1],
      [80, 1],
      [90, 1],
    ])
  })
})

import { describe, expect, it } from 'vitest'
import type { ServiceEvent } from '../../../src/contracts/service-events.ts'
import { detectProcessor } from '../../../src/processors/detect/detect.ts'
import type { Machine, StateEntry } from '../../../src/processors/processor.ts'
import { topicNames } from '../../../src/processors/topics.ts'
import { detectDefaults } from '../../support/pipeline.ts'
import { rollupOf } from '../../support/service-events.ts'

const topics = topicNames('culprit.')
const startMs = 1_700_000_000_000
const stock = 'production/shop/stock'

/** Checkout's closed windows, missing or not, with a commit and a new machine after each record that `reopens` names. */
function windowsOfCheckout(events: readonly ServiceEvent[], reopens: readonly number[]): string[] {
  const closed: string[] = []
  const processor = detectProcessor(detectDefaults, topics, {
    bucketClosed: (service, _track, { startMs: at, missing }) => {
      if (service !== stock) closed.push(`${(at - startMs) / 1_000} ${missing}`)
    },
  })
  const stored = new Map<string, StateEntry>()
  let machine: Machine = processor.open('detect/0', [])
  for (const [at, event] of events.entries()) {
    machine.apply({
      topic: topics.serviceEvents,
      partition: 0,
      offset: at,
      key: null,
      headers: { 'culprit-schema': 'service-events/1' },
      value: Buffer.from(JSON.stringify(event)),
      atMs: startMs,
    })
    if (!reopens.includes(at)) continue
    for (const entry of machine.takeChanges().puts) {
      stored.set(`${entry.group} ${entry.key}`, entry)
    }
    machine = processor.open('detect/0', stored.values())
  }
  return closed
}

describe('the windows in which anything was heard', () => {
  it('are committed with the record that was heard, not with the tick after it', () => {
    const events: ServiceEvent[] = [
      rollupOf('1', startMs),
      { kind: 'tick', units: { u: startMs + 1_000 }, records: 1 },
      { ...rollupOf('1', startMs + 10_000), service: stock },
      { kind: 'tick', units: { u: startMs + 31_000 }, records: 0 },
    ]

    expect(windowsOfCheckout(events, [])).toEqual(['0 false', '10 false'])
    expect(windowsOfCheckout(events, [1, 2])).toEqual(['0 false', '10 false'])
  })
})

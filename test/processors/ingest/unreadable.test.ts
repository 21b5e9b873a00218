import { expect, it } from 'vitest'
import { foldDefaults } from '../../../src/core/rollup/fold/settings.ts'
import { unreadableHeader } from '../../../src/ports/event-log.ts'
import { ingestProcessor } from '../../../src/processors/ingest/ingest.ts'
import { topicNames } from '../../../src/processors/topics.ts'

const topics = topicNames('culprit.')

it.each([
  { topic: topics.spans, kind: 'spans', why: 'telemetry' },
  { topic: topics.deployments, kind: 'deployments', why: 'deployments' },
  { topic: topics.commands, kind: null, why: 'commands are not counted by kind' },
])('puts aside what the log cannot unpack of $topic, and counts it: $why', ({ topic, kind }) => {
  const refused: string[] = []
  const letters: string[] = []
  const machine = ingestProcessor(foldDefaults, topics, {
    refused: (of, reason, count) => void refused.push(`${of} ${reason} ${count}`),
    deadLetter: (reason) => void letters.push(reason),
  }).open('ingest/0', [])
  const place = { topic, partition: 3, offset: 7, key: null, value: null, atMs: 1_000 }
  // What the header says comes from outside; the reason is one of a few.
  const outputs = [
    ...machine.apply({ ...place, headers: { [unreadableHeader]: 'anything' } }),
    ...machine.apply({ ...place, offset: 8, headers: {} }),
  ]
  expect(outputs).toHaveLength(1)
  expect(outputs[0]).toMatchObject({
    topic: topics.deadLetters,
    value: null,
    headers: {
      'culprit-reason': 'unreadable-batch',
      'culprit-topic': topic,
      'culprit-partition': '3',
      'culprit-offset': '7',
    },
  })
  expect(refused).toEqual(kind === null ? [] : [`${kind} unreadable-batch 1`])
  expect(letters).toEqual(['unreadable-batch'])
})

import { describe, expect, it } from 'vitest'
import { Intake } from '../../../src/cli/up/intake.ts'
import { OwnMetrics } from '../../../src/cli/up/own-metrics.ts'
import { foldDefaults, type FoldSettings } from '../../../src/core/rollup/fold/settings.ts'
import { DoorUnit } from '../../../src/engine/door-unit.ts'
import type { NewRecord } from '../../../src/ports/event-log.ts'
import { topicNames } from '../../../src/processors/topics.ts'
import { deploymentLine } from '../../support/otlp-lines.ts'

const atMs = Date.parse('2026-11-20T00:00:00Z')
const topics = topicNames('culprit.')
let nowMs = atMs
const clock = {
  now: () => nowMs,
  monotonic: () => 0,
  timer: () => () => undefined,
  yield: () => Promise.resolve(),
}

function doors(settings: FoldSettings = foldDefaults) {
  const records: NewRecord[] = []
  const log = {
    append: (more: readonly NewRecord[]) => {
      records.push(...more)
      return Promise.resolve()
    },
    partitionCount: () => 1,
  }
  const metrics = new OwnMetrics()
  const intake = new Intake({
    door: new DoorUnit<object>({ log, clock, hex: '0' }),
    clock,
    topics,
    settings,
    metrics,
    recorder: null,
    services: () => Promise.resolve([]),
  })
  const letters = () => records.filter(({ topic }) => topic === topics.deadLetters)
  const memory = { rss: 1, heapUsed: 1, external: 1 }
  const text = () => metrics.text({ units: [], releases: [], incidents: [], nowMs: atMs, memory })
  return { intake, records, letters, text }
}

const structured = { 'content-type': 'application/cloudevents+json' }

describe('deployment events that are refused at the door', () => {
  it('leave the original bytes with their reason, and are counted as dead letters', async () => {
    const { intake, letters, text } = doors()
    const body = Buffer.from('{"specversion":')
    const outcome = await intake.events(structured, body)

    expect(outcome).toMatchObject({ status: 'refused', reason: 'malformed' })
    expect(letters()).toHaveLength(1)
    expect(Buffer.from(letters()[0]!.value!)).toEqual(body)
    expect(letters()[0]!.headers).toMatchObject({
      'culprit-reason': 'malformed',
      'culprit-topic': 'http/v1/events',
      'content-type': 'application/cloudevents+json',
    })
    expect(text()).toContain('culprit_dead_letters_total{reason="malformed"} 1')
  })

  it('keep the attributes of binary mode, without which the bytes are half of the event', async () => {
    const { intake, letters } = doors()
    const headers = {
      'content-type': 'application/json',
      'ce-id': 'a%20b',
      'ce-source': '/ci',
      'ce-type': 'dev.cdevents.service.deployed.0.3.0',
      authorization: 'Bearer secret',
    }
    await intake.events(headers, Buffer.from('{}'))

    expect(letters()[0]!.headers).toMatchObject({ ce_id: 'a b', ce_source: '/ci' })
    expect(JSON.stringify(letters())).not.toContain('secret')
  })

  it('of a batch leave one letter a reason beside what was taken', async () => {
    const { intake, records, letters } = doors()
    const body = `[${deploymentLine({ atMs, version: '1' })},{},7,{}]`
    const batch = { 'content-type': 'application/cloudevents-batch+json' }
    const outcome = await intake.events(batch, Buffer.from(body))

    expect(outcome).toMatchObject({ status: 'taken', answer: { accepted: 1 } })
    expect(records.filter(({ topic }) => topic === topics.serviceEvents)).toHaveLength(1)
    expect(letters().map(({ headers }) => headers['culprit-reason'])).toEqual(['no-event'])
  })
})

describe('entries of detection.metrics that met nothing', () => {
  it('are told once metrics have had the time to come', async () => {
    const rule = { match: 'shop.order', signal: 'business' as const }
    const ignored = { match: 'nothing', signal: 'ignore' as const }
    const { intake } = doors({ ...foldDefaults, metrics: [ignored, rule] })
    expect(intake.unmatched()).toEqual([])
    const body = JSON.stringify({ resourceSpans: [] })
    expect((await intake.otlp('traces', Buffer.from(body))).status).toBe('accepted')
    expect(intake.unmatched()).toEqual([])

    nowMs = atMs + 300_000
    expect(intake.unmatched()).toEqual([
      'detection.metrics[1].match "shop.order": no metric that came is named so',
    ])
    nowMs = atMs
  })
})

import { describe, expect, it } from 'vitest'
import type { Deployment } from '../../../src/contracts/service-events.ts'
import { Deployments } from '../../../src/processors/detect/deployments.ts'
import { detectProcessor } from '../../../src/processors/detect/detect.ts'
import { emptyUnit } from '../../../src/processors/detect/unit-state.ts'
import { topicNames } from '../../../src/processors/topics.ts'
import { detectDefaults } from '../../support/pipeline.ts'
import { deploymentOf } from '../../support/service-events.ts'

const startMs = Date.parse('2026-11-20T00:00:00Z')

const deployment = (eventId: string, action: Deployment['action'] = 'deployed') =>
  deploymentOf({ eventId, action, version: eventId, atMs: startMs })

describe('deployments that wait for telemetry', () => {
  it('takes an event once', () => {
    const deployments = new Deployments(emptyUnit(), 'default')

    expect(deployments.take(deployment('a'), startMs)).toBe('taken')
    expect(deployments.take(deployment('a'), startMs)).toBe('repeated')
  })

  it('refuses what comes beyond 1,000, and takes it when it is sent again and there is room', () => {
    const unit = emptyUnit()
    const deployments = new Deployments(unit, 'default')
    for (let i = 0; i < 1_000; i++) deployments.take(deployment(`${i}`), startMs)

    expect(deployments.take(deployment('more'), startMs)).toBe('full')
    expect(deployments.take(deployment('gone', 'removed'), startMs), 'it need not wait').toBe(
      'taken',
    )
    unit.pending.pop()
    expect(deployments.take(deployment('more'), startMs)).toBe('taken')
    expect(unit.pending.at(-1)!.deployment.eventId).toBe('more')
  })

  it('counts what was refused', () => {
    const refused: string[] = []
    const topics = topicNames('culprit.')
    const observer = { refused: (reason: string) => refused.push(reason) }
    const machine = detectProcessor(detectDefaults, topics, observer).open('detect/0', [])
    for (let offset = 0; offset < 1_003; offset++) {
      machine.apply({
        topic: topics.serviceEvents,
        partition: 0,
        offset,
        key: null,
        value: Buffer.from(JSON.stringify(deployment(`${offset}`))),
        headers: { 'culprit-schema': 'service-events/1' },
        atMs: startMs,
      })
    }
    expect(refused).toEqual(['pending-full', 'pending-full', 'pending-full'])
  })
})
